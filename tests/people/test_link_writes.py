"""Writing who accompanies opens a person on the law's ground alone: each test is an attack, and what it must leave."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from hub.matching.merges import MOVE, MOVING
from schema.days import day_of
from schema.facts import Fact, link_key
from subgraphs.kit.server import Subgraph
from tests.conftest import Database
from tests.kit.conftest import AGENT, NOW, OTHER_SIRET, SIRET, Rows, context, person_id
from tests.people.writing import rights, send, writing

__all__ = ["writing"]
TODAY = day_of(datetime.fromtimestamp(NOW, UTC))
COLLEAGUE, STRANGER, MEMBER = (f"00000000-0000-4000-8000-0000000000{number}" for number in ("c1", "c2", "c3"))
REFERENT = ("referent_cd", "suivi", link_key(Fact.REFERENT, AGENT))
ORIENTEUR = ("orienteur_cd", "orientation", link_key(Fact.DEPARTMENT_BRSA, "08"))
ITEM = "id version since endedOn agent { id } provenance { source }"
ORIENTED = "id pathway startsOn structure { id }"
LINKS = """
SELECT relation, scope_id, valid_from, valid_until FROM access.link WHERE origin = 'hub' ORDER BY origin_id, valid_from
"""
WAITS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'people_write' AND wait_event_type = 'Lock'
"""
LOCKED_REFERENT = """
CREATE FUNCTION people.held() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
CREATE TRIGGER held AFTER INSERT ON people.referent FOR EACH ROW EXECUTE FUNCTION people.held();
"""
"""Holds who adds a member after all that decides, as long as a test has the lock."""


def follower(agent: str, relation: Fact = Fact.REFERENT) -> tuple[str, str, str]:
    """An agent of the département who accompanies by this relation."""
    return "referent_cd", "suivi", link_key(relation, agent)


@pytest.fixture
async def world(rows: Rows) -> Rows:
    """A person with a referent and a member of its group, agents of two organisations, an open structure, a sensitive
    one and one whose organisation nobody knows."""
    await rows.person(1, (Fact.REFERENT, AGENT), (Fact.GROUP, MEMBER), (Fact.DEPARTMENT_BRSA, "08"))
    for agent, siret in ((AGENT, SIRET), (COLLEAGUE, SIRET), (MEMBER, SIRET), (STRANGER, OTHER_SIRET)):
        await rows.sourced("people.agent", id=agent, email=f"{agent}@departement.example", organisation_siret=siret)
    await rows.insert("people.structure", id="s--open", siret=OTHER_SIRET)
    await rows.insert("people.structure", id="s--spip", siret=OTHER_SIRET, sensitivity="JUST")
    await rows.insert("people.structure", id="s--unknown")
    return rows


async def name(subgraph: Subgraph, mutation: str, agent: str, who: tuple[str, str, str] = REFERENT, **more: Any) -> Any:
    """Designate an agent today."""
    person = more.pop("person", person_id(1))
    inputs = {"person": person, "agent": agent, "since": TODAY.isoformat()}
    return await send(subgraph, mutation, ITEM, who, inputs, **more)


async def orient(
    subgraph: Subgraph,
    structure: str,
    days: int = 0,
    who: tuple[str, str, str] = ORIENTEUR,
    person: str = person_id(1),
) -> Any:
    """Decide an orientation that begins in so many days."""
    starts_on = (TODAY + timedelta(days=days)).isoformat()
    inputs = {"person": person, "pathway": "SOCIAL", "startsOn": starts_on, "structure": structure}
    return await send(subgraph, "decideOrientation", ORIENTED, who, inputs)


async def end(subgraph: Subgraph, item: Any, who: tuple[str, str, str] = REFERENT, **more: Any) -> Any:
    """End a member."""
    inputs = {"member": item["id"], "expectedVersion": item["version"], "endedOn": TODAY.isoformat()}
    return await send(subgraph, "endFollowUp", ITEM, who, inputs, **more)


async def links(rows: Rows) -> list[tuple[Any, ...]]:
    """Links that what was written has opened."""
    return [tuple(row) for row in await rows.connection.fetch(LINKS)]


async def sees(rows: Rows, database: Database, key: str) -> bool:
    """Whether row security shows the person to a scope."""
    connection = await database.connect("people_query")
    try:
        await connection.execute("SELECT set_config('spie.scopes', $1, false)", key)
        return bool(await connection.fetchval("SELECT count(*) FROM people.person"))
    finally:
        await connection.close()


async def test_the_referent_appoints_a_colleague_and_the_person_is_open_to_whom_was_appointed_until_ended(
    world: Rows, writing: Subgraph, fresh_database: Database
) -> None:
    referent = await name(writing, "setReferent", COLLEAGUE)
    assert (referent["agent"], referent["provenance"]) == ({"id": COLLEAGUE}, {"source": "hub"})
    member = await name(writing, "addToFollowUpGroup", MEMBER, follower(COLLEAGUE))
    opened = {(int(Fact.REFERENT), COLLEAGUE), (int(Fact.GROUP), MEMBER)}
    assert {link[:2] for link in await links(world)} == opened
    assert await sees(world, fresh_database, link_key(Fact.REFERENT, COLLEAGUE))
    ended = await end(writing, member, follower(COLLEAGUE))
    assert ended["endedOn"] == TODAY.isoformat()
    assert {link[:2] for link in await links(world)} == {(int(Fact.REFERENT), COLLEAGUE)}
    assert await end(writing, ended) == ["FOLLOW_UP_ENDED"]
    assert await end(writing, referent, organisation=OTHER_SIRET) == ["MEMBER_NOT_YOURS"]
    shown = await writing.execute(
        "query ($id: ID!) { person(id: $id) { referent { agent { id } } followUpGroup { agent { id } } } }",
        {"id": person_id(1)},
        context(rights("referent_cd", "suivi"), REFERENT[2]),
    )
    assert shown["data"]["person"] == {
        "referent": {"agent": {"id": COLLEAGUE}},
        "followUpGroup": [{"agent": {"id": COLLEAGUE}}],
    }


async def test_what_is_written_of_a_merged_persons_id_is_the_survivors_and_goes_back_with_it(
    world: Rows, writing: Subgraph
) -> None:
    await world.merged(2, 1)
    referent = await name(writing, "setReferent", COLLEAGUE, person=person_id(2))
    assert referent["agent"] == {"id": COLLEAGUE}
    assert await orient(writing, "s--open", person=person_id(2)) != ["WRITE_REFUSED"]
    stranger = follower(STRANGER)
    assert await name(writing, "setReferent", COLLEAGUE, stranger, person=person_id(2)) == ["WRITE_REFUSED"]
    written = """
        SELECT person_id::text, unmerged_person_id::text FROM people.referent
        UNION ALL SELECT person_id::text, unmerged_person_id::text FROM people.orientation
        UNION ALL SELECT person_id::text, unmerged_person_id::text FROM access.link WHERE origin = 'hub'
    """
    assert {tuple(row) for row in await world.connection.fetch(written)} == {(person_id(1), person_id(2))}
    assert len(await world.connection.fetch(written)) == 4
    for table in MOVING:
        await world.connection.execute(MOVE.format(table=table.fullname), *[UUID(person_id(2))] * 2)
    assert {tuple(row) for row in await world.connection.fetch(written)} == {(person_id(2), None)}


async def test_nobody_appoints_itself_to_a_person_whom_it_does_not_accompany_as_referent(
    world: Rows, writing: Subgraph
) -> None:
    for mutation in ("setReferent", "addToFollowUpGroup"):
        assert await name(writing, mutation, COLLEAGUE, follower(COLLEAGUE)) == ["WRITE_REFUSED"]
        assert await name(writing, mutation, MEMBER, follower(MEMBER, Fact.GROUP)) == ["WRITE_REFUSED"]
        assert await name(writing, mutation, AGENT, ORIENTEUR) == ["WRITE_REFUSED"]
    assert await orient(writing, "s--open", who=REFERENT) == ["WRITE_REFUSED"]
    assert await orient(writing, "s--open", who=("orienteur_cd", "orientation", "32 2A")) == ["WRITE_REFUSED"]
    assert await links(world) == []


async def test_nobody_appoints_itself_and_so_keeps_a_person_open_whom_its_source_ends(
    world: Rows, writing: Subgraph
) -> None:
    for mutation in ("setReferent", "addToFollowUpGroup"):
        assert await name(writing, mutation, AGENT) == ["AGENT_NOT_YOURS"]
    assert await links(world) == []


async def test_a_colleague_of_another_organisation_is_appointed_by_nobody_and_told_as_one_that_is_not_there(
    world: Rows, writing: Subgraph
) -> None:
    for agent in (STRANGER, person_id(77), "no id", "' OR true --"):
        assert await name(writing, "setReferent", agent) == ["AGENT_NOT_YOURS"]
    assert await name(writing, "setReferent", COLLEAGUE, organisation=OTHER_SIRET) == ["AGENT_NOT_YOURS"]
    assert await links(world) == []


async def test_an_orientation_opens_its_organisation_from_its_first_day_and_ends_the_one_before(
    world: Rows, writing: Subgraph
) -> None:
    orientation = await orient(writing, "s--open", 3)
    assert (orientation["pathway"], orientation["structure"]) == ("SOCIAL", {"id": "s--open"})
    [link] = await links(world)
    assert link == (int(Fact.ORG_REFERENT), OTHER_SIRET, TODAY + timedelta(days=3), None)
    assert (await orient(writing, "s--open", 30))["id"] != orientation["id"]
    validity = sorted(link[2:] for link in await links(world))
    assert [until for _, until in validity] == [TODAY + timedelta(days=29), None]
    [row] = await world.connection.fetch("SELECT * FROM people.orientation WHERE ends_on IS NULL")
    assert (row["organisation_siret"], row["recorded_by"], row["source"]) == (OTHER_SIRET, SIRET, "hub")


async def test_a_structure_that_reveals_or_that_nobody_knows_is_refused_alike(world: Rows, writing: Subgraph) -> None:
    for structure in ("s--spip", "s--unknown", "s--nowhere", ""):
        assert await orient(writing, structure) == ["STRUCTURE_NOT_OPEN"]
    assert await links(world) == []


async def test_who_objects_is_opened_to_nobody_more(world: Rows, writing: Subgraph) -> None:
    member = await name(writing, "addToFollowUpGroup", COLLEAGUE)
    await world.connection.execute(f"UPDATE access.person SET restrictions = {int(Fact.OPPOSITION)}")
    before = await links(world)
    assert await orient(writing, "s--open") == ["WRITE_REFUSED"]
    assert await name(writing, "setReferent", COLLEAGUE) == ["WRITE_REFUSED"]
    assert await end(writing, member) == ["WRITE_REFUSED"]
    assert await links(world) == before


async def test_no_role_that_writes_opens_a_link_by_itself_nor_one_that_has_ended(
    world: Rows, writing: Subgraph, fresh_database: Database
) -> None:
    ended = await end(writing, await name(writing, "addToFollowUpGroup", COLLEAGUE))
    connection = await fresh_database.connect("people_write")
    for setting, value in (("scopes", REFERENT[2]), ("organisation", SIRET), ("actor", "another")):
        await connection.execute("SELECT set_config($1, $2, false)", f"spie.{setting}", value)
    await connection.execute("UPDATE people.referent SET ended_on = NULL WHERE id = $1", ended["id"])
    assert await links(world) == []
    for statement in (
        f"UPDATE people.referent SET agent_id = '{AGENT}'",
        "UPDATE people.orientation SET organisation_siret = 'x'",
        "UPDATE access.link SET valid_until = NULL",
        "DELETE FROM access.link",
        "INSERT INTO access.link (person_id) SELECT person_id FROM access.link",
        "SELECT access.follow_item()",
        "CREATE TEMP TABLE referent AS SELECT * FROM people.referent",
    ):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.FeatureNotSupportedError)):
            await connection.execute(statement)
    await connection.close()


async def test_what_another_system_says_of_who_accompanies_is_not_ended_here(world: Rows, writing: Subgraph) -> None:
    await world.sourced("people.referent", id=person_id(9), person_id=person_id(1), agent_id=AGENT)
    assert await end(writing, {"id": person_id(9), "version": 1}) == ["RECORDED_ELSEWHERE"]


async def test_an_end_is_answered_once_nobody_whom_it_ends_can_still_add_anybody(
    world: Rows, writing: Subgraph, fresh_database: Database
) -> None:
    referent = await name(writing, "setReferent", COLLEAGUE)
    await world.connection.execute(LOCKED_REFERENT)
    holder = await fresh_database.connect()
    try:
        async with holder.transaction():
            await holder.execute("SELECT pg_advisory_xact_lock(1)")
            adding = asyncio.create_task(name(writing, "addToFollowUpGroup", MEMBER, follower(COLLEAGUE)))
            while not adding.done() and await world.connection.fetchval(WAITS) < 1:
                pass
            ending = asyncio.create_task(end(writing, referent))
            while not ending.done() and await world.connection.fetchval(WAITS) < 2:
                pass
            assert not ending.done()
    finally:
        await holder.close()
    assert (await adding)["agent"] == {"id": MEMBER}
    assert (await ending)["endedOn"] == TODAY.isoformat()
    assert await name(writing, "addToFollowUpGroup", MEMBER, follower(COLLEAGUE)) == ["WRITE_REFUSED"]
