"""A RQTH is told yes or null, from the last day that a source knows of it: until six months after."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from schema.days import day_of
from schema.facts import Fact
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import AGENT, NOW, REFERENT, Rows, anyone, context, person_id, residual

RQTH = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id hasRqth } } }"
TODAY = day_of(datetime.fromtimestamp(NOW, UTC))


@pytest.mark.parametrize(
    ("ends_on", "expected"),
    [
        pytest.param(date(9999, 12, 31), True, id="for life"),
        pytest.param(TODAY, True, id="its last day"),
        pytest.param(TODAY - timedelta(180), True, id="until six months after its end"),
        pytest.param(TODAY - timedelta(181), None, id="and no longer"),
        pytest.param(None, None, id="nothing"),
    ],
)
async def test_a_rqth_is_told_yes_or_null_whose_no_is_what_is_not_known(
    rows: Rows, people: Subgraph, ends_on: date | None, expected: bool | None
) -> None:
    for number in (1, 2):
        await rows.person(number, (Fact.REFERENT, AGENT))
    await rows.sourced("people.disability", person_id=person_id(1), rqth_ends_on=ends_on)
    reduced = residual({"Person": anyone(Fact.REFERENT)}, {"Person.hasRqth": anyone(Fact.REFERENT)})
    variables = {"r": [{"__typename": "Person", "id": person_id(number)} for number in (1, 2)]}
    answer = await people.execute(RQTH, variables, context(reduced, REFERENT))
    assert [person["hasRqth"] for person in answer["data"]["_entities"]] == [expected, None]
