"""The normal form: concrete types, no fragments, no literals, equal fields merged, overlaps refused."""

from __future__ import annotations

import pytest
from graphql import OverlappingFieldsCanBeMergedRule, parse, specified_rules, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.federation.budget import Budget
from hub.federation.errors import OperationRefused
from hub.federation.operations.normalise import field_set, normalise
from hub.federation.operations.operation import Condition, Operation, Selections
from hub.federation.operations.selections import EMPTY_KEY
from tests.document.sample_schema import SCHEMA, operation


def text(selections: Selections) -> str:
    """`key:name(argument=variable)?conditions{…}` per field."""
    printed = []
    for field in selections.fields:
        arguments = ",".join(f"{name}={variable}" for name, variable in field.arguments)
        conditions = "".join(f"{'+' if c.value else '-'}{c.variable}" for c in field.conditions)
        nested = "|".join(f"{inner.type}{{{text(inner)}}}" for inner in field.selections)
        printed.append(
            (field.key if field.key == field.name else f"{field.key}:{field.name}")
            + (f"({arguments})" if arguments else "")
            + conditions
            + (f"[{nested}]" if nested else "")
        )
    return " ".join(printed)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ person(id: 1) { id id x: id } }", "person(id=l0)[Person{id x:id}]"),
        (
            "{ ...A ...A } fragment A on Query { person(id: 1) { ...B } } fragment B on Person { name ... { id } }",
            "person(id=l0)[Person{name id}]",
        ),
        ("{ beings { name } }", "beings[Dog{name}|Cat{name}]"),
        ("{ beings { ...on Dog { barks } ...on Cat { lives } name } }", "beings[Dog{barks name}|Cat{lives name}]"),
        ("{ beings { ...on Dog { barks } } }", f"beings[Dog{{barks}}|Cat{{{EMPTY_KEY}:__typename}}]"),
        ("{ beings { id ...on Dog { ...on Being { ...on Dog { barks } } } } }", "beings[Dog{id barks}|Cat{id}]"),
        ("{ person(id: 1) { home { city } ... { home { zip } } } }", "person(id=l0)[Person{home[Home{city zip}]}]"),
        ("{ person(id: 1) { id @skip(if: true) name @include(if: true) } }", "person(id=l0)[Person{name}]"),
        ("{ __schema { types { name } } int(x: 1) __typename }", "int(x=l0) __typename"),
        ("{ a: person(id: 1) { id } b: person(id: 1) { id } c: person(id: 2) { id } }",
         "a:person(id=l0)[Person{id}] b:person(id=l0)[Person{id}] c:person(id=l1)[Person{id}]"),
        ("query($x: Boolean!) { int @include(if: $x) int }", "int+x int"),
        ("query($x: Boolean!) { int int @include(if: $x) }", "int"),
        ("query($x: Boolean!) { ... @skip(if: $x) { int } ... @include(if: $x) { int } }", "int-x int+x"),
        ("query($x: Boolean!) { ... @skip(if: $x) { int @include(if: $x) float } }", "float-x"),
        ("query($x: Boolean!) { person(id: 1) { id } person(id: 1) @include(if: $x) { name } }",
         "person(id=l0)[Person{id name+x}]"),
    ],
)  # fmt: skip
def test_normal_form(query: str, expected: str) -> None:
    assert text(operation(query).root) == expected


def test_only_the_chosen_operation_is_kept() -> None:
    normalised = operation("query A { int } query B($v: ID!) { person(id: $v) { id } }", "B")
    assert text(normalised.root) == "person(id=v)[Person{id}]"
    assert [variable.name for variable in normalised.variables] == ["v"]


def test_operations_that_differ_in_literals_alone_are_equal() -> None:
    first, second = operation("{ int(x: 1) }"), operation("{ int(x: 2) }")
    assert first == second
    assert hash(first) == hash(second)
    assert first.literals != second.literals


def test_conditions_are_conjunctions_down_the_way() -> None:
    normalised = operation("query($x: Boolean!, $y: Boolean!) { ... @include(if: $y) { int @skip(if: $x) } }")
    assert normalised.root.fields[0].conditions == (Condition("x", False), Condition("y", True))


@pytest.mark.parametrize(
    "query",
    [
        "{ person(id: 1) { x: id x: name } }",
        "{ person(id: 1) { id } person(id: 2) { id } }",
        "{ beings { ...on Dog { x: barks } ...on Cat { x: nick } } }",
        "{ beings { ...on Dog { x: owner { id } } ...on Cat { x: name } } }",
        "{ beings { ...on Dog { owner { y: id } } ...on Cat { owner { y: name } } } }",
        "{ beings { ...on Dog { loud(level: 1) } ...on Dog { loud(level: 2) } } }",
        "{ beings { ...on Dog { tag } ...on Cat { tag } } }",
        "{ beings { ...on Dog { tag } tag } }",
        "query($c: Boolean!) { x: int(x: 1) x: int(x: 2) @include(if: $c) }",
        "query($c: Boolean!) { one { home { x: city } home @include(if: $c) { x: zip } } }",
        "query($c: Boolean!) { one { home @include(if: $c) { x: city } home { x: zip } } }",
        "query($c: Boolean!) { one { home @include(if: $c) { x: city } home @skip(if: $c) { x: zip } } }",
    ],
)
def test_fields_that_cannot_stand_under_one_key_are_refused(query: str) -> None:
    with pytest.raises(OperationRefused) as caught:
        operation(query)
    assert caught.value.code == "DOCUMENT_FIELD_CONFLICT"


def test_a_field_of_an_interface_has_the_interfaces_type_whatever_its_types_make_of_it() -> None:
    assert text(operation("{ beings { tag x: id } }").root).count("tag") == 2
    assert text(operation("{ beings { ... on Cat { tag } tag } }").root).count("tag") == 2


def test_a_field_set_reads_each_type_for_itself() -> None:
    selected = field_set("beings { ... on Dog { tag } ... on Cat { tag } }", "Query", SCHEMA)
    assert text(selected.selections[0]) == "beings[Dog{tag}|Cat{tag}]"


def _selection(depth: int) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(
        [
            "name",
            "x: name",
            "x: id",
            "y: id",
            "id",
            "x: barks",
            "y: lives",
            "z: loud",
            "z: loud(level: 2)",
            "tag",
            "y: tag",
        ]
    )
    if depth == 0:
        return leaf
    inner = st.lists(_selection(depth - 1), min_size=1, max_size=3).map(" ".join)
    return leaf | st.sampled_from(["Dog", "Cat", "Being"]).flatmap(
        lambda name: inner.map(lambda body: f"...on {name} {{ {body} }}")
    ) | st.sampled_from(["", "@include(if: $c)", "@skip(if: $c)"]).flatmap(
        lambda condition: inner.map(lambda body: f"owner {condition} {{ beings {{ {body} }} }}")
    )  # fmt: skip


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.lists(_selection(2), min_size=2, max_size=4).map(" ".join))
def test_overlaps_are_judged_as_by_the_specified_rule(body: str) -> None:
    query = f"query($c: Boolean!) {{ beings {{ __typename @include(if: $c) {body} }} }}"
    document = parse(query)
    if validate(SCHEMA, document, [rule for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule]):
        return
    conflict = bool(validate(SCHEMA, document, [OverlappingFieldsCanBeMergedRule]))
    try:
        operation(query)
        refused = None
    except OperationRefused as error:
        refused = error.code
    assert refused == ("DOCUMENT_FIELD_CONFLICT" if conflict else None)


def test_the_normal_form_is_bounded_when_types_multiply() -> None:
    nested = "id"
    for _ in range(7):
        nested = f"owner {{ beings {{ {nested} }} }}"
    document = parse_document(f"{{ beings {{ {nested} }} }}", SCHEMA, Limits())
    with pytest.raises(OperationRefused) as caught:
        normalise(document, find_operation(document, None), SCHEMA, Budget(200))
    assert caught.value.code == "PLAN_LIMIT"


def test_eight_hundred_overlapping_fields_are_normalised_in_one_pass() -> None:
    query = "{ " + " ".join("person(id: 1) { id name }" for _ in range(600)) + " }"
    document = parse_document(query, SCHEMA, Limits(root_fields=1_000, tokens=10_000, selections=2_000))
    normalised: Operation = normalise(document, find_operation(document, None), SCHEMA)
    assert text(normalised.root) == "person(id=l0)[Person{id name}]"


def test_field_sets_go_through_the_same_code() -> None:
    selected = field_set("name owner { id } ... on Dog { loud(level: 2) }", "Being", SCHEMA)
    assert [f"{selection.type}: {text(selection)}" for selection in selected.selections][
        1
    ] == "Cat: name owner[Person{id}]"
    ((variable, (type_, value)),) = selected.constants.items()
    assert (type_, value) == ("Int", 2)
    assert f"loud(level={variable})" in text(selected.selections[0])
