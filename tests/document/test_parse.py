"""Errors in our own words: French, with code and place, and nothing of the client's values."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema

from hub.document.faults import MOST_ERRORS
from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.errors import DocumentRefused
from tests.document.sample_schema import SCHEMA, operation


def refused(query: str) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as caught:
        operation(query)
    return caught.value


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ('{ person(id: {a: "secret-1"}) { id } }', "Valeur"),
        ('{ int(x: "secret-1") }', "Valeur"),
        ("{ beings { ...on Person { id } } }", "Fragment impossible"),
        ("query($x: String) { int(x: $x) }", "Variable d'un type"),
        ('{ person(id: 1, no: "secret-1") { id } }', "Argument inconnu « no »"),
        ("{ person(id: 1) }", "sous-champs"),
        ("{ person { id } }", "argument obligatoire"),
        ("{ person(id: $no) { id } }", "Variable non déclarée"),
        ("{ int @defer }", "Directive"),
        ("{ int @stream }", "Directive"),
        ("{ ...A }", "Fragment non défini « A »"),
        ("{ ...A2881308105001 }", "Fragment non défini : définissez"),
        ("query A { int } query A { int }", "Deux opérations portent le même nom « A »"),
        ('query($x: [Kind!] = ["secret-1"]) { person(id: 1) { beings(kinds: $x) { id } } }', "Valeur"),
    ],
)
def test_each_kind_of_error_is_told_in_french_without_values(query: str, word: str) -> None:
    error = refused(query)
    assert error.code == "DOCUMENT_INVALID"
    assert word in error.message
    for refusal in (error, *error.siblings):
        assert "secret-1" not in f"{refusal.formatted()} {refusal.detail}"


def test_an_internal_field_fails_exactly_as_a_typo_does() -> None:
    internal, typo = (refused(f"{{ person(id: 1) {{ {name} }} }}") for name in ("_access", "_accesx"))
    assert str(internal.formatted()).replace("_access", "_accesx") == str(typo.formatted())
    for name in ("_entities", "_service"):
        assert refused(f"{{ {name} {{ x }} }}").message.startswith(f"Champ inconnu « {name} »")


@pytest.mark.parametrize(
    ("query", "words", "extensions"),
    [
        (
            "{ persom(id: 1) { id } }",
            "Champ inconnu « persom » du type « Query », proche de « person »",
            {"type": "Query", "suggestions": ["person"]},
        ),
        (
            "{ person(id: 1) { beings { nmae } } }",
            "Champ inconnu « nmae » du type « Being », proche de « name »",
            {"type": "Being", "suggestions": ["name"]},
        ),
        ("{ person(ide: 1) { id } }", "Argument inconnu « ide », proche de « id » : Query.person prend « id »", None),
        (
            "{ person(id: 1) { id(x: 1) } }",
            "Argument inconnu « x » : Person.id n'en prend aucun",
            {"type": "Person.id"},
        ),
        ("{ int @skip }", "Un argument obligatoire manque à @skip : ajoutez « if: Boolean! »", None),
        ("{ person { id } }", "Un argument obligatoire manque à Query.person : ajoutez « id: ID! »", None),
        ("{ ... on Persn { id } }", "Type inconnu « Persn », proche de « Person »", {"suggestions": ["Person"]}),
        ("{ int { x } }", "Sélection de sous-champs de trop : le type « Int » n'en a pas", None),
        ("{ person(id: 1) }", "Sélection de sous-champs manquante « person », du type « Person »", None),
        (
            "{ person(id: 1) { beings(kinds: [BIG SMAL]) { id } } }",
            "Valeur inconnue « SMAL » de « Kind », proche de « SMALL » : il admet « SMALL » et « BIG »",
            {"expected": "Kind!", "allowed": ["SMALL", "BIG"], "suggestions": ["SMALL"]},
        ),
        (
            "{ person(id: 1) { beings(filter: {agee: 1}) { id } } }",
            "Champ inconnu « agee » de « Filter », proche de « age » : il a ",
            {"expected": "Filter", "suggestions": ["age"]},
        ),
        ("{ one(by: {}) { id } }", "Valeur de « One », dont un seul champ doit être donné", {"expected": "One"}),
        ('{ int(x: "1") }', "Valeur d'un autre type que celui attendu, « Int »", {"expected": "Int"}),
    ],
)
def test_an_error_names_the_type_and_what_the_schema_has_there(
    query: str, words: str, extensions: dict[str, Any] | None
) -> None:
    error = refused(query)
    assert error.message.startswith(words), error.message
    assert error.formatted()["locations"] == [{"line": 1, "column": error.locations[0]["column"]}]
    if extensions is not None:
        assert error.extensions == {"rule": error.extensions["rule"], **extensions}


def test_names_are_suggested_for_the_first_errors_alone_and_none_is_internal() -> None:
    error = refused("{ " + " ".join(f"persom{letter}: persom(id: 1) {{ id }}" for letter in "abcdefgh") + " }")
    suggesting = ["suggestions" in refusal.extensions for refusal in (error, *error.siblings)]
    assert suggesting == [True] * 5 + [False] * 3
    assert "suggestions" not in refused("{ person(id: 1) { _acces } }").extensions


def test_a_name_that_could_be_a_number_of_somebody_is_not_repeated() -> None:
    error = refused("{ x_185057800608436 }")
    assert "185057800608436" not in f"{error.formatted()} {error}"
    assert "ligne 1, colonne 3" in error.message


def test_all_errors_of_a_document_are_told_up_to_a_bound() -> None:
    error = refused("{ " + " ".join(f"no{n}" for n in range(50)) + " }")
    assert len(error.siblings) == MOST_ERRORS - 1


def test_an_input_that_lacks_two_fields_is_told_once() -> None:
    schema = build_schema("type Query { a(i: I): Int } input I { x: Int! y: Int! }")
    with pytest.raises(DocumentRefused) as caught:
        parse_document("{ a(i: {}) }", schema, Limits())
    assert caught.value.siblings == []
    assert "« x: Int! » et « y: Int! »" in caught.value.message


def test_subscriptions_are_refused_by_a_clear_code() -> None:
    assert refused("subscription { tick }").code == "DOCUMENT_SUBSCRIPTION"


def test_the_operation_is_chosen_by_name() -> None:
    document = parse_document("query A { int } query B { float }", SCHEMA, Limits())
    assert find_operation(document, "B").name.value == "B"  # type: ignore[union-attr]
    for name in (None, "C"):
        with pytest.raises(DocumentRefused) as caught:
            find_operation(document, name)
        assert caught.value.code == "DOCUMENT_OPERATION_NAME"


def test_a_document_of_types_is_no_operation() -> None:
    assert refused("fragment A on Person { id }").code == "DOCUMENT_EMPTY"


@pytest.mark.parametrize("schema", [SCHEMA, build_schema("type Query { a: Int }")], ids=["typed", "untyped"])
def test_a_subscription_is_refused_by_its_own_code_whether_or_not_the_schema_has_any(schema: GraphQLSchema) -> None:
    with pytest.raises(DocumentRefused) as caught:
        find_operation(parse_document("subscription { tick }", schema, Limits()), None)
    assert caught.value.code == "DOCUMENT_SUBSCRIPTION"


def test_a_query_beside_a_subscription_is_served_by_its_name() -> None:
    document = parse_document("query Q { int } subscription S { tick }", SCHEMA, Limits())
    assert find_operation(document, "Q").operation.value == "query"
