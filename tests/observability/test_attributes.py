"""The attributes of spans are a closed list without free text."""

from __future__ import annotations

import pytest

from hub.observability.attributes import UNKNOWN_WORD, Attribute, Kind, Value, admitted

WORDS = frozenset(["suivi", "Person"])


def test_the_list_is_this_one() -> None:
    """A new attribute must be added here, with its kind."""
    assert {attribute.key: attribute.kind.name for attribute in Attribute} == {
        "http.request.method": "WORD",
        "http.route": "WORD",
        "http.response.status_code": "COUNT",
        "http.response.body.size": "COUNT",
        "graphql.operation.type": "WORD",
        "error.type": "CODE",
        "db.system.name": "WORD",
        "db.response.returned_rows": "COUNT",
        "spie.operation.hash": "HASH",
        "spie.statement.hash": "HASH",
        "spie.actor.kind": "WORD",
        "spie.purpose": "WORD",
        "spie.error.codes": "CODES",
        "spie.calls": "COUNT",
        "spie.subgraph": "WORD",
        "spie.call.asked": "WORDS",
        "spie.call.representations": "COUNT",
    }


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        (Attribute.PURPOSE, "suivi", "suivi"),
        (Attribute.PURPOSE, "Vurnibal", UNKNOWN_WORD),
        (Attribute.ENTRY_FIELDS, ("Person", "Vurnibal"), ("Person", UNKNOWN_WORD)),
        (Attribute.ERROR, "BAD_INPUT", "BAD_INPUT"),
        (Attribute.ERROR, "VURNIBAL", UNKNOWN_WORD),
        (Attribute.ERROR, "BAD_INPUT: Vurnibal", UNKNOWN_WORD),
        (Attribute.ERRORS, ("BAD_INPUT", "1710399999123"), ("BAD_INPUT", UNKNOWN_WORD)),
        (Attribute.OPERATION, "0f" * 32, "0f" * 32),
        (Attribute.OPERATION, "0f" * 32 + "\n", UNKNOWN_WORD),
        (Attribute.OPERATION, "{ me { id } }", UNKNOWN_WORD),
        (Attribute.ROWS, 3, 3),
    ],
)
def test_what_is_not_of_the_attributes_kind_is_not_told(attribute: Attribute, value: Value, expected: Value) -> None:
    assert admitted(attribute, value, WORDS) == expected


@pytest.mark.parametrize("value", ["1710399999123", True, 1.5, None])
def test_a_count_is_a_number(value: Value) -> None:
    with pytest.raises(TypeError):
        admitted(Attribute.ROWS, value, WORDS)
    assert Attribute.ROWS.kind is Kind.COUNT
