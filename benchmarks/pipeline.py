"""`hub bench`: CPU of the whole pipeline against plain resolvers on the same data, in one process, turn by turn.

CPU is that of this process (`time.process_time`): Python and its drivers, without PostgreSQL. Machines and moments
differ, so that only ratios are reported: the median over rounds of resolvers ÷ hub. Each round asks all sides in turn
(A B C A B C …), with many requests in flight, as in a server. All sides must give the same data before anything is
measured, and all serialise it. The goals compare with plain resolvers; the report also compares with resolvers that
cache their documents.

The cost of journal and policy is measured while this process serves over HTTP, with as many connections as requests in
flight: the hub, the hub without its journal, and the hub without policy either, each of them first, second and last in
every round.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import asyncpg
import orjson
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table
from strawberry import Schema

from benchmarks import dataset, resolvers
from benchmarks.bench_hub import REFERENT, running_hub
from benchmarks.http_load import LoadClient, serving
from benchmarks.loaders import Pool
from benchmarks.operations import Operation, operations
from benchmarks.stripped_pipelines import PolicyFreePipeline, without_journal
from hub.app import HubApp
from hub.document.exchange import Reply, Request
from hub.errors import StartRefused
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, Transport
from hub.graph import Graph
from hub.http.media_types import RESPONSE
from hub.http.response_writer import answered
from hub.serving import settle
from infra.keys import Keys
from infra.roles import Dsn
from schema.shared_state import SharedState

HUB = "hub"
WARM_UP_ROUNDS = 2
"""Rounds before the measured ones, in which plans, statements, connections and caches are made."""
SERVED = HUB, "unjournalled", "bare"
"""The hub, the hub without its journal, and the hub without policy either (`benchmarks.stripped_pipelines`)."""
JOURNAL, POLICY = 0.10, 0.05
"""Goals: the largest share of the CPU that journal and policy may take."""

Ask = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Measure:
    """The figures of one operation: CPU milliseconds per request of each side, and their ratios.

    `served` is the hub over HTTP, `journal` and `policy` their shares in it (0 to 1); `calls` and `statements` are what
    one request to the hub sends to its subgraphs and to the database.
    """

    name: str
    title: str
    hub: float
    resolvers: float
    cached: float
    ratio: float
    cached_ratio: float
    served: float
    journal: float
    policy: float
    goal: float | None
    calls: int
    statements: int
    most_statements: int | None

    @property
    def reached(self) -> bool:
        """Whether every goal of this operation is met."""
        fast = self.goal is None or self.ratio >= self.goal
        return fast and (self.most_statements is None or self.statements <= self.most_statements)

    @property
    def affordable(self) -> bool:
        """Whether journal and policy stay within their goals."""
        return self.journal <= JOURNAL and self.policy <= POLICY


class CountingTransport:
    """A transport that counts its calls."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.calls = 0

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        """Send one request and count it."""
        self.calls += 1
        return await self._transport.send(request, context)


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: the pipelines of `SERVED`, in this process and over HTTP, and the resolvers."""

    app: HubApp
    transports: Mapping[str, CountingTransport]
    answers: Mapping[str, Callable[[Request], Awaitable[Reply]]]
    load_client: LoadClient
    pool: Pool
    headers: Mapping[str, str]

    def hub_request(self, side: str, operation: Operation) -> Ask:
        """Return a request to one of `answers`, from its headers to the bytes of its answer."""
        request = Request(self.headers, operation.query, None, operation.variables, "0" * 31 + "1")
        answer = self.answers[side]

        async def ask() -> bytes:
            return answered(RESPONSE, request.trace, await answer(request)).body

        return ask

    async def served(self, side: str, operation: Operation, requests: int, connections: int) -> None:
        """Send the same request over HTTP, so many times."""
        body = orjson.dumps({"query": operation.query, "variables": operation.variables})
        await self.load_client.ask(side, self.headers, body, connections, requests)

    def resolver_request(self, operation: Operation, schema: Schema) -> Ask:
        """Return the same request to the resolvers, `PLAIN` or `CACHED`."""

        async def ask() -> bytes:
            data = await resolvers.answer(
                schema, self.pool, dataset.REFERENT, operation.query, dict(operation.variables)
            )
            return orjson.dumps({"data": data})

        return ask

    def count(self) -> tuple[int, int]:
        """Return the calls to subgraphs and the data statements so far."""
        calls = sum(transport.calls for transport in self.transports.values())
        return calls, sum(transport.statements for transport in self.app.local.values())


async def bench(
    graph: Graph,
    keys: Keys,
    url: str,
    dsn: Dsn,
    people: int,
    rounds: int,
    requests: int,
    in_flight: int,
    state: SharedState | None = None,
) -> list[Measure]:
    """Measure every operation on `people` people in the database at `url`, by a hub of this shared state.

    Each side is sent `requests` per round, `in_flight` at a time.

    Raises StartRefused (BENCH_UNEQUAL) if the sides do not give the same data.
    """
    await dataset.prepare(url, people, keys)
    settle()
    async with _sides(graph, keys, url, dsn, state) as sides:
        return [await _measure(sides, operation, rounds, requests, in_flight) for operation in operations(graph.schema)]


@asynccontextmanager
async def _sides(graph: Graph, keys: Keys, url: str, dsn: Dsn, state: SharedState | None) -> AsyncIterator[Sides]:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(running_hub(graph, keys, dsn, state))
        pipeline = hub.app.pipeline
        pool = await stack.enter_async_context(asyncpg.create_pool(url, min_size=0, server_settings={"jit": "off"}))
        counted = {name: CountingTransport(transport) for name, transport in pipeline.transports.items()}
        full_pipeline = replace(pipeline, transports=counted)
        unjournalled = without_journal(full_pipeline)
        answers = dict(
            zip(
                SERVED,
                (full_pipeline.answer, unjournalled.answer, PolicyFreePipeline.of(unjournalled, graph).answer),
                strict=True,
            )
        )
        load_client = await stack.enter_async_context(serving(answers))
        yield Sides(hub.app, counted, answers, load_client, pool, hub.headers(REFERENT))


async def _measure(sides: Sides, operation: Operation, rounds: int, requests: int, in_flight: int) -> Measure:
    hub_requests = {side: sides.hub_request(side, operation) for side in SERVED}
    resolver_requests = [sides.resolver_request(operation, schema) for schema in (resolvers.PLAIN, resolvers.CACHED)]
    expected = _data(await hub_requests[HUB]())
    if any([_data(await ask()) != expected for ask in (*hub_requests.values(), *resolver_requests)]):
        raise StartRefused(
            "BENCH_UNEQUAL",
            f"Les côtés ne répondent pas tous la même chose à « {operation.title} » : la mesure n'aurait pas de sens.",
            f"operation {operation.name}",
        )
    count_before = sides.count()
    await hub_requests[HUB]()
    calls, statements = (end - start for start, end in zip(count_before, sides.count(), strict=True))
    asks = (hub_requests[HUB], *resolver_requests)
    for _ in range(WARM_UP_ROUNDS):
        await _round(asks, in_flight, in_flight)
        await _http_round(sides, operation, in_flight, in_flight)
    rounds_in_process, rounds_over_http = [], []
    for _ in range(rounds):
        rounds_in_process.append(await _round(asks, requests, in_flight))
        rounds_over_http += [
            await _http_round(sides, operation, requests, in_flight, position) for position in range(len(SERVED))
        ]
    hub, plain, cached = (1000 * median(seconds) for seconds in zip(*rounds_in_process, strict=True))
    return Measure(
        name=operation.name,
        title=operation.title,
        hub=hub,
        resolvers=plain,
        cached=cached,
        ratio=median(plain / full for full, plain, _ in rounds_in_process),
        cached_ratio=median(cached / full for full, _, cached in rounds_in_process),
        served=1000 * median(full for full, _, _ in rounds_over_http),
        journal=median((full - unjournalled) / full for full, unjournalled, _ in rounds_over_http),
        policy=median((unjournalled - bare) / full for full, unjournalled, bare in rounds_over_http),
        goal=operation.goal,
        calls=calls,
        statements=statements,
        most_statements=operation.statements,
    )


async def _http_round(
    sides: Sides, operation: Operation, requests: int, connections: int, position: int = 0
) -> list[float]:
    """Return the CPU seconds per request of each of `SERVED` over HTTP.

    The round begins with the side at `position`, since the first side after a pause takes longer. Connections are
    opened before the measure.
    """
    cpu = {}
    for side in (*SERVED[position:], *SERVED[:position]):
        await sides.served(side, operation, connections, connections)
        start = time.process_time()
        await sides.served(side, operation, requests, connections)
        cpu[side] = (time.process_time() - start) / requests
    return [cpu[side] for side in SERVED]


async def _round(asks: Sequence[Ask], requests: int, in_flight: int) -> list[float]:
    """Return the CPU seconds per request of each side, asked in turn."""
    cpu = []
    for ask in asks:
        pending = iter(range(requests))

        async def client(ask: Ask = ask, pending: Iterator[int] = pending) -> None:
            for _ in pending:
                await ask()

        start = time.process_time()
        await asyncio.gather(*(client() for _ in range(min(in_flight, requests))))
        cpu.append((time.process_time() - start) / requests)
    return cpu


def _data(body: bytes) -> Any:
    return orjson.loads(body)["data"]


def show(measures: list[Measure], people: int, in_flight: int, console: Console) -> None:
    """Print the measures as a table, in plain text where the output is not a terminal."""
    console.print(
        "Temps de calcul par requête, en ms, et rapports résolveurs ÷ hub : simples, et avec leurs caches\n"
        f"({people} personnes, {in_flight} requêtes à la fois). Journal et politique : leur part du hub servi\n"
        f"par HTTP ({in_flight} connexions), pour {JOURNAL:.0%} et {POLICY:.0%} au plus."
    )
    table = Table(Column("opération", no_wrap=True), box=SIMPLE, padding=0)
    for title in ("hub", "simples", "÷", "caches ÷", "HTTP", "journal", "politique", "appels", "SQL"):
        table.add_column(title, justify="right", no_wrap=True)
    for measure in measures:
        goal = "" if measure.goal is None else f" ≥ {measure.goal:g}"
        most_statements = "" if measure.most_statements is None else f" ≤ {measure.most_statements}"
        table.add_row(
            measure.title,
            f"{measure.hub:.2f}",
            f"{measure.resolvers:.2f}",
            f"{measure.ratio:.1f}{goal}",
            f"{measure.cached_ratio:.1f}",
            f"{measure.served:.2f}",
            f"{measure.journal:.0%}",
            f"{measure.policy:.0%}",
            str(measure.calls),
            f"{measure.statements}{most_statements}",
            style=None if measure.reached and measure.affordable else "yellow",
        )
    console.print(table)
