"""`_entities`: what a representation must be, and what a row that is denied looks like."""

from __future__ import annotations

from typing import Any

from schema.facts import Fact
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import AGENT, Rows, anyone, context, person_id, residual

QUERY = "query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Person { id firstName _access } } }"
READ = residual({"Person": anyone(Fact.REFERENT)}, {"Person.firstName": anyone(Fact.REFERENT)})


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"__typename": "Person", "id": person_id(number), **more}


async def test_linked_person_is_returned_with_its_facts(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT), first_name="Ondine")
    answer = await people.execute(QUERY, {"r": [person(1)]}, context(READ))
    assert answer == {
        "data": {
            "_entities": [
                {
                    "__typename": "Person",
                    "id": person_id(1),
                    "firstName": "Ondine",
                    "_access": [person_id(1), int(Fact.REFERENT)],
                }
            ]
        }
    }
