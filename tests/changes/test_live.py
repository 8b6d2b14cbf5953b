"""Live queries over server-sent events: what they tell, when they end, and what holds nobody up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import orjson
import pytest

from hub import live_queries
from hub.changes.wake import Wakes
from hub.live_queries import LiveQueries
from hub.request_limit import RequestCount, RequestLimit
from infra.role_names import CHANGES_READER
from schema.facts import Fact
from schema.local_state import LocalState
from tests.changes.conftest import DELTA, FOREIGNER, OFFICER, SHOWN, someone
from tests.conftest import Database
from tests.e2e.canary_inside import Inside
from tests.e2e.site import PATIENCE
from tests.kit.conftest import Rows, person_id

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUERY = DELTA % SHOWN
LISTENING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'changes_reader' AND query LIKE 'LISTEN %'"""


@dataclass
class Stream:
    """A connection that stays open, whose server takes a part of the answer at once and waits with what follows until
    the client `reads`, as uvicorn does; `sent` are the parts that have content."""

    received: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    text: bytes = b""
    sent: int = 0
    is_full: bool = False

    async def send(self, message: dict[str, Any]) -> None:
        """Take a part of the answer, once the client has read the one before it."""
        self.sent += bool(message.get("body"))
        if self.is_full:
            await self.reads.wait()
        self.is_full = bool(message.get("body"))
        await self.received.put(message)

    async def chunk(self) -> bytes:
        """The next part of the body; nothing once it ends."""
        async with asyncio.timeout(PATIENCE):
            while not (message := await self.received.get()).get("body") and message.get("more_body"):
                pass
        self.text += message["body"]
        return bytes(message["body"])

    async def event(self) -> tuple[str, Any]:
        """The id and the answer of the next event, beside silence."""
        while (chunk := await self.chunk()) == b":\n\n":
            pass
        lines = dict(line.split(b": ", 1) for line in chunk.split(b"\n\n")[0].split(b"\n"))
        assert lines[b"event"] == b"next", chunk
        return lines.get(b"id", b"").decode(), orjson.loads(lines[b"data"])

    async def read_event(self) -> tuple[list[str], list[tuple[str, str]]]:
        """Whom the next event writes and withdraws."""
        _, answer = await self.event()
        page = answer["data"]["changes"]
        return [person["id"] for person in page["nodes"]], [(gone["id"], gone["kind"]) for gone in page["withdrawn"]]


@asynccontextmanager
async def stream(
    hub: Inside,
    actor: str = OFFICER,
    query: str = QUERY,
    since: str | None = None,
    *,
    reads: bool = True,
    **headers: str,
) -> AsyncIterator[Stream]:
    """An open query of an actor, begun."""
    opened = Stream()
    if reads:
        opened.reads.set()
    body = orjson.dumps({"query": query, "variables": {"since": since, "first": 100}})
    sent = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if sent:
            return sent.pop()
        await opened.gone.wait()
        return {"type": "http.disconnect"}

    fields = hub.headers(actor, accept="text/event-stream", **headers)
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in fields],
    }
    task = asyncio.ensure_future(hub.app(scope, receive, opened.send))
    try:
        async with asyncio.timeout(PATIENCE):
            start = await opened.received.get()
        assert start["status"] == 200, opened.received
        yield opened
    finally:
        opened.gone.set()
        opened.reads.set()
        async with asyncio.timeout(PATIENCE):
            await task


async def test_each_change_is_told_once_and_only_to_whoever_may_read_it(hub: Inside, world: Rows) -> None:
    await someone(world, 1)
    async with stream(hub) as opened, stream(hub, FOREIGNER) as foreign:
        assert await opened.read_event() == ([person_id(1)], [])
        assert await foreign.read_event() == ([], [])
        await someone(world, 2)
        assert await opened.read_event() == ([person_id(2)], [])
        await someone(world, 3, (Fact.DEPARTMENT_BRSA, "2A"))
        assert await foreign.read_event() == ([person_id(3)], [])
        await world.connection.execute("UPDATE people.person SET last_name = 'Canari' WHERE id = $1", person_id(1))
        identifier, answer = await opened.event()
        assert [person["lastName"] for person in answer["data"]["changes"]["nodes"]] == ["Canari"]
        assert identifier == answer["data"]["changes"]["pageInfo"]["endCursor"]
        assert b"Canari" not in foreign.text
        assert person_id(1).encode() not in foreign.text
        assert person_id(2).encode() not in foreign.text
        assert person_id(3).encode() not in opened.text


async def test_who_leaves_is_withdrawn_and_nothing_else_and_silence_is_not_journalled(hub: Inside, world: Rows) -> None:
    await someone(world, 1)
    await someone(world, 2)
    async with stream(hub) as opened:
        await opened.event()
        before = await world.connection.fetchval("SELECT count(*) FROM journal.disclosure")
        await world.connection.execute(
            "UPDATE access.person SET restrictions = $2 WHERE person_id = $1", person_id(1), int(Fact.LIMITATION)
        )
        assert await opened.read_event() == ([], [(person_id(1), "WITHDRAWN")])
        await world.connection.execute("UPDATE people.person SET last_name = 'Tu ne' WHERE id = $1", person_id(1))
        await world.connection.execute("UPDATE people.person SET last_name = 'Dit' WHERE id = $1", person_id(2))
        assert await opened.read_event() == ([person_id(2)], [])
        assert b"Tu ne" not in opened.text  # with a space, which no cursor holds
        rows = await world.connection.fetch("SELECT cardinality(subjects) FROM journal.disclosure OFFSET $1", before)
        assert [row[0] for row in rows] == [1, 1]


async def test_a_lost_connection_goes_on_from_the_id_of_its_last_event(hub: Inside, world: Rows) -> None:
    await someone(world, 1)
    async with stream(hub) as opened:
        identifier, _ = await opened.event()
    await someone(world, 2)
    async with stream(hub, last_event_id=identifier) as again:
        assert await again.read_event() == ([person_id(2)], [])
    async with stream(hub, FOREIGNER, last_event_id=identifier) as foreign:
        _, answer = await foreign.event()
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN_INPUT"


async def test_a_stream_ends_with_the_token_and_tells_nothing_after_it(hub: Inside, world: Rows) -> None:
    await someone(world, 1)
    async with stream(hub) as opened:
        await opened.event()
        end = hub.app.pipeline.clock() + 24 * 3600
        later = replace(hub.app.pipeline, clock=lambda: end)
        with patch.object(hub.app._live, "_pipeline", later):
            await someone(world, 2)
            _, answer = await opened.event()
            assert answer["errors"][0]["extensions"]["code"] == "TOKEN_EXPIRED"
            assert opened.text.endswith(b"event: complete\ndata: \n\n")
            assert await opened.chunk() == b""
    assert person_id(2).encode() not in opened.text


async def test_what_passes_ends_a_stream_without_completing_so_that_its_client_comes_back(
    hub: Inside, world: Rows
) -> None:
    await someone(world, 1)
    limited = replace(hub.app.pipeline, request_count=RequestCount(RequestLimit(actor=1), LocalState()))
    with patch.object(hub.app._live, "_pipeline", limited):
        async with stream(hub) as opened:
            await opened.event()
            await someone(world, 2)
            while await opened.chunk():
                pass
    assert opened.text.count(b"event: ") == 1


async def test_a_document_that_is_not_kept_open_counts_as_a_request_before_it_is_read(hub: Inside) -> None:
    limited = replace(hub.app.pipeline, request_count=RequestCount(RequestLimit(actor=2), LocalState()))
    with patch.object(hub.app._live, "_pipeline", limited):
        refused = await hub.ask(OFFICER, "{ changes { nodes { id } } }", accept="text/event-stream")
        answered = await hub.ask(OFFICER, "{ __typename }", accept="text/event-stream")
        too_many = await hub.ask(OFFICER, "{ nothing }", accept="text/event-stream")
    assert (refused.code, answered.status, too_many.code) == ("LIVE_QUERY", 200, "TOO_MANY_REQUESTS")


async def test_silence_beats_and_looks_at_the_token_and_a_stopping_process_ends_without_completing(
    hub: Inside, world: Rows
) -> None:
    live = LiveQueries(hub.app.pipeline, hub.app._live._changes, hub.app._wakes, hub.app._live._limit)
    with patch.object(hub.app._endpoint.endpoint, "_live", live.events), patch.object(live_queries, "HEARTBEAT", 0.01):
        async with stream(hub) as opened:
            await opened.event()
            assert await opened.chunk() == b":\n\n"
            live.drain()
            while await opened.chunk():
                pass
    assert b"complete" not in opened.text


async def test_who_does_not_read_holds_one_answer_and_opens_few(hub: Inside, world: Rows) -> None:
    await someone(world, 1)
    limit = replace(hub.app._live._limit, actor=2)
    with patch.object(hub.app._live, "_limit", limit):
        async with stream(hub, reads=False) as slow, stream(hub) as second:
            await second.event()
            for number in range(2, 5):
                await someone(world, number)
                await second.event()
            assert slow.sent == 1
            refused = await hub.ask(OFFICER, QUERY, {"first": 100}, accept="text/event-stream")
            assert (refused.status, refused.code) == (429, "TOO_MANY_STREAMS")
        async with stream(hub) as third:
            await third.event()
    assert not hub.app._live._open


async def test_an_event_is_decided_only_once_its_client_has_taken_the_one_before(hub: Inside, world: Rows) -> None:
    await someone(world, 1)
    async with stream(hub, reads=False) as slow, stream(hub) as other:
        assert await slow.read_event() == ([person_id(1)], [])
        await other.event()
        await someone(world, 2)
        assert await other.read_event() == ([person_id(2)], [])
        limited = "UPDATE access.person SET restrictions = $2 WHERE person_id = $1"
        await world.connection.execute(limited, person_id(2), int(Fact.LIMITATION))
        assert await other.read_event() == ([], [(person_id(2), "WITHDRAWN")])
        slow.reads.set()
        await someone(world, 3)
        while person_id(3).encode() not in slow.text:
            await slow.event()
    assert b"Nom3" in slow.text
    assert b"Nom2" not in slow.text


@pytest.mark.parametrize(
    "query", ["{ changes { nodes { id } } }", "query($since: String) { changes(since: $since) { nodes { id } } }"]
)
async def test_a_query_that_has_no_cursor_to_go_on_from_is_not_kept_open(hub: Inside, query: str) -> None:
    refused = await hub.ask(OFFICER, query, accept="text/event-stream")
    assert (refused.status, refused.code) == (400, "LIVE_QUERY")


async def test_another_operation_is_answered_once_and_completed(hub: Inside) -> None:
    answer = await hub.ask(OFFICER, "{ __typename }", accept="text/event-stream")
    assert answer.body.startswith(b'event: next\ndata: {"data":{"__typename":"Query"}')
    assert answer.body.endswith(b"event: complete\ndata: \n\n")
    assert (await hub.ask(OFFICER, "{ __typename }", accept="text/event-stream, */*")).data


async def test_who_waits_is_woken_of_a_commit_that_nobody_was_signalled_of(world: Rows, database: Database) -> None:
    """After a first commit nobody listens for a moment; who takes the event before the second one is woken of both."""
    wakes = Wakes(database.dsn(CHANGES_READER))
    async with wakes.running():
        async with asyncio.timeout(PATIENCE):
            await wakes.next.wait()  # it listens
            for number in range(1, 4):
                await world.person(number)
                while await world.connection.fetchval(LISTENING):
                    pass
                event = wakes.next
                await world.connection.execute("UPDATE people.person SET as_of = as_of")
                await event.wait()
                assert await world.connection.fetchval(LISTENING)
