"""`hub bench`: CPU of the whole pipeline against plain resolvers on the same data, in one process, turn by turn.

CPU is that of this process (`time.process_time`): Python and its drivers, without PostgreSQL. Machines and moments
differ, so that only ratios are told: the median over rounds of resolvers ÷ hub, each round asking both sides in turn
(A B A B …). Both sides must give the same data before anything is measured, and both serialise it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
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

from benchmarks import dataset, resolvers
from benchmarks.loaders import Pool
from benchmarks.operations import Operation, operations
from hub.app import HubApp, hub_app
from hub.document.request import Request
from hub.errors import StartRefused
from hub.federation.transport import SubgraphRequest, SubgraphResponse, Transport
from hub.graph import Graph
from hub.http.media import RESPONSE
from hub.http.response import answered
from hub.identity.actor import CLAIM
from hub.identity.tokens import Issuer
from hub.serving import settle
from hub.settings import Settings
from infra.keys import Keys
from infra.roles import Dsn

ISSUER, AUDIENCE, PURPOSE = "https://bench.spie-hub.example", "https://hub.spie-hub.example", "suivi"
WARM = 5
"""Requests of each side before the first round: plans, statements and caches are made then."""

Ask = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Measure:
    """One operation: CPU milliseconds per request of each side, their ratio, and what one request of ours sends."""

    name: str
    title: str
    hub: float
    resolvers: float
    ratio: float
    goal: float | None
    calls: int
    statements: int
    most_statements: int | None

    @property
    def reached(self) -> bool:
        """Whether every goal of this operation is met."""
        fast = self.goal is None or self.ratio >= self.goal
        return fast and (self.most_statements is None or self.statements <= self.most_statements)


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
    """The hub and the resolvers, ready to answer."""

    app: HubApp
    transports: Mapping[str, Counted]
    pool: Pool
    token: str

    def ours(self, operation: Operation) -> Ask:
        """A request to the hub, from its headers to the bytes of its answer."""
        headers = {"authorization": f"Bearer {self.token}", "purpose": PURPOSE}
        request = Request(headers, operation.query, None, operation.variables, "0" * 31 + "1")
        pipeline = replace(self.app.pipeline, transports=self.transports)

        async def ask() -> bytes:
            return answered(RESPONSE, request.trace, await pipeline.answer(request)).body

        return ask

    def theirs(self, operation: Operation) -> Ask:
        """The same request to the plain resolvers."""

        async def ask() -> bytes:
            data = await resolvers.answer(self.pool, dataset.REFERENT, operation.query, dict(operation.variables))
            return orjson.dumps({"data": data})

        return ask

    def count(self) -> tuple[int, int]:
        """Calls to subgraphs and data statements so far."""
        calls = sum(each.calls for each in self.transports.values())
        return calls, sum(each.statements for each in self.app.local.values())


async def bench(graph: Graph, keys: Keys, url: str, dsn: Dsn, people: int, rounds: int, each: int) -> list[Measure]:
    """Measure every operation on `people` people in the database at `url`; `each` requests per side and round.

    Raises StartRefused (BENCH_UNEQUAL) if the sides do not give the same data.
    """
    await dataset.prepare(url, people, keys)
    settle()
    async with _sides(graph, keys, url, dsn) as sides:
        return [await _measure(sides, operation, rounds, each) for operation in operations(graph.schema)]


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
        yield Sides(app, counted, pool, _token(key))


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


async def _measure(sides: Sides, operation: Operation, rounds: int, each: int) -> Measure:
    ours, theirs = sides.ours(operation), sides.theirs(operation)
    if _data(await ours()) != _data(await theirs()):
        raise StartRefused(
            "BENCH_UNEQUAL",
            f"Les deux côtés ne répondent pas la même chose à « {operation.title} » : la mesure n'aurait pas de sens.",
            f"operation {operation.name}",
        )
    before = sides.count()
    await ours()
    calls, statements = (after - start for start, after in zip(before, sides.count(), strict=True))
    for _ in range(WARM):
        await ours()
        await theirs()
    taken = [await _round(ours, theirs, each) for _ in range(rounds)]
    return Measure(
        name=operation.name,
        title=operation.title,
        hub=1000 * median(hub for hub, _ in taken),
        resolvers=1000 * median(other for _, other in taken),
        ratio=median(other / hub for hub, other in taken),
        goal=operation.goal,
        calls=calls,
        statements=statements,
        most_statements=operation.statements,
    )


async def _round(ours: Ask, theirs: Ask, each: int) -> tuple[float, float]:
    """CPU seconds per request of each side, asked in turn."""
    spent = [0.0, 0.0]
    for _ in range(each):
        for side, ask in enumerate((ours, theirs)):
            start = time.process_time()
            await ask()
            spent[side] += time.process_time() - start
    return spent[0] / each, spent[1] / each


def _data(body: bytes) -> Any:
    return orjson.loads(body)["data"]


def show(measures: list[Measure], people: int, console: Console) -> None:
    """The measures as a table, in plain text where the output is not a terminal."""
    console.print(f"Résolveurs simples ÷ hub, en temps de calcul par requête ({people} personnes) :")
    table = Table(Column("opération", no_wrap=True), box=SIMPLE, padding=0)
    for title in ("hub", "résolveurs", "rapport", "but", "appels", "SQL", "but"):
        table.add_column(title, justify="right")
    for each in measures:
        table.add_row(
            each.title,
            f"{each.hub:.2f} ms",
            f"{each.resolvers:.2f} ms",
            f"{each.ratio:.1f} ×",
            "" if each.goal is None else f"≥ {each.goal:g} ×",
            str(each.calls),
            str(each.statements),
            "" if each.most_statements is None else f"≤ {each.most_statements}",
            style=None if each.reached else "yellow",
        )
    console.print(table)
