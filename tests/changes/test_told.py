"""What `changes` tells of whom: the whole perimeter once, then who changed, who came and who may no longer be read."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from hub.changes import change_list
from hub.changes.statements import NOW, TOUCHED, TOUCHED_AFTER
from schema.days import today
from schema.facts import Fact, link_key
from subgraphs.kit.connection_pool import SETTINGS
from subgraphs.kit.transactions import begin
from tests.changes.conftest import DEPARTMENT, FOLLOWED, FOREIGNER, REFERENT, SHOWN, Copy, someone
from tests.conftest import Database
from tests.e2e.canary_inside import Inside
from tests.kit.conftest import Rows, person_id
from tests.kit.test_ordering import add_appointments

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_without_a_cursor_the_whole_perimeter_is_told_once(hub: Inside, world: Rows) -> None:
    for number in range(1, 8):
        await someone(world, number)
    await someone(world, 8, (Fact.DEPARTMENT_BRSA, "2A"))
    copy = await Copy(hub).read()
    assert copy.people == await copy.perimeter()
    assert set(copy.people) == {person_id(number) for number in range(1, 8)}
    assert not (await copy.read()).changed
    assert set((await Copy(hub, FOREIGNER).read()).people) == {person_id(8)}


async def test_a_change_of_what_the_query_reads_is_told_and_no_other(hub: Inside, world: Rows) -> None:
    for number in (1, 2, 3):
        await someone(world, number)
    copy, names = await Copy(hub).read(), await Copy(hub, shown="id lastName").read()
    await world.sourced("people.rsa", person_id=person_id(1), status="DROIT_OUVERT_VERSABLE")
    await world.connection.execute("UPDATE people.person SET last_name = 'Autre' WHERE id = $1", person_id(2))
    assert (await copy.read()).changed == {person_id(1), person_id(2)}
    assert (await names.read()).changed == {person_id(2)}
    assert copy.people == await copy.perimeter()


async def test_whoever_leaves_the_perimeter_is_withdrawn_and_whoever_comes_is_told_whole(
    hub: Inside, world: Rows
) -> None:
    for number in range(1, 7):
        await someone(world, number)
    await someone(world, 7, FOLLOWED)
    copy = await Copy(hub).read()
    connection = world.connection
    await connection.execute("DELETE FROM access.link WHERE person_id = $1", person_id(1))
    await connection.execute("UPDATE access.link SET valid_until = $2 WHERE person_id = $1", person_id(2), _yesterday())
    restrict = "UPDATE access.person SET restrictions = $2 WHERE person_id = $1"
    await connection.execute(restrict, person_id(3), int(Fact.LIMITATION))
    await connection.execute("UPDATE access.person SET erasure_on = $2 WHERE person_id = $1", person_id(4), today())
    for table, key in (("access.link", "person_id"), ("access.person", "person_id"), ("people.person", "id")):
        await connection.execute(f"DELETE FROM {table} WHERE {key} = $1", person_id(5))
    await world.link(7, *DEPARTMENT)
    await copy.read()
    assert copy.withdrawals == {
        **{person_id(number): ("WITHDRAWN", None) for number in (1, 2, 3, 4)},
        person_id(5): ("DELETED", None),
    }
    assert copy.changed == {person_id(7)}
    assert copy.people == await copy.perimeter()
    await connection.execute(restrict, person_id(3), 0)
    assert (await copy.read()).changed == {person_id(3)}


async def test_whoever_was_never_readable_is_never_named(hub: Inside, world: Rows) -> None:
    await someone(world, 1)
    await someone(world, 2, (Fact.DEPARTMENT_BRSA, "2A"))
    await someone(world, 3, access={"restrictions": int(Fact.LIMITATION)})
    copy = await Copy(hub).read()
    await world.connection.execute("DELETE FROM access.link")
    await someone(world, 4)
    await world.connection.execute("DELETE FROM access.link WHERE person_id = $1", person_id(4))
    await copy.read()
    assert copy.withdrawals == {person_id(1): ("WITHDRAWN", None)}
    assert not copy.changed


async def test_a_merge_names_the_person_they_are_one_with_only_if_it_is_readable(hub: Inside, world: Rows) -> None:
    for number in (1, 2, 4):
        await someone(world, number)
    await someone(world, 3, (Fact.DEPARTMENT_BRSA, "2A"))
    copy = await Copy(hub).read()
    for merged, survivor in ((2, 1), (4, 3)):
        people = person_id(merged), person_id(survivor)
        await world.insert("access.merged", person_id=people[0], survivor_id=people[1])
        await world.connection.execute("DELETE FROM access.link WHERE person_id = $1", people[0])
    await copy.read()
    assert copy.withdrawals == {person_id(2): ("MERGED", person_id(1)), person_id(4): ("WITHDRAWN", None)}


async def test_whoever_was_sent_within_a_round_and_left_before_its_end_is_withdrawn_in_the_next(
    hub: Inside, world: Rows
) -> None:
    for number in (1, 3, 5):
        await someone(world, number)
    copy = Copy(hub, first=1)
    assert await copy.page()
    await someone(world, 2)
    await someone(world, 4)
    assert await copy.page()
    await world.connection.execute("DELETE FROM access.link WHERE person_id = ANY($1)", [person_id(2), person_id(1)])
    await copy.read()
    await copy.read()
    assert copy.people == await copy.perimeter()
    assert set(copy.people) == {person_id(number) for number in (3, 4, 5)}


async def test_a_writer_that_commits_late_is_told_in_a_later_round(
    hub: Inside, world: Rows, database: Database
) -> None:
    await someone(world, 1)
    await someone(world, 2)
    copy = await Copy(hub).read()
    late = await database.connect()
    transaction = late.transaction()
    await transaction.start()
    await late.execute("UPDATE people.person SET last_name = 'Tardif' WHERE id = $1", person_id(1))
    await world.connection.execute("UPDATE people.person SET last_name = 'Tôt' WHERE id = $1", person_id(2))
    await copy.read()
    await transaction.commit()
    await late.close()
    await copy.read()
    assert copy.people == await copy.perimeter()


async def test_a_row_that_the_actor_may_not_read_changes_in_silence(hub: Inside, world: Rows) -> None:
    shown = "id constraints { theme } appointments(first: 5) { nodes { id } } orientations { pathway }"
    await someone(world, 1, FOLLOWED)
    await someone(world, 2, FOLLOWED)
    copy = await Copy(hub, REFERENT, shown).read()
    await world.sourced("people.person_constraint", id=person_id(51), person_id=person_id(1), theme="SANTE")
    await world.sourced("people.person_constraint", id=person_id(52), person_id=person_id(2), theme="MOBILITE")
    await copy.read()
    assert copy.people == await copy.perimeter()
    assert copy.changed == {person_id(2)}
    await add_appointments(world, 1, person=1)
    assert (await copy.read()).changed == {person_id(1)}


def _yesterday() -> object:
    return today() - timedelta(1)


async def test_days_that_pass_are_told_without_any_write(
    hub: Inside, world: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 7):
        await someone(world, number)
    connection, days = world.connection, (person_id(number) for number in range(1, 6))
    link = "UPDATE access.link SET {} = $2 WHERE person_id = $1"
    await connection.execute(link.format("valid_until"), next(days), _yesterday())
    await connection.execute(link.format("valid_from"), next(days), today())
    await connection.execute("UPDATE access.person SET erasure_on = $2 WHERE person_id = $1", next(days), today())
    last = "UPDATE access.person SET last_contact = $2 WHERE person_id = $1"
    await connection.execute(last, next(days), today() - timedelta(731))
    await connection.execute(last, next(days), today() - timedelta(181))
    with monkeypatch.context() as yesterday:
        yesterday.setattr(change_list, "NOW", NOW.replace("CURRENT_DATE AS day", "CURRENT_DATE - 1 AS day"))
        copy = await Copy(hub, shown=f"{SHOWN} hasRqth").read()
    await copy.read()
    assert copy.withdrawals == {person_id(number): ("WITHDRAWN", None) for number in (1, 3, 4)}
    assert copy.changed == {person_id(2), person_id(5)}
    assert copy.people == await copy.perimeter()


READ = """SELECT sum(pg_stat_get_xact_tuples_returned(oid))::int FROM (
    SELECT 'access.change'::regclass AS oid
    UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = 'access.change'::regclass
) relation"""
"""Rows of the outbox, and entries of its indexes, that this connection has read so far."""


async def test_a_page_reads_what_was_noted_of_its_people_and_not_of_the_whole_round(
    hub: Inside, world: Rows, database: Database
) -> None:
    people, first, changes_per_person = 2_000, 10, 3
    await world.connection.execute(
        f"""WITH person AS (
            INSERT INTO access.person (person_id) SELECT md5(n::text)::uuid FROM generate_series(1, {people}) n
            RETURNING person_id)
        INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)
        SELECT person_id, {DEPARTMENT[0]}, '{DEPARTMENT[1]}', '2026-01-01', 'test', person_id FROM person"""
    )
    reader = await database.connect("changes_reader")
    for name, value in SETTINGS.items():
        await reader.execute(f"SET {name} = '{value}'")
    scope = link_key(*DEPARTMENT)
    snapshots = []
    for rows in (0, changes_per_person):
        await world.connection.execute(
            "INSERT INTO access.change (person_id, source, facts) SELECT person_id, 'people.person', number"
            " FROM access.person, generate_series(1, $1::int) number", rows
        )  # fmt: skip
        [now] = await reader.fetch(NOW)
        snapshots += [now["xmin"], now["xmax"], now["under_way"], now["day"]]
    await world.connection.execute("ANALYZE access.change, access.link, access.person")
    counts, ids, after = [], [], None
    for statement in (TOUCHED, TOUCHED_AFTER, TOUCHED_AFTER):
        await reader.execute(begin((scope,), None))
        before = await reader.fetchval(READ)
        page = await reader.fetch(statement, [scope], *snapshots, after, first, [], [])
        counts.append(await reader.fetchval(READ) - before)
        await reader.execute("COMMIT")
        ids += [row["person_id"] for row in page]
        assert {len(orjson.loads(row["changes"])) for row in page} == {changes_per_person}
        after = ids[-1]
    await reader.close()
    assert ids == sorted(set(ids))
    assert len(ids) == 3 * first
    assert counts[0] >= people * changes_per_person
    assert max(counts[1:]) <= 5 * first * changes_per_person
