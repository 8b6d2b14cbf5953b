"""`hub bench`: CPU of the whole pipeline against plain resolvers on the same data, in one process, turn by turn.

CPU is that of this process (`time.process_time`): Python and its drivers, without PostgreSQL. Machines and moments
differ, so that only ratios are told: the median over rounds of resolvers ÷ hub, each round asking all sides in turn
(A B C A B C …), many requests in flight at a time, as a server has them. All sides must give the same data before
anything is measured, and all serialise it. Goals are held against plain resolvers; the same resolvers with their
documents cached are told beside them.

What journal and policy cost is the CPU of the same process serving over HTTP, as many connections as requests in
flight: the hub, the hub without its journal, and without policy either, each of them first, second and last in every
round.
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
from joserfc import jwk, jwt
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table
from strawberry import Schema

from benchmarks import dataset, resolvers
from benchmarks.http_load import Wire, wired
from benchmarks.loaders import Pool
from benchmarks.operations import Operation, operations
from benchmarks.stripped_pipelines import Bare, unjournalled
from hub.app import HubApp, hub_app
from hub.document.exchange import Reply, Request
from hub.errors import StartRefused
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, Transport
from hub.graph import Graph
from hub.http.media_types import RESPONSE
from hub.http.response_writer import answered
from hub.identity.actor import CLAIM
from hub.identity.issuer import Issuer
from hub.serving import settle
from hub.settings import Settings
from infra.keys import Keys
from infra.roles import Dsn

ISSUER, AUDIENCE, PURPOSE = "https://bench.spie-hub.example", "https://hub.spie-hub.example", "suivi"
HUB = "hub"
WARM = 2
"""Rounds before the first that counts: plans, statements, connections and caches are made then."""
SERVED = HUB, "unjournalled", "bare"
"""The hub, without its journal, and without policy either (`benchmarks.stripped_pipelines`)."""
JOURNAL, POLICY = 0.10, 0.05
"""Greatest shares that are aimed at."""

Ask = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Measure:
    """One operation: CPU milliseconds per request of each side, their ratios; the hub's over HTTP (`served`), and the
    shares of journal and policy in it (0 to 1); what one request of ours sends."""

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
        """Whether journal and policy cost what they may."""
        return self.journal <= JOURNAL and self.policy <= POLICY


class Counted:
    """A transport that counts its calls."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.calls = 0

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        """Send one request, and count it."""
        self.calls += 1
        return await self._transport.send(request, context)


@dataclass(frozen=True, slots=True)
class Sides:
    """The hub, with journal and policy and with less, in this process and over HTTP; and the resolvers."""

    app: HubApp
    transports: Mapping[str, Counted]
    answers: Mapping[str, Callable[[Request], Awaitable[Reply]]]
    wire: Wire
    pool: Pool
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """Who asks, and what for."""
        return {"authorization": f"Bearer {self.token}", "purpose": PURPOSE}

    def ours(self, side: str, operation: Operation) -> Ask:
        """A request to one of `answers`, from its headers to the bytes of its answer."""
        request = Request(self.headers, operation.query, None, operation.variables, "0" * 31 + "1")
        answer = self.answers[side]

        async def ask() -> bytes:
            return answered(RESPONSE, request.trace, await answer(request)).body

        return ask

    async def served(self, side: str, operation: Operation, requests: int, connections: int) -> None:
        """The same requests, over HTTP."""
        body = orjson.dumps({"query": operation.query, "variables": operation.variables})
        await self.wire.ask(side, self.headers, body, connections, requests)

    def theirs(self, operation: Operation, schema: Schema) -> Ask:
        """The same request to the resolvers, `PLAIN` or `CACHED`."""

        async def ask() -> bytes:
            data = await resolvers.answer(
                schema, self.pool, dataset.REFERENT, operation.query, dict(operation.variables)
            )
            return orjson.dumps({"data": data})

        return ask

    def count(self) -> tuple[int, int]:
        """Calls to subgraphs and data statements so far."""
        calls = sum(each.calls for each in self.transports.values())
        return calls, sum(each.statements for each in self.app.local.values())


async def bench(
    graph: Graph, keys: Keys, url: str, dsn: Dsn, people: int, rounds: int, each: int, in_flight: int
) -> list[Measure]:
    """Measure every operation on `people` people in the database at `url`; `each` requests per side and round, of which
    `in_flight` at a time.

    Raises StartRefused (BENCH_UNEQUAL) if the sides do not give the same data.
    """
    await dataset.prepare(url, people, keys)
    settle()
    async with _sides(graph, keys, url, dsn) as sides:
        return [await _measure(sides, operation, rounds, each, in_flight) for operation in operations(graph.schema)]


@asynccontextmanager
async def _sides(graph: Graph, keys: Keys, url: str, dsn: Dsn) -> AsyncIterator[Sides]:
    key = jwk.OKPKey.generate_key("Ed25519", {"kid": "bench"})
    settings = Settings(
        AUDIENCE, {ISSUER: Issuer(ISSUER, "Ed25519", {"bench": key})}, {dataset.SIRET: frozenset({PURPOSE})}
    )
    app = hub_app(graph, settings, keys, dsn)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.running())
        pool = await stack.enter_async_context(asyncpg.create_pool(url, min_size=0, server_settings={"jit": "off"}))
        counted = {name: Counted(each) for name, each in app.pipeline.transports.items()}
        whole = replace(app.pipeline, transports=counted)
        quiet = unjournalled(whole)
        answers = dict(zip(SERVED, (whole.answer, quiet.answer, Bare.of(quiet, graph).answer), strict=True))
        wire = await stack.enter_async_context(wired(answers))
        yield Sides(app, counted, answers, wire, pool, _token(key))


def _token(key: jwk.OKPKey) -> str:
    now = int(time.time())
    said = {
        "kind": "referent_cd",
        "purposes": [PURPOSE],
        "habilitated_until": now + 86_400,
        "agent": dataset.REFERENT,
        "organisation": dataset.SIRET,
        "organisation_type": "conseil_departemental",
        "departments": ["08"],
    }
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "bench", "iat": now, "exp": now + 86_400, CLAIM: said}
    return jwt.encode({"alg": "Ed25519", "kid": "bench"}, claims, key, algorithms=["Ed25519"])


async def _measure(sides: Sides, operation: Operation, rounds: int, each: int, in_flight: int) -> Measure:
    ours = {side: sides.ours(side, operation) for side in SERVED}
    theirs = [sides.theirs(operation, schema) for schema in (resolvers.PLAIN, resolvers.CACHED)]
    first = _data(await ours[HUB]())
    if any([_data(await ask()) != first for ask in (*ours.values(), *theirs)]):
        raise StartRefused(
            "BENCH_UNEQUAL",
            f"Les côtés ne répondent pas tous la même chose à « {operation.title} » : la mesure n'aurait pas de sens.",
            f"operation {operation.name}",
        )
    before = sides.count()
    await ours[HUB]()
    calls, statements = (after - start for start, after in zip(before, sides.count(), strict=True))
    asks = (ours[HUB], *theirs)
    for _ in range(WARM):
        await _round(asks, in_flight, in_flight)
        await _served(sides, operation, in_flight, in_flight)
    taken, served = [], []
    for _ in range(rounds):
        taken.append(await _round(asks, each, in_flight))
        served += [await _served(sides, operation, each, in_flight, first) for first in range(len(SERVED))]
    hub, plain, cached = (1000 * median(found) for found in zip(*taken, strict=True))
    return Measure(
        name=operation.name,
        title=operation.title,
        hub=hub,
        resolvers=plain,
        cached=cached,
        ratio=median(plain / whole for whole, plain, _ in taken),
        cached_ratio=median(cached / whole for whole, _, cached in taken),
        served=1000 * median(whole for whole, _, _ in served),
        journal=median((whole - quiet) / whole for whole, quiet, _ in served),
        policy=median((quiet - bare) / whole for whole, quiet, bare in served),
        goal=operation.goal,
        calls=calls,
        statements=statements,
        most_statements=operation.statements,
    )


async def _served(sides: Sides, operation: Operation, each: int, connections: int, first: int = 0) -> list[float]:
    """CPU seconds per request of each of `SERVED` over HTTP, begun with the one at the place `first`, for who begins
    after a pause pays for it; what opens connections again comes before."""
    spent = {}
    for side in (*SERVED[first:], *SERVED[:first]):
        await sides.served(side, operation, connections, connections)
        start = time.process_time()
        await sides.served(side, operation, each, connections)
        spent[side] = (time.process_time() - start) / each
    return [spent[side] for side in SERVED]


async def _round(asks: Sequence[Ask], each: int, in_flight: int) -> list[float]:
    """CPU seconds per request of each side, asked in turn."""
    spent = []
    for ask in asks:
        pending = iter(range(each))

        async def client(ask: Ask = ask, pending: Iterator[int] = pending) -> None:
            for _ in pending:
                await ask()

        start = time.process_time()
        await asyncio.gather(*(client() for _ in range(min(in_flight, each))))
        spent.append((time.process_time() - start) / each)
    return spent


def _data(body: bytes) -> Any:
    return orjson.loads(body)["data"]


def show(measures: list[Measure], people: int, in_flight: int, console: Console) -> None:
    """The measures as a table, in plain text where the output is not a terminal."""
    console.print(
        "Temps de calcul par requête, en ms, et rapports résolveurs ÷ hub : simples, et avec leurs caches\n"
        f"({people} personnes, {in_flight} requêtes à la fois). Journal et politique : leur part du hub servi\n"
        f"par HTTP ({in_flight} connexions), pour {JOURNAL:.0%} et {POLICY:.0%} au plus."
    )
    table = Table(Column("opération", no_wrap=True), box=SIMPLE, padding=0)
    for title in ("hub", "simples", "÷", "caches ÷", "HTTP", "journal", "politique", "appels", "SQL"):
        table.add_column(title, justify="right", no_wrap=True)
    for each in measures:
        goal = "" if each.goal is None else f" ≥ {each.goal:g}"
        most = "" if each.most_statements is None else f" ≤ {each.most_statements}"
        table.add_row(
            each.title,
            f"{each.hub:.2f}",
            f"{each.resolvers:.2f}",
            f"{each.ratio:.1f}{goal}",
            f"{each.cached_ratio:.1f}",
            f"{each.served:.2f}",
            f"{each.journal:.0%}",
            f"{each.policy:.0%}",
            str(each.calls),
            f"{each.statements}{most}",
            style=None if each.reached and each.affordable else "yellow",
        )
    console.print(table)
