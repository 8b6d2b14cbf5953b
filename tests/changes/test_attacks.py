"""The list of changes refuses forged, borrowed and expired cursors, journals each reading and keeps each role apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from hub.changes import retention
from schema.days import today
from schema.facts import Fact, link_key
from tests.changes.conftest import (
    ACTORS,
    ADVISER,
    DELEGATE,
    DEPARTMENT,
    FOLLOWED,
    FOREIGNER,
    OFFICER,
    REFERENT,
    Copy,
    someone,
)
from tests.conftest import Database
from tests.e2e.canary_inside import Inside
from tests.kit.conftest import Rows, person_id
from tests.kit.test_ordering import add_appointments
from tests.kit.test_row_security import visible_rows

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_cursor_is_its_holders_alone_and_no_one_makes_one(hub: Inside, world: Rows) -> None:
    await someone(world, 1)
    cursor = (await Copy(hub).read()).cursor
    assert cursor is not None
    forged = (cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB"), cursor[:40], "", "e30", cursor + "=")
    for text in forged:
        assert await Copy(hub, cursor=text).code() == "FORBIDDEN_INPUT"
    for actor in (FOREIGNER, REFERENT):
        assert await Copy(hub, actor, cursor=cursor).code() == "FORBIDDEN_INPUT"
    page = (await hub.ask(OFFICER, "{ persons(first: 1) { edges { cursor } } }")).data["persons"]
    assert await Copy(hub, cursor=page["edges"][0]["cursor"]).code() == "FORBIDDEN_INPUT"


async def test_another_perimeter_or_another_query_starts_again(hub: Inside, world: Rows) -> None:
    await someone(world, 1)
    cursor = (await Copy(hub).read()).cursor
    assert await Copy(hub, shown="id firstName", cursor=cursor).code() == "CHANGES_RESTART"
    claims = {**ACTORS[OFFICER].claims, "departments": ["2A"]}
    moved = replace(ACTORS[OFFICER], claims=claims)
    elsewhere = Inside(hub.app, hub.issuer, {**hub.actors, OFFICER: moved}, hub.transports, hub.database)
    assert await Copy(elsewhere, cursor=cursor).code() == "CHANGES_RESTART"
    assert not (await Copy(hub, cursor=cursor).read()).changed


@pytest.mark.parametrize("first", [0, -1, 101, 1001])
async def test_a_page_has_the_bound_of_every_other_list(hub: Inside, first: int) -> None:
    query = "query($n: Int) { changes(first: $n) { pageInfo { endCursor } } }"
    assert (await hub.ask(OFFICER, query, {"n": first})).code == "BAD_FIRST"


async def test_what_is_no_longer_kept_is_read_anew(hub: Inside, world: Rows, database: Database) -> None:
    await someone(world, 1)
    copy = await Copy(hub).read()
    await world.connection.execute("UPDATE people.person SET last_name = 'Autre'")
    connection = await database.connect()
    assert await retention.expire(connection, 1) == 0
    await world.connection.execute("UPDATE access.change_mark SET at = at - interval '2 days'")
    assert await retention.expire(connection, 3) == 0
    assert (await copy.read()).changed == {person_id(1)}
    assert await retention.expire(connection, 1) > 0
    old = copy.cursor
    await connection.execute("DELETE FROM access.change_mark WHERE xid < (SELECT max(xid) FROM access.change_mark)")
    assert await copy.code() == "CHANGES_EXPIRED"
    copy.cursor = None
    assert (await copy.read()).people == await copy.perimeter()
    await retention.restart(connection)
    assert await copy.code() == "CHANGES_RESTART"
    assert await Copy(hub, cursor=old).code() == "CHANGES_RESTART"
    await connection.close()


async def test_nobody_who_may_read_nothing_is_told_anything(hub: Inside, world: Rows) -> None:
    await someone(world, 1, FOLLOWED)
    await someone(world, 2, FOLLOWED, access={"restrictions": int(Fact.OPPOSITION)})
    await someone(world, 3)
    copy = await Copy(hub, REFERENT).read()
    assert copy.ids == {person_id(1)}
    for number in (2, 3):
        await world.connection.execute("UPDATE people.person SET last_name = 'Z' WHERE id = $1", person_id(number))
    answer = await hub.ask(
        REFERENT, "query($c: String) { changes(since: $c) { nodes { id } pageInfo { hasNextPage } } }"
    )
    assert [person["id"] for person in answer.data["changes"]["nodes"]] == [person_id(1)]
    assert (await copy.read()).ids == {person_id(1)}


async def test_whoever_is_told_or_withdrawn_is_journalled_as_a_set(hub: Inside, world: Rows) -> None:
    for number in range(1, 6):
        await someone(world, number)
    copy = await Copy(hub, shown="id lastName", first=100).read()
    await world.connection.execute("DELETE FROM access.link WHERE person_id = $1", person_id(1))
    await world.connection.execute("UPDATE people.person SET last_name = 'Autre' WHERE id <> $1", person_id(1))
    before = await world.connection.fetchval("SELECT count(*) FROM journal.disclosure")
    await copy.read()
    rows = await world.connection.fetch(
        "SELECT cardinality(subjects) AS people, coordinates FROM journal.disclosure OFFSET $1", before
    )
    assert sorted((row["people"], "Withdrawal.id" in row["coordinates"]) for row in rows) == [(1, True), (4, False)]


async def test_the_reader_of_changes_sees_links_of_its_scopes_and_no_value(world: Rows, database: Database) -> None:
    await someone(world, 1)
    await someone(world, 2, (Fact.DEPARTMENT_BRSA, "2A"))
    scope = link_key(*DEPARTMENT)
    for table in ("link", "link_change", "person", "person_change", "change"):
        assert await visible_rows(database, "changes_reader", f"access.{table}") == 0
        assert await visible_rows(database, "changes_reader", f"access.{table}", scope) > 0
        people = f"(SELECT person_id FROM access.{table} WHERE person_id <> '{person_id(1)}') others"
        assert await visible_rows(database, "changes_reader", people, scope) == 0
    connection = await database.connect("changes_reader")
    for statement in (
        "SELECT FROM people.person",
        "INSERT INTO access.change_mark DEFAULT VALUES",
        "DELETE FROM access.change",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()
    connection = await database.connect("people_ingest")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DELETE FROM access.change")
    await connection.close()


async def test_an_absence_that_one_may_not_read_changes_in_silence(hub: Inside, world: Rows) -> None:
    """Nothing new in a rendez-vous that was to change would be an absence: neither told, nor dated."""
    await someone(world, 1, FOLLOWED)
    await add_appointments(world, 1, person=1)
    shown = "id appointments(first: 5) { nodes { id startsAt status provenance { source asOf } } }"
    adviser = await Copy(hub, REFERENT, shown, purpose="contrat").read()
    versions = await Copy(hub, REFERENT, "id appointments(first: 5) { nodes { id version } }").read()
    referent, before = await Copy(hub, REFERENT, shown).read(), dict(adviser.people)
    change = "UPDATE appointments.appointment SET status = $1, as_of = now(), {}"
    for status in ("ABSENT", "INCONNU", "ABSENT"):
        await world.connection.execute(change.format("mode = mode"), status)
        assert not (await adviser.read()).changed
        assert {person_id(1)} == (await referent.read()).changed == (await versions.read()).changed
    assert adviser.people == before == await adviser.perimeter()
    assert referent.people == await referent.perimeter() != before
    for status, assignment in (("INCONNU", "mode = 'VISIO'"), ("ABSENT", "mode = NULL"), ("VU", "mode = NULL")):
        await world.connection.execute(change.format(assignment), status)
        assert {person_id(1)} == (await adviser.read()).changed == (await referent.read()).changed
    assert adviser.people == await adviser.perimeter()


async def test_a_right_or_an_end_that_decides_nothing_of_the_query_changes_in_silence(hub: Inside, world: Rows) -> None:
    """An adviser whose mission no opposition stops learns of none by a person who is told with nothing new, nor the
    day of a last contact by the end of a duration."""
    await someone(world, 1, (Fact.TERRITORY, "08"), access={"last_contact": today() - timedelta(179)})
    names = await Copy(hub, ADVISER, "id lastName").read()
    disabled = await Copy(hub, ADVISER, "id lastName hasRqth").read()
    change = "UPDATE access.person SET {} WHERE person_id = $1"
    for restrictions in (int(Fact.OPPOSITION), 0):
        await world.connection.execute(change.format(f"restrictions = {restrictions}"), person_id(1))
        assert not (await names.read()).changed
        assert not (await disabled.read()).changed
    await world.connection.execute(change.format("last_contact = CURRENT_DATE - 181"), person_id(1))
    assert not (await names.read()).changed
    assert (await disabled.read()).changed == {person_id(1)}
    await world.connection.execute(change.format(f"restrictions = {int(Fact.LIMITATION)}"), person_id(1))
    assert (await names.read()).withdrawals == {person_id(1): ("WITHDRAWN", None)}


async def test_whoever_reads_the_rights_of_people_is_told_of_them(hub: Inside, world: Rows) -> None:
    await someone(world, 1)
    copy = await Copy(hub, DELEGATE, "id restrictions rights { lastContactOn }").read()
    for change in (f"restrictions = {int(Fact.OPPOSITION)}", "last_contact = CURRENT_DATE - 3"):
        await world.connection.execute(f"UPDATE access.person SET {change}")
        assert (await copy.read()).changed == {person_id(1)}
        assert copy.people == await copy.perimeter()


async def test_a_member_of_the_group_whom_naming_would_reveal_comes_and_goes_in_silence(
    hub: Inside, world: Rows
) -> None:
    """A probation service that joins the follow-up is no change to whoever may not know of it."""
    await someone(world, 1, FOLLOWED)
    shown = "id referent { since } followUpGroup { since structure { id } }"
    copy = await Copy(hub, REFERENT, shown, purpose="contrat").read()
    for number, sensitivity in ((71, "JUST"), (72, None)):
        structure, agent = f"structure-{number}", person_id(number)
        await world.insert("people.structure", id=structure, sensitivity=sensitivity)
        await world.sourced("people.agent", id=agent, email=f"agent{number}@exemple.invalid")
        member = {"id": agent, "person_id": person_id(1), "agent_id": agent, "structure_id": structure}
        await world.sourced("people.referent", **member)
        assert (await copy.read()).changed == (set() if sensitivity else {person_id(1)})
    assert copy.people == await copy.perimeter()
