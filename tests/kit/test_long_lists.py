"""A plain list is served whole or not at all: a cut would be silent (decision 0056)."""

from __future__ import annotations

import pytest

from schema.facts import Fact
from subgraphs.kit.fields import LONGEST_LIST
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import AGENT, Rows, anyone, context, person_id, residual

RIGHTS = residual(
    {"Person": anyone(Fact.REFERENT), "Constraint": anyone(Fact.REFERENT)},
    {
        "Person.constraints": anyone(Fact.REFERENT),
        "Person.firstName": anyone(Fact.REFERENT),
        "Constraint.theme": anyone(Fact.REFERENT),
    },
)
QUERY = """query($r: [_Any!]!) {
  _entities(representations: $r) { ... on Person { firstName all: constraints { theme } } }
}"""
CASELOAD = "{ persons { nodes { firstName constraints { theme } } } }"


async def write(rows: Rows, number: int, constraints: int) -> None:
    await rows.person(number, (Fact.REFERENT, AGENT), first_name=f"Ondine{number}")
    for _ in range(constraints):
        await rows.sourced("people.person_constraint", id=rows_id(rows), person_id=person_id(number), theme="MOBILITE")


def rows_id(rows: Rows) -> str:
    return person_id(900_000 + rows.count)


@pytest.mark.parametrize("times", [1, 2], ids=["validated", "repeated"])
async def test_a_plain_list_is_whole_or_null_with_an_error_at_its_path(
    rows: Rows, people: Subgraph, times: int
) -> None:
    await write(rows, 1, LONGEST_LIST)
    await write(rows, 2, LONGEST_LIST + 1)
    variables = {"r": [{"__typename": "Person", "id": person_id(number)} for number in (2, 1, 2)]}
    for _ in range(times):
        answer = await people.execute(QUERY, variables, context(RIGHTS))
    assert [len(person["all"] or ()) for person in answer["data"]["_entities"]] == [0, LONGEST_LIST, 0]
    assert [person["firstName"] for person in answer["data"]["_entities"]] == ["Ondine2", "Ondine1", "Ondine2"]
    assert {(error["extensions"]["code"], *error["path"]) for error in answer["errors"]} == {
        ("LIST_TOO_LONG", "_entities", 0, "all"),
        ("LIST_TOO_LONG", "_entities", 2, "all"),
    }


async def test_a_long_list_spoils_no_other_row_of_a_page(rows: Rows, people: Subgraph) -> None:
    await write(rows, 1, LONGEST_LIST + 1)
    await write(rows, 2, 1)
    answer = await people.execute(CASELOAD, {}, context(RIGHTS))
    assert answer["data"]["persons"]["nodes"] == [
        {"firstName": "Ondine1", "constraints": None},
        {"firstName": "Ondine2", "constraints": [{"theme": "MOBILITE"}]},
    ]
    assert [error["path"] for error in answer["errors"]] == [["persons", "nodes", 0, "constraints"]]
