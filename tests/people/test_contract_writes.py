"""A contract is drafted by who accompanies, signed by both parties or not at all, never changed once it is signed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from schema.days import day_of
from schema.facts import Fact, link_key
from subgraphs.kit.server import Subgraph
from tests.conftest import Database
from tests.kit.conftest import AGENT, NOW, OTHER_SIRET, SIRET, Rows, person_id
from tests.people.writing import send, writing

__all__ = ["writing"]
TODAY = day_of(datetime.fromtimestamp(NOW, UTC))
AGENT_OF_PERSON = ("referent_cd", "contrat", link_key(Fact.REFERENT, AGENT))
PERSON = ("beneficiaire", "droits", link_key(Fact.SELF, person_id(1)))
CONTRACT = "id kind signedOn startsOn endsOn organisationSignedOn personSignedOn renews version provenance { source }"
SIGNED = {"signedOn": TODAY.isoformat()}


def terms(starts: int = 0, days: int = 180) -> dict[str, Any]:
    """A contract that begins and ends so many days from today."""
    start = TODAY + timedelta(days=starts)
    return {"startsOn": start.isoformat(), "endsOn": (start + timedelta(days=days)).isoformat()}


def of(item: Any) -> dict[str, Any]:
    """An item as it was read."""
    return {"contract": item["id"], "expectedVersion": item["version"]}


async def draft(subgraph: Subgraph, **terms_of_contract: Any) -> Any:
    """Draft a contract of the person 1."""
    inputs = {"person": person_id(1), "kind": "CER", **terms(), **terms_of_contract}
    return await send(subgraph, "draftContract", CONTRACT, AGENT_OF_PERSON, inputs)


async def sign(subgraph: Subgraph, item: Any, **more: Any) -> Any:
    """Sign for the organisation."""
    return await send(subgraph, "signContract", CONTRACT, AGENT_OF_PERSON, {**of(item), **SIGNED}, **more)


async def sign_own(subgraph: Subgraph, item: Any, who: tuple[str, str, str] = PERSON, **more: Any) -> Any:
    """Sign for oneself."""
    inputs = {**of(item), **SIGNED, **more}
    return await send(subgraph, "signOwnContract", CONTRACT, who, inputs, organisation=None, actor=person_id(1))


@pytest.fixture
async def followed(rows: Rows) -> Rows:
    """A person whom the agent follows, and who may ask for itself."""
    await rows.person(1, (Fact.REFERENT, AGENT), (Fact.SELF, person_id(1)))
    await rows.person(2, (Fact.SELF, person_id(2)))
    return rows


async def test_a_contract_is_signed_when_both_parties_have_signed_and_its_renewal_begins_unsigned(
    followed: Rows, writing: Subgraph
) -> None:
    contract = await draft(writing)
    assert (contract["kind"], contract["signedOn"], contract["version"], contract["provenance"]) == (
        "CER",
        None,
        1,
        {"source": "hub"},
    )
    [row] = await followed.connection.fetch("SELECT organisation_siret FROM people.contract")
    assert row["organisation_siret"] == SIRET
    half = await sign(writing, contract)
    assert (half["organisationSignedOn"], half["personSignedOn"], half["signedOn"]) == (TODAY.isoformat(), None, None)
    early = await send(writing, "renewContract", CONTRACT, AGENT_OF_PERSON, {**of(half), **terms(180)})
    assert early == ["CONTRACT_NOT_SIGNED"]
    whole = await sign_own(writing, half)
    assert (whole["signedOn"], whole["version"]) == (TODAY.isoformat(), 3)
    renewed = await send(writing, "renewContract", CONTRACT, AGENT_OF_PERSON, {**of(whole), **terms(180)})
    assert (renewed["kind"], renewed["renews"], renewed["signedOn"]) == ("CER", contract["id"], None)
    assert (await sign(writing, whole), await sign_own(writing, whole)) == (["CONTRACT_SIGNED"], ["CONTRACT_SIGNED"])


async def test_nobody_signs_for_the_other_party_nor_for_another_organisation_nor_past_the_end(
    followed: Rows, writing: Subgraph
) -> None:
    contract = await draft(writing)
    assert await sign(writing, contract, organisation=OTHER_SIRET) == ["NOT_A_PARTY"]
    assert await sign_own(writing, contract, AGENT_OF_PERSON) == ["WRITE_REFUSED"]
    other_person = ("beneficiaire", "droits", link_key(Fact.SELF, person_id(2)))
    assert await sign_own(writing, contract, other_person) == ["WRITE_REFUSED"]
    as_agent = await send(writing, "signContract", CONTRACT, PERSON, {**of(contract), **SIGNED}, organisation=None)
    assert as_agent == ["WRITE_REFUSED"]
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    assert await sign_own(writing, contract, signedOn=yesterday) == ["TODAY"]
    past = await draft(writing, **terms(-60, 30))
    assert await sign(writing, past) == ["CONTRACT_ENDED"]
    [unsigned] = await followed.connection.fetch(
        "SELECT count(*) FROM people.contract WHERE organisation_signed_on IS NULL AND person_signed_on IS NULL"
    )
    assert unsigned["count"] == 2


async def test_an_objection_closes_the_draft_and_all_that_is_wrong_is_told_at_once(
    followed: Rows, writing: Subgraph
) -> None:
    wrong = await draft(writing, kind="PPAE", startsOn="2020-01-01", endsOn="2019-01-01")
    assert wrong == ["CONTRACT_KIND", "CONTRACT_START"]
    assert await draft(writing, **terms(0, 800)) == ["CONTRACT_LENGTH"]
    await followed.connection.execute(f"UPDATE access.person SET restrictions = {int(Fact.OPPOSITION)}")
    assert await draft(writing) == ["WRITE_REFUSED"]
    assert await followed.connection.fetchval("SELECT count(*) FROM people.contract") == 0


async def test_what_another_system_keeps_or_both_have_signed_is_changed_by_no_role_that_writes(
    followed: Rows, writing: Subgraph, fresh_database: Database
) -> None:
    await followed.sourced(
        "people.contract", id=person_id(9), person_id=person_id(1), kind="CER", ends_on=date(2030, 1, 1)
    )
    assert await sign(writing, {"id": person_id(9), "version": 1}) == ["RECORDED_ELSEWHERE"]
    await draft(writing)
    connection = await fresh_database.connect("people_write")
    for name, value in (("scopes", AGENT_OF_PERSON[2]), ("organisation", SIRET), ("actor", "another")):
        await connection.execute("SELECT set_config($1, $2, false)", f"spie.{name}", value)
    for statement in (
        "UPDATE people.contract SET ends_on = ends_on + 1",
        "UPDATE people.contract SET signed_on = current_date",
        "UPDATE people.contract SET organisation_signed_on = current_date WHERE source <> 'hub'",
        "UPDATE people.person SET first_name = 'x'",
        "DELETE FROM people.contract",
        "INSERT INTO access.link SELECT person_id FROM people.contract",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    assert await connection.fetch("SELECT FROM people.write_request") == []
    await connection.close()
