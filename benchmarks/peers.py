"""`hub bench --peers`: the hub beside Apollo Gateway with plain Strawberry subgraphs, and beside PostGraphile.

All read the same database in the same run, turn by turn, over HTTP; the client is a process of its own and is not
counted. A side's CPU is that of its processes: the hub's is this one. PostgreSQL's is told beside. PostGraphile reads
under the hub's own row-level security, for the scope of the same référent; nothing else decides there or is journalled.
Whoever can't run here is named and left out.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import asyncpg
import httpx2
import msgspec
import orjson
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from benchmarks import dataset, postgraphile
from benchmarks.bench_hub import REFERENT, running_hub
from benchmarks.gateway.peers import GATEWAYS, NODE, Gateway, running_gateway
from benchmarks.gateway.processes import OTHER_CORES, processor, started_process
from benchmarks.http_load import LoadClient, serving
from benchmarks.operations import Operation, operations
from benchmarks.server_cpu import Cost, spent
from hub.errors import StartRefused
from hub.federation.compose.composer import Source, compose
from hub.graph import Graph
from hub.serving import settle
from infra.keys import Keys
from infra.npm import NodeAbsent, installed
from infra.roles import Dsn, address
from schema.facts import Fact, link_key

HUB, APOLLO, POSTGRAPHILE = "hub", "apollo", "postgraphile"
TITLES = {HUB: "hub", APOLLO: "Apollo Gateway, Strawberry", POSTGRAPHILE: "PostGraphile"}
READER = "bench_reader"
"""The role of PostGraphile: a member of the query roles whose tables it serves, as long as the bench runs."""
GOALS: Mapping[tuple[str, str], float] = {
    ("journey", APOLLO): 0.08,
    ("list", POSTGRAPHILE): 0.6,
    ("appointments", POSTGRAPHILE): 0.6,
}
"""Largest CPU of the hub, by operation and peer, over the peer's."""
WARM_UP = 4
"""Rounds before the measured ones: compilers of JavaScript need some."""


class PeerMeasure(msgspec.Struct, frozen=True):
    """The medians of one operation of one side: CPU milliseconds per request, of its processes and of PostgreSQL;
    `ratio` is the hub's over this side's in the same round, `database_ratio` the same of PostgreSQL's."""

    operation: str
    title: str
    side: str
    cpu: float
    database: float
    ratio: float
    database_ratio: float
    goal: float | None

    @property
    def reached(self) -> bool:
        """Whether the goal is met."""
        return self.goal is None or self.ratio <= self.goal


@dataclass(frozen=True, slots=True)
class Side:
    """Somebody who answers: `processes` are counted (none for this one), `queries` are its own words by operation."""

    name: str
    url: str
    processes: Sequence[int] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)

    def cpu(self) -> float:
        """Return the seconds of CPU of this side so far."""
        return sum(map(processor, self.processes)) if self.processes else time.process_time()

    def body(self, operation: Operation) -> bytes:
        """Return the request of an operation."""
        query = self.queries[operation.name] if self.queries else operation.query
        return orjson.dumps({"query": query, "variables": operation.variables})

    def answers(self, operation: Operation) -> bool:
        """Whether this side has the operation."""
        return not self.queries or operation.name in self.queries


async def bench(
    graph: Graph, keys: Keys, url: str, dsn: Dsn, people: int, rounds: int, requests: int, in_flight: int
) -> tuple[list[PeerMeasure], str | None]:
    """Measure every operation of every side that runs here; return also why the others don't.

    Raises StartRefused (BENCH_UNEQUAL) if the sides do not give the same data.
    """
    try:
        installed(NODE)
    except NodeAbsent as error:
        return [], str(error)
    await dataset.prepare(url, people, keys)
    settle()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        hub = await stack.enter_async_context(running_hub(graph, keys, dsn))
        load_client = await stack.enter_async_context(serving({HUB: hub.app.pipeline.answer}))
        database = await asyncpg.connect(url)
        stack.push_async_callback(database.close)
        sides = (
            Side(HUB, load_client.url(HUB), headers=hub.headers(REFERENT)),
            stack.enter_context(_apollo(url, folder)),
            await stack.enter_async_context(_postgraphile(database, url, folder)),
        )
        backend = await database.fetchval("SELECT pg_backend_pid()")
        measures: list[PeerMeasure] = []
        for operation in operations(graph.schema):
            answering = [side for side in sides if side.answers(operation)]
            await _require_equal(answering, operation)
            measures += await _measure(load_client, answering, operation, backend, rounds, requests, in_flight)
        return measures, None


@contextmanager
def _apollo(url: str, folder: Path) -> Iterator[Side]:
    """Start the four subgraphs and the gateway in front of them."""
    command = [sys.executable, "-m", "benchmarks.plain_subgraphs", dataset.REFERENT]
    with started_process(command, OTHER_CORES, DATABASE_URL=url) as subgraphs:
        assert subgraphs.stdout is not None
        served = orjson.loads(subgraphs.stdout.readline())
        urls = {name: f"http://127.0.0.1:{served['port']}/{name}/" for name in served["sdl"]}
        path = folder / "supergraph.graphql"
        supergraph = compose([Source(name, urls[name], sdl) for name, sdl in served["sdl"].items()])
        path.write_text(supergraph.text, encoding="utf-8")
        gateway = next(gateway for gateway in GATEWAYS if gateway.name == APOLLO)
        with running_gateway(gateway, path, urls, folder / "apollo.log") as running:
            yield Side(APOLLO, running.url, (running.pid, subgraphs.pid))


@asynccontextmanager
async def _postgraphile(database: asyncpg.Connection[asyncpg.Record], url: str, folder: Path) -> AsyncIterator[Side]:
    """Start PostGraphile as a role that exists until the end."""
    password = secrets.token_hex()
    await database.execute(f"DROP ROLE IF EXISTS {READER}")
    await database.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{password}' IN ROLE people_query, appointments_query")
    try:
        scope = link_key(Fact.REFERENT, dataset.REFERENT)
        gateway = Gateway(POSTGRAPHILE, "PostGraphile", lambda at: ["node", "postgraphile.mjs", scope, str(at.port)], 0)
        log, dsn = folder / "postgraphile.log", address(url, READER, password)
        with running_gateway(gateway, folder, {}, log, DATABASE_URL=dsn, GRAPHILE_ENV="production") as running:
            yield Side(POSTGRAPHILE, running.url, (running.pid,), queries=postgraphile.QUERIES)
    finally:
        await database.execute(f"DROP ROLE {READER}")


async def _require_equal(sides: Sequence[Side], operation: Operation) -> None:
    expected = None
    async with httpx2.AsyncClient(timeout=30) as client:
        for side in sides:
            headers = {"content-type": "application/json", **side.headers}
            answer = (await client.post(side.url, content=side.body(operation), headers=headers)).json()
            data = answer.get("data")
            if side.name == POSTGRAPHILE and data:
                data = postgraphile.as_the_hub_says(data)
            expected = data if expected is None else expected
            if "errors" in answer or data != expected:
                raise StartRefused(
                    "BENCH_UNEQUAL",
                    f"« {side.name} » ne répond pas comme le hub à « {operation.title} » : rien n'est mesuré.",
                    f"operation {operation.name}",
                )


async def _measure(
    client: LoadClient,
    sides: Sequence[Side],
    operation: Operation,
    backend: int,
    rounds: int,
    requests: int,
    connections: int,
) -> list[PeerMeasure]:
    """Ask every side in turn, each of them first in some rounds."""
    costs: dict[str, list[tuple[float, float]]] = {side.name: [] for side in sides}
    for number in range(WARM_UP + rounds):
        first = number % len(sides)
        for side in (*sides[first:], *sides[:first]):
            body, database, start = side.body(operation), Cost(), side.cpu()
            with spent(database, backend):
                await client.ask_at(side.url, side.headers, body, connections, requests)
            if number >= WARM_UP:
                costs[side.name].append(((side.cpu() - start) / requests, database.server / requests))
    return [_medians(operation, side.name, costs[HUB], costs[side.name]) for side in sides]


def _medians(
    operation: Operation, side: str, hub: Sequence[tuple[float, float]], costs: Sequence[tuple[float, float]]
) -> PeerMeasure:
    ratios = [
        (own / max(cpu, 1e-9), own_database / max(database, 1e-9))
        for (own, own_database), (cpu, database) in zip(hub, costs, strict=True)
    ]
    return PeerMeasure(
        operation.name,
        operation.title,
        side,
        1000 * median(cpu for cpu, _ in costs),
        1000 * median(database for _, database in costs),
        median(ratio for ratio, _ in ratios),
        median(ratio for _, ratio in ratios),
        GOALS.get((operation.name, side)),
    )


def show(measures: Sequence[PeerMeasure], connections: int, absent: str | None, console: Console) -> None:
    """Print the measures as a table, or why there are none."""
    if absent is not None:
        console.print(f"Apollo Gateway et PostGraphile : non mesurés ({absent}).")
        return
    console.print(f"Temps de calcul par requête, en ms, par HTTP ({connections} connexions), sans le client :")
    table = Table(Column("opération", no_wrap=True), Column("qui", no_wrap=True), box=SIMPLE, padding=0)
    for title in ("serveur", "hub ÷", "PostgreSQL", "hub ÷"):
        table.add_column(title, justify="right", no_wrap=True)
    for measure in measures:
        goal = "" if measure.goal is None else f" ≤ {measure.goal:g}"
        own = measure.side == HUB
        table.add_row(
            measure.title if own else "",
            TITLES[measure.side],
            f"{measure.cpu:.2f}",
            "" if own else f"{measure.ratio:.2f}{goal}",
            f"{measure.database:.2f}",
            "" if own else f"{measure.database_ratio:.2f}",
            style=None if measure.reached else "yellow",
        )
    console.print(table)
