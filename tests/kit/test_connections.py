"""Connections handed from actor to actor: nothing of one is left for the next, and none is lost
(docs/attaques.md#attack-46)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from schema.facts import Fact, link_key
from subgraphs.kit.errors import DatabaseUnavailable, RequestFailed
from subgraphs.kit.transactions import Database as Pool
from tests.conftest import Database
from tests.kit.conftest import AGENT, REFERENT, Rows

SCOPE_OF_ANOTHER = link_key(Fact.REFERENT, "00000000-0000-4000-8000-0000000000a2")
READ = "SELECT first_name, pg_backend_pid() AS process FROM people.person ORDER BY first_name"
SETTINGS = "SELECT current_setting('spie.scopes', true), current_setting('spie.organisation', true)"


@pytest.fixture
async def single_connection(fresh_database: Database, rows: Rows) -> AsyncIterator[Pool]:
    """A pool of one connection, and a person of `AGENT`'s."""
    await rows.person(1, (Fact.REFERENT, AGENT), first_name="Ondine")
    pool = Pool(fresh_database.dsn("people_query"), 1)
    await pool.open()
    yield pool
    await pool.close()


async def test_46_the_actor_who_is_handed_a_connection_reads_nothing_of_the_one_before(single_connection: Pool) -> None:
    scopes = [REFERENT, SCOPE_OF_ANOTHER, REFERENT, SCOPE_OF_ANOTHER, SCOPE_OF_ANOTHER, REFERENT]
    answers = await asyncio.gather(*(single_connection.fetch([scope], "26080001000017", READ, []) for scope in scopes))
    assert [len(rows) for rows in answers] == [1, 0, 1, 0, 0, 1]
    assert len({row["process"] for rows in answers for row in rows}) == 1


async def test_46_no_setting_survives_a_request(single_connection: Pool) -> None:
    await single_connection.fetch([REFERENT], "26080001000017", READ, [])
    connection = await single_connection.connections.acquire()
    assert not connection.is_in_transaction()
    assert [value or "" for value in await connection.fetchrow(SETTINGS) or [None]] == ["", ""]
    assert await connection.fetch(READ) == []
    single_connection.connections.release(connection)


async def test_46_a_connection_with_a_surviving_setting_is_dropped_unread(single_connection: Pool) -> None:
    connection = await single_connection.connections.acquire()
    await connection.execute("SET spie.scopes = '2 someone'")
    single_connection.connections.release(connection)
    with pytest.raises(DatabaseUnavailable):
        await single_connection.fetch([REFERENT], None, READ, [])
    assert single_connection.statements == 0
    assert connection.is_closed()
    assert len(await single_connection.fetch([REFERENT], None, READ, [])) == 1


async def test_a_statement_that_fails_is_rolled_back_and_its_connection_goes_on(single_connection: Pool) -> None:
    failing = single_connection.fetch([REFERENT], None, "SELECT 1 / (count(*) - 1)::int FROM people.person", [])
    following = single_connection.fetch([REFERENT], None, READ, [])
    failed, rows = await asyncio.gather(failing, following, return_exceptions=True)
    assert isinstance(failed, RequestFailed)
    assert failed.code == "INTERNAL_ERROR"
    assert not isinstance(rows, BaseException)
    again = await single_connection.fetch([REFERENT], None, READ, [])
    assert [row["process"] for row in rows] == [row["process"] for row in again]


async def test_who_gets_no_connection_in_time_is_told_so_and_takes_none(
    single_connection: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = await single_connection.connections.acquire()
    monkeypatch.setattr("subgraphs.kit.connection_pool.WAIT_SECONDS", 0.01)
    with pytest.raises(DatabaseUnavailable):
        await single_connection.fetch([REFERENT], None, READ, [])
    single_connection.connections.release(connection)
    assert await single_connection.connections.acquire() is connection
    single_connection.connections.release(connection)


async def test_a_connection_that_comes_with_the_cancellation_goes_to_the_next(single_connection: Pool) -> None:
    connection = await single_connection.connections.acquire()
    first, second = (asyncio.create_task(single_connection.connections.acquire()) for _ in range(2))
    await asyncio.sleep(0)
    single_connection.connections.release(connection)
    first.cancel()
    assert await second is connection
    assert first.cancelled()
    single_connection.connections.release(connection)


async def test_the_leave_to_connect_that_comes_with_the_cancellation_goes_to_the_next(single_connection: Pool) -> None:
    connection = await single_connection.connections.acquire()
    first, second = (asyncio.create_task(single_connection.connections.acquire()) for _ in range(2))
    await asyncio.sleep(0)
    connection.terminate()
    single_connection.connections.release(connection)
    first.cancel()
    second_connection = await second
    assert not second_connection.is_closed()
    single_connection.connections.release(second_connection)


@pytest.mark.parametrize("lost", [False, True])
async def test_what_comes_as_the_time_to_wait_ends_is_not_lost(
    single_connection: Pool, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    connection = await single_connection.connections.acquire()
    monkeypatch.setattr("subgraphs.kit.connection_pool.WAIT_SECONDS", 0.0)
    late = asyncio.create_task(single_connection.connections.acquire())
    for _ in range(2):  # it waits; its time is over as this goes on, and it does not know yet
        await asyncio.sleep(0)
    if lost:
        connection.terminate()
    single_connection.connections.release(connection)
    with pytest.raises(TimeoutError):
        await late
    monkeypatch.undo()
    following = await single_connection.connections.acquire()
    assert (following is connection) is not lost
    single_connection.connections.release(following)


async def test_a_cancelled_statement_costs_its_connection_not_its_place(single_connection: Pool, rows: Rows) -> None:
    await rows.connection.execute("BEGIN; LOCK TABLE people.person IN ACCESS EXCLUSIVE MODE")
    reading = asyncio.create_task(single_connection.fetch([REFERENT], None, READ, []))
    while not await rows.connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
        pass
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await rows.connection.execute("ROLLBACK")
    assert len(await single_connection.fetch([REFERENT], None, READ, [])) == 1


async def test_a_statement_that_takes_too_long_costs_its_connection_not_its_place(
    single_connection: Pool, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    await single_connection.fetch([REFERENT], None, READ, [])
    monkeypatch.setattr("subgraphs.kit.transactions.STATEMENT_SECONDS", 0.05)
    await rows.connection.execute("BEGIN; LOCK TABLE people.person IN ACCESS EXCLUSIVE MODE")
    with pytest.raises(DatabaseUnavailable):
        await single_connection.fetch([REFERENT], None, READ, [])
    await rows.connection.execute("ROLLBACK")
    monkeypatch.undo()
    assert len(await single_connection.fetch([REFERENT], None, READ, [])) == 1


async def test_who_waits_when_the_pool_closes_is_told_so(single_connection: Pool) -> None:
    connection = await single_connection.connections.acquire()
    waiting = asyncio.create_task(single_connection.fetch([REFERENT], None, READ, []))
    await asyncio.sleep(0)
    await single_connection.close()
    with pytest.raises(DatabaseUnavailable):
        await waiting
    single_connection.connections.release(connection)
    assert connection.is_closed()
    await single_connection.open()
    assert len(await single_connection.fetch([REFERENT], None, READ, [])) == 1
