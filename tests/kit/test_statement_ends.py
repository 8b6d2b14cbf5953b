"""A statement ends with its request, and a back end keeps the plans of few statements (decision 0064)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.federation.client.transport import SubgraphRequest, TransportError
from hub.transports import InProcess
from schema.context import HEADER, LIFETIME, seal, unseal
from schema.facts import Fact
from subgraphs.kit import back_end
from subgraphs.kit.back_end import PLAN_BASE, PLAN_PER_CHARACTER
from subgraphs.kit.errors import DatabaseUnavailable
from subgraphs.kit.http import Application
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from tests.conftest import Database
from tests.kit.conftest import AGENT, NOW, REFERENT, Rows, anyone, context, person_id, residual

SLOW = "SELECT pg_sleep(600)"
RUNNING = """SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'spie-subgraph' AND datname = current_database() AND state = 'active'"""
READ = residual({"Person": anyone(Fact.REFERENT)}, {"Person.firstName": anyone(Fact.REFERENT)})
QUERY = "query($id: ID!) { person(id: $id) { firstName } }"
KEY = b"k" * 32


@pytest.fixture
async def pool(fresh_database: Database) -> AsyncIterator[Pool]:
    """A pool of one connection."""
    pool = Pool(fresh_database.dsn("people_query"), 1)
    await pool.open()
    yield pool
    await pool.close()


async def until_running(rows: Rows, count: int) -> None:
    """Wait until this many statements of subgraphs run on the test's database."""
    while await rows.connection.fetchval(RUNNING) != count:
        await rows.connection.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees what it saw first


async def test_a_statement_ends_after_its_caller_gave_up(rows: Rows, pool: Pool) -> None:
    reading = asyncio.create_task(pool.fetch([REFERENT], None, SLOW, []))
    await until_running(rows, 1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await until_running(rows, 0)


async def test_postgresql_itself_ends_a_statement_with_its_request(pool: Pool) -> None:
    for seconds, expected in ((7.5, "7500ms"), (600.0, "30s"), (0.0001, "1ms")):
        if expected != "1ms":
            (row,) = await pool.fetch([REFERENT], None, "SELECT current_setting('statement_timeout') AS v", [], seconds)
            assert row["v"] == expected
        else:
            with pytest.raises(DatabaseUnavailable):
                await pool.fetch([REFERENT], None, SLOW, [], seconds)


async def test_the_time_that_is_left_travels_with_the_context() -> None:
    sealed = seal(context(READ)._replace(seconds=2.5), audience="people", body=b"", key=KEY, now=NOW)
    assert unseal(sealed, audience="people", body=b"", keys=[KEY], now=NOW)[0].seconds == 2.5
    sealed = seal(context(READ)._replace(seconds=1e9), audience="people", body=b"", key=KEY, now=NOW)
    assert unseal(sealed, audience="people", body=b"", keys=[KEY], now=NOW)[0].seconds == LIFETIME


async def locked(rows: Rows) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT), first_name="Ondine")
    await rows.connection.execute("BEGIN; LOCK TABLE people.person IN ACCESS EXCLUSIVE MODE")


async def test_a_call_in_process_that_takes_too_long_leaves_no_statement(rows: Rows, people: Subgraph) -> None:
    await locked(rows)
    request = SubgraphRequest("people", QUERY, {"id": person_id(1)}, 0.2)
    with pytest.raises(TransportError) as caught:
        await InProcess(people).send(request, context(READ))
    assert caught.value.code in ("SUBGRAPH_TIMEOUT", "SUBGRAPH_STATUS")
    await until_running(rows, 0)
    await rows.connection.execute("ROLLBACK")


async def test_a_hub_that_closes_its_connection_leaves_no_statement(rows: Rows, people: Subgraph) -> None:
    await locked(rows)
    body = json.dumps({"query": QUERY, "variables": {"id": person_id(1)}}).encode()
    sealed = seal(context(READ), audience="people", body=body, key=KEY, now=NOW)
    headers = [(HEADER.encode(), sealed.encode()), (b"content-type", b"application/json")]
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers}
    messages.put_nowait({"type": "http.request", "body": body, "more_body": False})
    call = asyncio.create_task(Application(people, (KEY,), clock=lambda: NOW)(scope, messages.get, send))
    await until_running(rows, 1)
    messages.put_nowait({"type": "http.disconnect"})
    await call
    await until_running(rows, 0)
    await rows.connection.execute("ROLLBACK")


async def test_a_back_end_keeps_the_plans_of_the_statements_last_used(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_plans = "SELECT count(*) AS n FROM pg_prepared_statements"
    monkeypatch.setattr(back_end, "PLAN_BYTES", 4 * (PLAN_BASE + PLAN_PER_CHARACTER * len(count_plans)))
    for number in range(20):
        await pool.fetch([REFERENT], None, f"SELECT {number} AS number", [])
        assert (await pool.fetch([REFERENT], None, count_plans, []))[0]["n"] <= 6  # with those about to be closed


async def test_a_statement_is_planned_once_on_a_connection(pool: Pool) -> None:
    repeated, plans = "SELECT 1 AS number", "SELECT generic_plans FROM pg_prepared_statements WHERE statement = $1"
    for _ in range(3):
        await pool.fetch([REFERENT], None, repeated, [])
    (row,) = await pool.fetch([REFERENT], None, plans, [repeated])
    assert row["generic_plans"] == 3


async def test_a_worn_back_end_is_left_and_no_request_is_lost(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_end, "WORN", 200)
    statements = [f"SELECT {number} AS number, pg_backend_pid() AS process" for number in range(30)]
    answers = await asyncio.gather(*(pool.fetch([REFERENT], None, statement, []) for statement in statements))
    assert [row["number"] for (row,) in answers] == list(range(30))
    assert len({row["process"] for (row,) in answers}) > 5
    (row,) = await pool.fetch([REFERENT], None, "SELECT count(*) AS n FROM pg_stat_activity", [])
    assert row["n"] > 0
