"""Whoever waits to be told of changes: streams that stay open, and subscribers who are called."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from unittest.mock import patch

import asyncpg
import orjson

from hub.changes import wake
from hub.changes.wake import CHANNEL, Wakes
from hub.errors import RequestRefused
from hub.live_queries import LiveQueries
from hub.notifications import KEYS, notifications_app, registration
from hub.settings import load_settings
from hub.subscriptions import store
from hub.subscriptions.notification_settings import NotificationSettings
from hub.subscriptions.notifier import Notifier
from hub.subscriptions.registration import SubscriptionRequest
from infra.keys import Keys
from subgraphs.kit.transactions import Database as Rows
from tests.changes.test_live import Stream
from tests.changes.test_live import stream as opened_stream
from tests.changes.test_notifications import FAILING, LOOPBACK, QUICK, Subscriber
from tests.conftest import Database
from tests.e2e.canary_inside import ANY_NUMBER, Inside, _alive
from tests.e2e.canary_left import Cursor, Judge, Left, page_of
from tests.e2e.site import PATIENCE
from tests.pinned_graph import graph

DELTA = """query Delta($since: String, $first: Int) { changes(since: $since, first: $first) {
    nodes { %s } withdrawn { id kind into } pageInfo { hasNextPage endCursor } } }"""
MOST_STREAMS, MOST_SUBSCRIBERS = 3, 5
FAILURES = 0.2
"""How often a subscriber refuses what it is told next, once or twice."""


@dataclass
class Listener:
    """A stream of an actor: where it is, and what of it was not yet looked at."""

    stream: Stream
    stack: AsyncExitStack
    actor: str
    purpose: str
    document: str
    cursor: Cursor | None
    text: bytes = b""

    def drain(self) -> bool:
        """Take what came; whether the stream goes on."""
        while not self.stream.received.empty():
            message = self.stream.received.get_nowait()
            self.text += message.get("body", b"")
            if message["type"] == "http.response.body" and not message.get("more_body"):
                return False
        return True


@dataclass
class Ear:
    """What the hub and the notifier of this process wait for, by which one knows that they have nothing left to do."""

    wakes: Counter[Wakes] = field(default_factory=Counter)
    streams: Counter[asyncio.Event] = field(default_factory=Counter)
    notifiers: dict[Notifier, asyncio.Event] = field(default_factory=dict)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Note it meanwhile."""
        wake_all, woken, noticed = Wakes._wake, LiveQueries._woken, Notifier._woken

        def count(wakes: Wakes) -> None:
            self.wakes[wakes] += 1
            wake_all(wakes)

        async def wait(live: LiveQueries, event: asyncio.Event, expires: int) -> bool:
            self.streams[event] += 1
            try:
                return await woken(live, event, expires)
            finally:
                self.streams[event] -= 1
                self.streams += Counter()

        async def notice(notifier: Notifier, event: asyncio.Event, seconds: float) -> None:
            self.notifiers[notifier] = event
            try:
                await noticed(notifier, event, seconds)
            finally:
                del self.notifiers[notifier]

        with (
            patch.object(wake, "TOGETHER", 0.0),
            patch.object(Wakes, "_wake", count),
            patch.object(LiveQueries, "_woken", wait),
            patch.object(Notifier, "_woken", notice),
        ):
            yield


@dataclass(repr=False)
class Listeners:
    """Streams and subscribers of a hub; `collect` takes what they were told."""

    hub: Inside
    writer: asyncpg.Connection[asyncpg.Record]
    changed: Rows
    subscriber: Subscriber
    ear: Ear
    streams: list[Listener] = field(default_factory=list)
    gone: list[Listener] = field(default_factory=list)
    subscriptions: dict[str, tuple[str, str]] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def full(self) -> bool:
        """Whether as many streams are open as there may be."""
        return len(self.streams) >= MOST_STREAMS

    async def listen(
        self, actor: str, purpose: str, document: str, cursor: Cursor | None, headers: Mapping[str, str]
    ) -> None:
        """Open a stream, instead of the first one if there are many."""
        if self.full:
            await self._close(self.streams.pop(0))
        stack = AsyncExitStack()
        since, more = None if cursor is None else cursor.text, dict[str, Any](headers)
        stream = await stack.enter_async_context(
            opened_stream(self.hub, actor, document, since, purpose=purpose, **more)
        )
        self.streams.append(Listener(stream, stack, actor, purpose, document, cursor))

    async def leave(self, draw: Random) -> None:
        """Close one of the streams, whatever it is being told."""
        await self._close(self.streams.pop(draw.randrange(len(self.streams))))

    async def close(self) -> None:
        """Close all of them."""
        while self.streams:
            await self._close(self.streams.pop())

    async def _close(self, listener: Listener) -> None:
        await listener.stack.aclose()
        self.gone.append(listener)

    async def subscribe(self, actor: str, purpose: str, document: str, reference: str | None, number: int) -> None:
        """Have an actor told of its changes from the state of this number on, instead of the first one of many."""
        if len(self.begun) >= MOST_SUBSCRIBERS:
            oldest = next(iter(self.begun))
            await store.remove(self.writer, oldest)  # type: ignore[arg-type]
            del self.begun[oldest]
        pipeline, settings = self.hub.app.pipeline, load_settings(self.hub.issuer._folder / "settings.toml")
        settings = replace(settings, notifications=NotificationSettings(LOOPBACK))
        now = pipeline.clock()
        verified = await pipeline.authenticator.actor(self.hub.issuer.token(self.hub.actors[actor]), now)
        making = registration(graph(), settings, self.hub.database.keys, self.changed)
        request = SubscriptionRequest(document, self.subscriber.url, purpose, reference)
        try:
            subscription = await making.decide(verified, request, now)
            await subscription.add(self.writer)
        except RequestRefused as refused:
            self.refused[refused.code] += 1
            return
        self.subscriptions[str(subscription.id)] = actor, purpose
        self.begun[str(subscription.id)] = number

    def fail(self, draw: Random) -> None:
        """Let subscribers refuse what they are told next, sometimes."""
        if draw.random() < FAILURES:
            self.subscriber.answers = [FAILING] * draw.choice((1, 2))

    async def settled(self) -> None:
        """Return once all of them have been told all that was committed before."""
        before = self.ear.wakes.copy()
        await self.writer.execute("SELECT pg_notify($1, '')", CHANNEL)
        async with asyncio.timeout(PATIENCE):
            while not await self._idle(before):  # noqa: ASYNC110 - several things are waited for
                await asyncio.sleep(0.002)

    async def _idle(self, before: Counter[Wakes]) -> bool:
        """Whether all were woken since, and have nothing left to do."""
        ear, wakes, live = self.ear, self.hub.app._wakes, self.hub.app._live
        if ear.wakes[wakes] == before[wakes] or ear.streams[wakes.next] != live.open:
            return False
        for notifier, event in ear.notifiers.items():
            own = notifier._wakes
            if ear.wakes[own] == before[own] or event is not own.next or notifier._tasks or notifier._look.is_set():
                return False
        return bool(ear.notifiers) and not await self.writer.fetchval(
            "SELECT count(*) FROM access.subscription WHERE state = 'ACTIVE' AND next_at IS NOT NULL"
        )

    def collect(self, judge: Judge, first: int, last: int) -> None:
        """What they were told in these states."""
        for listener in [*self.streams, *self.gone]:
            goes_on = listener.drain()
            *events, listener.text = listener.text.split(b"\n\n")
            for event in events:
                self._take_event(judge, listener, event, first, last)
            if not goes_on and listener in self.streams:
                self.streams.remove(listener)
                self.gone.append(listener)
        for listener in self.gone:  # what an event that was cut off had told
            who = listener.actor, listener.purpose
            judge.waiting.append(Left("stream", *who, listener.text, first, last))
        self.gone.clear()
        for headers, body in self.subscriber.received:
            message = orjson.loads(body)["data"]
            actor, purpose = self.subscriptions[message["subscription"]]
            withdrawn = frozenset(gone["id"] for gone in message.get("withdrawn", ()))
            since = self.begun.get(message["subscription"], 0)
            data = repr(headers).encode() + body
            judge.waiting.append(Left("webhook", actor, purpose, data, first, last, withdrawn, since, has_years=False))
        self.subscriber.received.clear()
        self.begun = dict.fromkeys(self.begun, last)

    @staticmethod
    def _take_event(judge: Judge, listener: Listener, event: bytes, first: int, last: int) -> None:
        lines = dict(line.split(b": ", 1) for line in event.split(b"\n") if b": " in line)
        if b"data" not in lines:
            return
        body = lines.pop(b"data")
        who, lines_read = (listener.actor, listener.purpose), repr(lines).encode()
        judge.answer(
            "stream", who, body, (first, last), begun=listener.cursor, document=listener.document, lines=lines_read
        )
        bounds = page_of(body).get("pageInfo")
        if bounds is not None:
            listener.cursor = judge.cursor_of(bounds["endCursor"])


@asynccontextmanager
async def listeners(hub: Inside, database: Database, ear: Ear) -> AsyncIterator[Listeners]:
    """The listeners of a hub, with a process that notifies, and a server that is notified."""
    subscriber, changed = Subscriber(), Rows(database.dsn("changes_reader"))
    settings = load_settings(hub.issuer._folder / "settings.toml")
    settings = replace(settings, notifications=NotificationSettings(LOOPBACK, patience=QUICK), requests=ANY_NUMBER)
    keys = Keys.load(database.keys.directory, KEYS)
    writer = await database.connect("subscriptions_writer")
    await changed.open()
    server = await asyncio.start_server(subscriber, "127.0.0.1", 0)
    subscriber.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    app: Any = notifications_app(graph(), settings, keys, database.dsn)
    try:
        async with _alive(app):
            listening = Listeners(hub, writer, changed, subscriber, ear)
            yield listening
            await listening.close()
    finally:
        server.close()
        await server.wait_closed()
        await changed.close()
        await writer.close()
