"""An item whose own duration is over is not there for whom that binds: not in its list, nor in what a page tells."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from schema.days import day_of
from schema.facts import Fact
from schema.residual import Clause, Residual, Rule
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import AGENT, NOW, REFERENT, Rows, anyone, context, person_id, residual
from tests.offers.test_journey import COMPANY, FIELDS, TYPES, numbers, read, referral

TODAY = day_of(datetime.fromtimestamp(NOW, UTC))
BOUND = (Clause(int(Fact.REFERENT), 0, int(Fact.ITEM_ENDED)),)
DAYS = {"Referral": 180, "JobApplication": 90, "ImmersionAgreement": 730}
AGES: dict[str, tuple[int | None, ...]] = {
    "referrals": (181, 180, None),
    "jobApplications": (91, 90, 0),
    "immersions": (731, 730, -5),
}
"""Days since the day of each item, 1 to 3; of one, it is not known."""


def ending(clauses: tuple[Clause, ...], items: dict[str, int]) -> Residual:
    rows: dict[str, Rule | tuple[Clause, ...]] = dict.fromkeys(("Person", "PassIae"), anyone(Fact.REFERENT))
    fields: dict[str, Rule | tuple[Clause, ...]] = dict.fromkeys(FIELDS, anyone(Fact.REFERENT))
    return residual(rows | dict.fromkeys(TYPES, clauses), fields, items=items)


@pytest.fixture
async def items(rows: Rows) -> Rows:
    """Three items of each type, the first of which has just ended; none has a link of its own."""
    await rows.person(1, (Fact.REFERENT, AGENT))
    await rows.sourced("offers.company", id="emplois--1", name="La Renouée", kind="ACI", siret=COMPANY)
    for number in (1, 2, 3):
        sent, changed, began = (
            None if ages[number - 1] is None else TODAY - timedelta(ages[number - 1] or 0) for ages in AGES.values()
        )
        assert changed is not None
        await referral(rows, number, 1, COMPANY, "demonstration--service-04", processed_on=sent)
        await rows.sourced(
            "offers.job_application", id=person_id(200 + number), person_id=person_id(1), company_id="emplois--1",
            state="accepted", sender="prescriber", created_at=datetime(2020, 1, number, tzinfo=UTC),
            updated_at=datetime.combine(changed, time(9), UTC), organisation_siret=COMPANY,
        )  # fmt: skip
        await rows.sourced(
            "offers.immersion_agreement", id=person_id(300 + number), person_id=person_id(1), siret=COMPANY,
            status="ACCEPTED_BY_VALIDATOR", objective="DECOUVRIR_UN_METIER", company_name="Le Fournil",
            starts_on=began, ends_on=date(2099, 1, 1), agency_kind="mission-locale", organisation_siret=COMPANY,
        )  # fmt: skip
    return rows


async def test_an_item_is_there_until_its_last_day_and_not_after(items: Rows, offers: Subgraph) -> None:
    person = await read(offers, ending(BOUND, DAYS), REFERENT)
    assert {name: sorted(listed) for name, listed in numbers(person).items()} == {name: [2, 3] for name in AGES}


async def test_whom_no_duration_binds_reads_them_all(items: Rows, offers: Subgraph) -> None:
    for unbound in (ending(anyone(Fact.REFERENT), DAYS), ending(BOUND, {})):
        person = await read(offers, unbound, REFERENT)
        assert {name: sorted(listed) for name, listed in numbers(person).items()} == {name: [1, 2, 3] for name in AGES}


async def test_a_page_is_counted_after_the_ended_are_dropped(items: Rows, offers: Subgraph) -> None:
    page = await read(offers, ending(BOUND, DAYS), REFERENT, first=2)
    assert numbers(page)["referrals"] == [3, 2]
    assert page["referrals"]["pageInfo"]["hasNextPage"] is False


async def test_that_an_item_has_ended_is_told_to_the_hub_as_a_fact(items: Rows, offers: Subgraph) -> None:
    query = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person {
        referrals(first: 5) { nodes { id _access } } } } }"""
    variables: dict[str, Any] = {"r": [{"__typename": "Person", "id": person_id(1)}]}
    answer = await offers.execute(query, variables, context(ending(anyone(Fact.REFERENT), DAYS), REFERENT))
    nodes = answer["data"]["_entities"][0]["referrals"]["nodes"]
    ended = {int(node["id"][-2:]): bool(node["_access"][1] & Fact.ITEM_ENDED) for node in nodes}
    assert ended == {1: True, 2: False, 3: False}


async def test_a_type_that_bears_no_day_has_always_ended(items: Rows, offers: Subgraph) -> None:
    await items.sourced(
        "offers.pass_iae", id=person_id(401), person_id=person_id(1), number="999990000001",
        status="VALID", starts_on=TODAY, ends_on=TODAY,
    )  # fmt: skip
    base = ending(BOUND, DAYS)
    assert (await read(offers, base, REFERENT))["passIae"] is not None
    closed = Residual({**base.rows, "PassIae": Rule(BOUND)}, base.fields, items={**DAYS, "PassIae": 10**6})
    assert (await read(offers, closed, REFERENT))["passIae"] is None
