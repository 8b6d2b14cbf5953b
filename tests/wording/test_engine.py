"""French words for the engine's errors: each code has some, and they are what clients and operators read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.document.places import DocumentPlaces
from hub.errors import DocumentRefused, RequestRefused, StartRefused
from hub.federation.errors import FieldFailure, OperationRefused, SupergraphRefused
from hub.federation.execution.failures import MESSAGES
from hub.federation.override_labels import checked
from hub.federation.supergraph_reader import read_supergraph
from hub.wording.engine import FIELDS, REFUSALS, SUBGRAPH_FIELDS, call_engine, failed_fields, refusal
from schema.subgraphs import SUBGRAPHS
from subgraphs.kit.sdl import load as load_model
from subgraphs.kit.write.mutations import MutationField
from tests.document.sample_schema import operation
from tests.federation.shop import shop

ENGINE = Path(__file__).resolve().parents[2] / "hub" / "federation"
TEXT = "{\n  people: person(id: 1) { id }\n}"
PLACES = DocumentPlaces(operation(TEXT), TEXT)
KINDS = {"OperationRefused", "SupergraphRefused", "ConfigurationRefused"}


def _raised() -> Iterator[str]:
    """`CODE` or `CODE/REASON` of each refusal that the engine makes."""
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
                code = ast.literal_eval(node.args[0])
                keys = node.args[2] if len(node.args) > 2 else None
                entries = zip(keys.keys, keys.values, strict=True) if isinstance(keys, ast.Dict) else ()
                reasons = [ast.literal_eval(value) for key, value in entries if ast.unparse(key or value) == "'reason'"]
                yield f"{code}/{reasons[0]}" if reasons else code


def test_each_refusal_of_the_engine_has_french_words() -> None:
    assert set(_raised()) == REFUSALS.keys()


def test_each_failure_of_a_field_has_french_words() -> None:
    assert FIELDS.keys() == MESSAGES.keys()


def test_each_refusal_of_an_item_that_is_written_reaches_the_client_with_its_words() -> None:
    fields = [root for name in SUBGRAPHS for root in load_model(name).roots.values() if isinstance(root, MutationField)]
    codes = {code for field in fields for code in field.codes}
    assert codes
    assert codes <= SUBGRAPH_FIELDS.keys()


def test_a_refusal_keeps_its_code_and_its_english_message_as_detail() -> None:
    refused = refusal(OperationRefused("DOCUMENT_COST_LIMIT", "21 above 20", {"count": 21, "limit": 20}))
    assert type(refused) is DocumentRefused
    assert (refused.code, refused.detail, refused.http_status) == ("DOCUMENT_COST_LIMIT", "21 above 20", 400)
    assert refused.message == (
        "L'opération peut coûter 21, plus que la limite de 20 : demandez des pages plus petites (« first ») ou moins "
        "de listes dans des listes."
    )


def test_the_reason_of_a_refusal_chooses_its_words() -> None:
    refused = refusal(OperationRefused("PLAN_IMPOSSIBLE", "", {"reason": "MUTATION_ORDER", "key": "one"}))
    assert type(refused) is RequestRefused
    assert refused.message == (
        "Le tour de « one » parmi les mutations dépend d'une condition : demandez-la une seule fois."
    )


def test_a_supergraph_that_does_not_parse_is_told_with_its_places() -> None:
    fault = {"fault": "Syntax Error", "locations": ((1, 20), (2, 3))}
    assert refusal(SupergraphRefused("SUPERGRAPH_INVALID", "", fault)).message == (
        "Le supergraphe ne se lit pas, recomposez-le avec « hub compose » : Syntax Error (ligne 1, colonne 20) "
        "(ligne 2, colonne 3)"
    )


def test_a_supergraph_with_a_field_set_that_is_refused_is_told_why_in_french() -> None:
    text = shop().supergraph.text
    with pytest.raises(StartRefused) as caught:
        call_engine(read_supergraph, text.replace('key: "id"', 'key: "unknown"'))
    assert caught.value.message == ("Le supergraphe ne se lit pas, recomposez-le avec « hub compose » : Champ inconnu.")


@pytest.mark.parametrize(("labels", "listed"), [(frozenset({"b", "a"}), "a, b"), (frozenset[str](), "aucune")])
def test_calling_the_engine_raises_the_errors_of_the_hub(labels: frozenset[str], listed: str) -> None:
    with pytest.raises(StartRefused) as caught:
        call_engine(checked, {"other": 5.0}, labels)
    assert caught.value.message == (
        f"Le supergraphe n'a pas de reprise progressive d'étiquette « other ». Étiquettes connues : {listed}."
    )


def test_a_failed_field_names_the_argument_and_the_form_that_it_lacks() -> None:
    parameters = {"subgraph": "people", "input": "filter.bornFrom", "expected": "DATE"}
    (error,) = failed_fields([FieldFailure("BAD_INPUT", "m", parameters, path=("people",))], PLACES)
    assert error.formatted() == {
        "message": "« filter.bornFrom » n'a pas la forme attendue, une date au format AAAA-MM-JJ : corrigez sa valeur.",
        "locations": [{"line": 2, "column": 3}],
        "path": ["people"],
        "extensions": {"code": "BAD_INPUT", "input": "filter.bornFrom", "expected": "DATE"},
    }


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "BAD_FIRST",
            "Le nombre d'éléments par page va de 1 à 100, ou à la borne de l'application : corrigez « first ».",
        ),
        ("SUBGRAPH_TIMEOUT", "Une source de données a dépassé le délai : réessayez plus tard."),
        ("ANY_OTHER", "Une source de données n'a pas pu fournir ce champ."),
    ],
)
def test_a_failed_field_has_the_words_of_its_code(code: str, message: str) -> None:
    (error,) = failed_fields([FieldFailure(code, "m", {"subgraph": "people"}, path=("a", 0))], PLACES)
    assert error.formatted() == {"message": message, "path": ["a", 0], "extensions": {"code": code}}
