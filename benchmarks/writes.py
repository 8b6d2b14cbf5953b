"""`hub bench`: what a mutation takes of CPU by what a bare INSERT or UPDATE takes, and a delta by the plain query.

CPU is that of this process and of the PostgreSQL server. The hub makes a mutation whole: token, policy, decision on the
facts, idempotency key, item, answer, journal. A bare one is the same row by asyncpg as the administrator, in a
transaction on a connection of its own, without a trigger. A delta tells everyone whom the organisation follows, since
a row of each has changed; the plain query reads the same of the same people, in pages of the same size.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import orjson
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from benchmarks import dataset
from benchmarks.bench_hub import ORGANISATION, REFERENT, BenchHub, running_hub
from benchmarks.server_cpu import Cost, spent
from hub.document.exchange import Request
from hub.errors import StartRefused
from hub.graph import Graph
from infra.keys import Keys
from infra.roles import Dsn

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

WRITE_GOAL, DELTA_GOAL = 3.0, 2.0
"""CPU of a mutation by that of the bare statement, and of a delta by that of the plain query, at most."""
CONNECTIONS = 10
"""Connections of the bare side: as many as each role of the hub has."""
WARM_UP = 50
"""Writes of each side before the measured ones."""
WALKS = 3
"""How often the delta and the plain query are read."""

RECORD, SET_STATUS, CHANGES, PEOPLE = (
    (Path(__file__).parent / f"{name}.graphql").read_text(encoding="utf-8")
    for name in ("record", "status", "changes", "people")
)
INSERT = """
INSERT INTO appointments.appointment (id, person_id, starts_at, mode, status, initiator, organisation_siret,
    recorded_by, rdv_source_id, subject_source_id, source, source_id, as_of)
VALUES ($1::uuid, $2::uuid, $3, 'VISIO', 'INCONNU', 'agent', $4, $4, $1::text, $2::text, 'hub', $1::text, $5)
"""
UPDATE = "UPDATE appointments.appointment SET status = 'VU', as_of = $2, version = version + 1 WHERE id = $1"
FOLLOWED = "SELECT person_id::text FROM access.link WHERE relation = 2 AND scope_id = $1 ORDER BY person_id"
TOUCHED = "UPDATE people.person SET as_of = as_of"
TAKEN_AWAY = (
    "DELETE FROM appointments.appointment WHERE source = 'hub'",
    "TRUNCATE appointments.write_request, access.change",
    "VACUUM ANALYZE appointments.appointment",
    "VACUUM ANALYZE people.person",
)
"""What takes away all that was written, so that the other measures find the same data."""


@dataclass(slots=True)
class Measure:
    """What `number` writes, or people told, took of the hub and of the bare side; `ratios` of their CPU, by round."""

    name: str
    title: str
    goal: float
    number: int = 0
    hub: Cost = field(default_factory=Cost)
    bare: Cost = field(default_factory=Cost)
    ratios: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median of the rounds: processes of the server that tidy up fall into some of them."""
        return median(self.ratios)

    def add(self, number: int, hub: Cost, bare: Cost) -> None:
        """Add a round of so many."""
        self.number += number
        self.hub, self.bare = self.hub + hub, self.bare + bare
        self.ratios.append(hub.cpu / bare.cpu)


async def bench(
    graph: Graph, keys: Keys, url: str, dsn: Dsn, rounds: int, requests: int, in_flight: int
) -> list[Measure]:
    """Measure the mutations, `requests` per round and `in_flight` at a time, and a delta of all people of the bench.

    Raises StartRefused: BENCH_NOT_ANSWERED, or BENCH_UNEQUAL if the delta does not tell what the plain query does.
    """
    async with running_hub(graph, keys, dsn) as hub, _connections(url) as (watching, *connections):
        try:
            backend = await watching.fetchval("SELECT pg_backend_pid()")
            people = [row[0] for row in await watching.fetch(FOLLOWED, dataset.REFERENT)]
            writes = _Writes(hub, hub.headers(REFERENT), connections, people, backend)
            return [*await writes.measure(rounds, requests, in_flight), await _delta(hub, watching, backend)]
        finally:
            for statement in TAKEN_AWAY:
                await watching.execute(statement)


@asynccontextmanager
async def _connections(url: str) -> AsyncIterator[list[Connection]]:
    """A connection that touches and tidies, then those of the bare side, which fire no trigger."""
    async with AsyncExitStack() as stack:
        connections = []
        for role in ("origin", *["replica"] * CONNECTIONS):
            settings = {"jit": "off", "session_replication_role": role}
            connections.append(await asyncpg.connect(url, server_settings=settings))
            stack.push_async_callback(connections[-1].close)
        yield connections


@dataclass(frozen=True, slots=True)
class _Writes:
    """Both sides of the mutations: the hub, asked by the référent of `people`, and bare `connections`."""

    hub: BenchHub
    headers: Mapping[str, str]
    connections: Sequence[Connection]
    people: Sequence[str]
    backend: int

    async def measure(self, rounds: int, requests: int, in_flight: int) -> list[Measure]:
        """New items on both sides, then a change of each of them, in every round."""
        await self._round(_writes(), WARM_UP, in_flight)
        measures = _writes()
        for _ in range(rounds):
            await self._round(measures, requests, in_flight)
        return measures

    async def _round(self, measures: Sequence[Measure], requests: int, in_flight: int) -> None:
        recorded, status = measures
        people = [person for person, _ in zip(cycle(self.people), range(requests), strict=False)]
        costs = [Cost() for _ in range(4)]
        with spent(costs[0], self.backend):
            items = await _in_turn(self._record, people, range(min(in_flight, requests)))
        with spent(costs[1], self.backend):
            rows = await _in_turn(_insert, people, self.connections)
        with spent(costs[2], self.backend):
            await _in_turn(self._set_status, items, range(min(in_flight, requests)))
        with spent(costs[3], self.backend):
            await _in_turn(_update, rows, self.connections)
        recorded.add(requests, *costs[:2])
        status.add(requests, *costs[2:])

    async def _record(self, person: str, _: int) -> Any:
        fields = {"person": person, "startsAt": yesterday().isoformat(), "mode": "VISIO"}
        return await self._mutate(RECORD, fields)

    async def _set_status(self, item: Any, _: int) -> Any:
        fields = {"appointment": item["id"], "expectedVersion": item["version"], "status": "VU"}
        return await self._mutate(SET_STATUS, fields)

    async def _mutate(self, document: str, fields: Mapping[str, Any]) -> Any:
        variables = {"input": {"idempotencyKey": f"bench-{uuid4().hex[:12]}", **fields}}
        return (await data(self.hub, self.headers, document, variables))["item"]


def _writes() -> list[Measure]:
    return [
        Measure("recordAppointment", "Enregistrer un rendez-vous ÷ INSERT", WRITE_GOAL),
        Measure("setAppointmentStatus", "Dire la présence ÷ UPDATE", WRITE_GOAL),
    ]


async def _insert(person: str, connection: Connection) -> UUID:
    item = uuid4()
    async with connection.transaction():
        await connection.execute(INSERT, item, UUID(person), yesterday(), dataset.SIRET, datetime.now(UTC))
    return item


async def _update(item: UUID, connection: Connection) -> None:
    async with connection.transaction():
        await connection.execute(UPDATE, item, datetime.now(UTC))


async def _in_turn(write: Callable[..., Awaitable[Any]], subjects: Sequence[Any], writers: Sequence[Any]) -> list[Any]:
    """Write for each of these subjects, one at a time for each writer; return what was made, by subject."""
    results = [None] * len(subjects)
    waiting = iter(enumerate(subjects))

    async def go_on(writer: Any) -> None:
        for place, subject in waiting:
            results[place] = await write(subject, writer)

    await asyncio.gather(*map(go_on, writers))
    return results


async def _delta(hub: BenchHub, watching: Connection, backend: int) -> Measure:
    """Everybody's row changes; the delta and the plain query are then read by turns."""
    headers = hub.headers(ORGANISATION)
    _, since = await walk(hub, headers, CHANGES, None)
    await watching.execute(TOUCHED)
    sides = (CHANGES, since), (PEOPLE, None)
    changed, listed = [(await walk(hub, headers, *side))[0] for side in sides]
    if changed != listed:
        raise StartRefused(
            "BENCH_UNEQUAL",
            "Les changements ne disent pas ce que dit la requête simple : la mesure n'aurait pas de sens.",
            f"{len(changed)} people changed, {len(listed)} listed",
        )
    measure = Measure("changes", f"{len(changed)} changements ÷ requête simple", DELTA_GOAL)
    for _ in range(WALKS):
        costs = [Cost() for _ in sides]
        for cost, side in zip(costs, sides, strict=True):
            with spent(cost, backend):
                await walk(hub, headers, *side)
        measure.add(len(changed), *costs)
    return measure


async def walk(hub: BenchHub, headers: Mapping[str, str], document: str, after: str | None) -> tuple[list[Any], str]:
    """Read all pages from a cursor on; return their people, and the last cursor."""
    people: list[Any] = []
    while True:
        page = (await data(hub, headers, document, {"after": after}))["page"]
        people += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return people, after or ""


async def data(hub: BenchHub, headers: Mapping[str, str], document: str, variables: Mapping[str, Any]) -> Any:
    """The data of a request to the hub; raises StartRefused (BENCH_NOT_ANSWERED) if it is refused anything."""
    reply = await hub.app.pipeline.answer(Request(headers, document, None, variables, uuid4().hex))
    answer = orjson.loads(reply.body)
    if "errors" in answer:
        code = answer["errors"][0]["extensions"]["code"]
        raise StartRefused(
            "BENCH_NOT_ANSWERED", "Le hub refuse une requête : la mesure n'aurait pas de sens.", f"{code}"
        )
    return answer["data"]


def yesterday() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


def show(measures: Sequence[Measure], console: Console) -> None:
    """Print the costs and their ratios, with the goals."""
    table = Table(Column("écritures et changements", no_wrap=True), box=SIMPLE, padding=0)
    for title in ("hub", "+ PostgreSQL", "à nu", "+ PostgreSQL", "÷"):
        table.add_column(title, justify="right", no_wrap=True)
    for measure in measures:
        costs = [
            f"{seconds / measure.number * 1e6:.0f}"
            for cost in (measure.hub, measure.bare)
            for seconds in (cost.client, cost.server)
        ]
        reached = measure.ratio <= measure.goal
        ratio = f"{measure.ratio:.1f} ≤ {measure.goal:g}"
        table.add_row(measure.title, *costs, ratio, style=None if reached else "yellow")
    console.print("Temps de calcul par écriture, ou par personne dite, en microsecondes : ce processus et PostgreSQL.")
    console.print(table)
