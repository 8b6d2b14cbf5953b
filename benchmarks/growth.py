"""`hub bench growth`: what a request takes of CPU among few people and among many, of this process and of PostgreSQL.

Each number of people fills the bench's database anew (`benchmarks.dataset`). The same requests are then made, token to
journal and without HTTP, for people and référents drawn over all who are there, so that their rows lie far apart. CPU
is that of this process and of the PostgreSQL server, which must be on this machine and serve nobody else meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, TypeAlias
from uuid import uuid4

import asyncpg
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from benchmarks import dataset, writes
from benchmarks.bench_hub import ORGANISATION, REFERENT, BenchHub, running_hub
from benchmarks.operations import operations
from benchmarks.server_cpu import Cost, spent
from hub.graph import Graph
from hub.serving import settle
from infra.keys import Keys
from infra.roles import Dsn

GOAL = 1.2
"""CPU of a request among the most people by that of one among the fewest, at most."""
REFERENTS = 50
"""Référents who ask: as many whatever the number of people, so that as many tokens are checked."""
TOUCHED = 10_000
"""People whose row changes before a delta, at most."""
SEARCH, DAY = ((Path(__file__).parent / f"{name}.graphql").read_text(encoding="utf-8") for name in ("search", "day"))
DAYS = "2026-08-30", "2026-09-29", "2026-10-29"
"""Days of appointments in `dataset.sql`."""

ActorRequest: TypeAlias = tuple[Mapping[str, str], str, Mapping[str, Any]]
"""The headers, the document and the variables of a request."""
Headers: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, str]]
"""Makes the headers of an actor's request."""


@dataclass(slots=True)
class Step:
    """What `number` requests, or people told, took."""

    title: str
    number: int = 0
    cost: Cost = field(default_factory=Cost)

    @property
    def microseconds(self) -> tuple[float, float]:
        """Of one of them: this process, and PostgreSQL."""
        return self.cost.client / self.number * 1e6, self.cost.server / self.number * 1e6


@dataclass(frozen=True, slots=True)
class Measure:
    """The steps among so many people, by name, and the bytes of the database for each of them."""

    people: int
    bytes_per_person: float
    steps: Mapping[str, Step]


async def bench(
    graph: Graph, keys: Keys, url: str, dsn: Dsn, sizes: Iterable[int], rounds: int, requests: int, in_flight: int
) -> list[Measure]:
    """Measure these numbers of people, `requests` of each kind per round and `in_flight` at a time.

    Raises StartRefused BENCH_NOT_ANSWERED.
    """
    measures = []
    for people in sorted(sizes):
        await dataset.prepare(url, people, keys)
        settle()
        async with running_hub(graph, keys, dsn) as hub:
            watching = await asyncpg.connect(url, server_settings={"jit": "off"})
            try:
                measures.append(await _measure(graph, hub, watching, people, rounds, requests, in_flight))
            finally:
                for statement in writes.TAKEN_AWAY:
                    await watching.execute(statement)
                await watching.close()
    return measures


async def _measure(
    graph: Graph, hub: BenchHub, watching: writes.Connection, people: int, rounds: int, requests: int, in_flight: int
) -> Measure:
    backend = await watching.fetchval("SELECT pg_backend_pid()")
    drawn = Drawn(graph, hub.headers, people)
    steps = {name: Step(title) for name, (title, _) in drawn.kinds.items()}
    for number in range(rounds + 1):
        for name, (_, draw) in drawn.kinds.items():
            cost, drawn_requests = Cost(), [draw() for _ in range(requests)]
            with spent(cost, backend):
                await _send(hub, drawn_requests, in_flight)
            if number:  # the first round makes plans and fills caches
                steps[name].number += requests
                steps[name].cost += cost
    steps |= await _changes(hub, watching, backend, drawn)
    size = await watching.fetchval("SELECT pg_database_size(current_database())")
    return Measure(people, size / people, steps)


class Drawn:
    """Draws requests, the same at each run: `kinds` are their titles and what draws one, by name. `headers` are those
    of an actor of `benchmarks.bench_hub`."""

    def __init__(self, graph: Graph, headers: Headers, people: int) -> None:
        self._random, self._people = Random(people), people  # noqa: S311 - nothing secret is drawn
        queries = {operation.name: operation.query for operation in operations(graph.schema)}
        self._journey, self._list = queries["journey"], queries["list"]
        referents = self._random.sample(range(people // dataset.FOLLOWED), min(REFERENTS, people // dataset.FOLLOWED))
        self._headers = {
            number: headers({**REFERENT, "agent": dataset.identifier("agent", number)}) for number in referents
        }
        self.organisation = headers(ORGANISATION)
        self.kinds: Mapping[str, tuple[str, Callable[[], ActorRequest]]] = {
            "journey": ("Parcours d'une personne", self._of_a_person),
            "list": ("100 personnes d'un référent", self._of_a_referent),
            "day": ("50 rendez-vous d'un jour d'un référent", self._of_a_day),
            "perimeter": ("100 personnes du périmètre entier", lambda: (self.organisation, self._list, {})),
            "search": ("Début d'un nom, dans le périmètre entier", self._search),
            "record": ("Enregistrer un rendez-vous", self._record),
        }

    def sample(self, number: int) -> list[str]:
        """So many people, or all."""
        numbers = self._random.sample(range(self._people), min(number, self._people))
        return [dataset.identifier("person", number) for number in numbers]

    def _followed(self) -> tuple[Mapping[str, str], str]:
        """The headers of a référent, and someone whom it follows."""
        referent = self._random.choice(list(self._headers))
        number = referent * dataset.FOLLOWED + self._random.randrange(dataset.FOLLOWED)
        return self._headers[referent], dataset.identifier("person", number)

    def _of_a_person(self) -> ActorRequest:
        headers, person = self._followed()
        return headers, self._journey, {"id": person}

    def _of_a_referent(self) -> ActorRequest:
        return self._followed()[0], self._list, {}

    def _of_a_day(self) -> ActorRequest:
        return self._followed()[0], DAY, {"day": self._random.choice(DAYS)}

    def _search(self) -> ActorRequest:
        number = self._random.randrange(self._people // 10, self._people)
        return self.organisation, SEARCH, {"start": f"Nom {number // 10}"}

    def _record(self) -> ActorRequest:
        headers, person = self._followed()
        fields = {"person": person, "startsAt": writes.yesterday().isoformat(), "mode": "VISIO"}
        return headers, writes.RECORD, {"input": {"idempotencyKey": f"bench-{uuid4().hex[:12]}", **fields}}


async def _send(hub: BenchHub, requests: Sequence[ActorRequest], in_flight: int) -> None:
    waiting = iter(requests)

    async def client() -> None:
        for headers, document, variables in waiting:
            await writes.data(hub, headers, document, variables)

    await asyncio.gather(*(client() for _ in range(min(in_flight, len(requests)))))


async def _changes(hub: BenchHub, watching: writes.Connection, backend: int, drawn: Drawn) -> Mapping[str, Step]:
    """The first reading of all people of the organisation, and the delta of some of them."""
    whole, delta = Step("Première lecture de tous, par personne"), Step("Changements, par personne")
    with spent(whole.cost, backend):
        people, since = await writes.walk(hub, drawn.organisation, writes.CHANGES, None)
    whole.number = len(people)
    await watching.execute(f"{writes.TOUCHED} WHERE id = ANY($1::uuid[])", drawn.sample(TOUCHED))
    with spent(delta.cost, backend):
        changed, _ = await writes.walk(hub, drawn.organisation, writes.CHANGES, since)
    delta.number = len(changed)
    return {"whole": whole, "delta": delta}


def show(measures: Sequence[Measure], in_flight: int, console: Console) -> None:
    """Print what each step takes among each number of people, and how much more among the most."""
    table = Table(Column("opération", no_wrap=True), box=SIMPLE, padding=0)
    for measure in measures:
        table.add_column(f"{measure.people} personnes", justify="right", no_wrap=True)
    table.add_column("croissance", justify="right", no_wrap=True)
    for name, step in measures[0].steps.items():
        costs = [measure.steps[name].microseconds for measure in measures]
        growth = sum(costs[-1]) / sum(costs[0])
        cells = [f"{hub:.0f} + {database:.0f}" for hub, database in costs]
        table.add_row(step.title, *cells, f"{growth:.2f} ≤ {GOAL}", style=None if growth <= GOAL else "yellow")
    sizes = [f"{measure.bytes_per_person / 1024:.1f} Ko" for measure in measures]
    table.add_row("Disque par personne", *sizes, "")
    console.print(
        f"Temps de calcul du hub + de PostgreSQL, en microsecondes, sans HTTP ({in_flight} requêtes à la fois) :"
    )
    console.print(table)
