"""The whole hub in the test's process, with what it does counted: the same application, called over ASGI."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast
from unittest.mock import patch

import orjson

from demo.actors import agreements, names
from demo.token_issuer import DemoActor, Issuer
from hub.app import HubApp, hub_app, unix_seconds
from hub.document.limits import Limits
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, Transport
from hub.identity.issuer import Issuer as Trusted
from hub.journal.read import journal_reader
from hub.observability import exporter
from hub.observability.meters import Meters
from hub.observability.trace_settings import TraceSettings
from hub.outgoing.settings import OutgoingTable
from hub.policy.enforce.enumeration_limit import MissLimit
from hub.request_limit import RequestLimit
from hub.settings import Settings, load_settings
from schema.context import Context
from schema.shared_state import SharedState
from subgraphs.kit import connection_pool, transactions
from subgraphs.kit.transactions import Database as Rows
from tests.conftest import Database
from tests.e2e.site import CASE, NUMBERED, PATIENCE, PURPOSES
from tests.pinned_graph import graph

T = TypeVar("T")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""Sent with each request, so that answers don't differ by their trace."""
UNLIMITED = MissLimit(10**6, searches=10**6, organisation=10**6, found=10**6, found_organisation=10**6)
"""Whoever compares what is denied with what is missing misses all day."""
ANY_COST = Limits(cost=10**9, values=10**9, selections=2_500, steps=60_000)
"""Whoever asks every field below every field is refused by its cost, and then nothing is compared."""
ANY_NUMBER = RequestLimit(actor=10**9, organisation=10**9, application=10**9)
LIMITS = (
    (connection_pool, "WAIT_SECONDS"),
    (connection_pool, "STATEMENT_SECONDS"),
    (transactions, "STATEMENT_SECONDS"),
    (journal_reader, "PATIENCE"),
    (exporter, "PATIENCE"),
    (exporter, "STOP"),
)
"""Limits of time within a hub, beside that of a request: no answer may hang on how busy the machine is."""
NONE: Mapping[str, Trusted] = {}
Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Got:
    """What a request gave: status, headers, body; subgraph calls and data statements that it cost, by subgraph."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    calls: Mapping[str, int]
    statements: Mapping[str, int]

    @property
    def json(self) -> Any:
        """The body."""
        return orjson.loads(self.body)

    @property
    def data(self) -> Any:
        """Data of an executed operation."""
        assert self.status == 200, self.body
        return self.json["data"]

    @property
    def code(self) -> str:
        """Code of the first error."""
        return str(self.json["errors"][0]["extensions"]["code"])


def _unchanged(value: T) -> T:
    return value


@dataclass
class Recorded:
    """A transport that keeps what it sends and gets; a test may have it lie in either direction."""

    inner: Transport
    exchanges: list[tuple[SubgraphRequest, Context, SubgraphResponse]] = field(default_factory=list)
    sent: int = 0
    asks_as: Callable[[Context], Context] = _unchanged
    answers: Callable[[SubgraphResponse], SubgraphResponse] = _unchanged

    async def send(self, request: SubgraphRequest, context: Context) -> SubgraphResponse:
        """Send one request on."""
        self.sent += 1
        response = self.answers(await self.inner.send(request, self.asks_as(context)))
        copied = orjson.loads(orjson.dumps([response.data, response.errors]))
        self.exchanges.append((request, context, SubgraphResponse(*copied)))
        return response


@dataclass
class Inside:
    """A running hub; `ask` sends one operation as one of the actors."""

    app: HubApp
    issuer: Issuer
    actors: Mapping[str, DemoActor]
    transports: Mapping[str, Recorded]
    database: Database

    def headers(self, actor: str, **changed: str) -> list[tuple[str, str]]:
        """Headers of an actor's request; one given as "" is left out."""
        claimant = self.actors[actor]
        sent = {
            "content-type": "application/json",
            "authorization": f"Bearer {self.issuer.token(claimant)}",
            "purpose": PURPOSES.get(claimant.kind, claimant.purposes[0]),
            "traceparent": TRACE,
        }
        sent |= {name.replace("_", "-"): value for name, value in changed.items()}
        sent = {**(CASE if sent.get("purpose") in NUMBERED else {}), **sent}
        return [(name, value) for name, value in sent.items() if value]

    async def ask(self, actor: str, query: str, variables: Mapping[str, Any] | None = None, **changed: str) -> Got:
        """One operation as this actor."""
        body = orjson.dumps({"query": query, "variables": dict(variables or {})})
        return await self.post(body, self.headers(actor, **changed))

    async def post(self, body: bytes, headers: Headers, method: str = "POST", query: bytes = b"") -> Got:
        """One HTTP request to the endpoint."""
        calls, statements = self._calls(), self._statements()
        status, sent, answer = await _http(self.app, method, query, body, headers)
        return Got(
            status,
            sent,
            answer,
            dict(self._calls() - calls),
            dict(self._statements() - statements),
        )

    @asynccontextmanager
    async def reading(self, database: Database) -> AsyncIterator[None]:
        """Meanwhile the subgraphs read this database; what the hub itself keeps stays where it is."""
        databases = {name: subgraph.database for name, subgraph in self.app.local.items()}
        for name, subgraph in self.app.local.items():
            subgraph.database = Rows(database.dsn(f"{name}_query"))
            await subgraph.database.open()
        try:
            yield
        finally:
            for name, subgraph in self.app.local.items():
                await subgraph.database.close()
                subgraph.database = databases[name]

    def _calls(self) -> Counter[str]:
        return Counter({name: transport.sent for name, transport in self.transports.items()})

    def _statements(self) -> Counter[str]:
        return Counter({name: subgraph.statements for name, subgraph in self.app.local.items()})

    def sql(self) -> list[str]:
        """Text of every data statement that was made so far."""
        return [
            statement.sql for subgraph in self.app.local.values() for statement in subgraph.compiler.statements.values()
        ]


@asynccontextmanager
async def inside(
    database: Database,
    actors: Mapping[str, DemoActor],
    folder: Path,
    misses: MissLimit = UNLIMITED,
    *,
    issuers: Mapping[str, Trusted] = NONE,
    clock: Callable[[], int] = unix_seconds,
    traces: TraceSettings | None = None,
    outgoing: tuple[OutgoingTable, ...] = (),
    state: SharedState | None = None,
    meters: Meters | None = None,
    settled: Callable[[Settings], Settings] = _unchanged,
) -> AsyncIterator[Inside]:
    """A hub with every subgraph in this process, over this database; it trusts `issuers` beside the demo's, reaches the
    `outgoing` systems, counts in this `state` and what it does by `meters`, and has sent all its spans once it has
    stopped; `settled` changes its settings."""
    issuer = Issuer(folder)
    settings = load_settings(issuer.write_settings(agreements(list(actors.values())), names()))
    settings = replace(
        settings,
        issuers={**settings.issuers, **issuers},
        deadline=PATIENCE,
        limits=ANY_COST,
        misses=misses,
        requests=ANY_NUMBER,
        traces=traces,
        outgoing=outgoing,
    )
    with ExitStack() as limits:
        for module, limit in LIMITS:
            limits.enter_context(patch.object(module, limit, PATIENCE))
        app = hub_app(graph(), settled(settings), database.keys, database.dsn, clock=clock, meters=meters, state=state)
        app.journal._patience = app.pipeline.journalling.keyring._patience = PATIENCE
        transports = {name: Recorded(transport) for name, transport in app.pipeline.transports.items()}
        cast(dict[str, Transport], app.pipeline.transports).update(transports)
        async with _alive(app):
            yield Inside(app, issuer, actors, transports, database)


@asynccontextmanager
async def _alive(app: HubApp) -> AsyncIterator[None]:
    """The application between its start and its stop."""
    received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    task = asyncio.ensure_future(app({"type": "lifespan", "asgi": {"version": "3.0"}}, received.get, sent.put))
    await received.put({"type": "lifespan.startup"})
    assert (await sent.get())["type"] == "lifespan.startup.complete"
    try:
        yield
    finally:
        await received.put({"type": "lifespan.shutdown"})
        await sent.get()
        await task


async def _http(
    app: HubApp, method: str, query: bytes, body: bytes, headers: Headers
) -> tuple[int, tuple[tuple[bytes, bytes], ...], bytes]:
    received = [{"type": "http.request", "body": body, "more_body": False}]
    sent_messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if received:
            return received.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent_messages.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": query,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    await app(scope, receive, send)
    start, *parts = sent_messages
    return start["status"], tuple(start["headers"]), b"".join(part.get("body", b"") for part in parts)
