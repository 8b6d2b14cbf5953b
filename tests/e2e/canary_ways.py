"""Every way out of a hub, taken at random by its actors while the world changes; all that left is judged.

An operation takes one way, alone, beside a change or after one. Once both are over and whoever was told of the change
has been told, what left is searched (`canary_left`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from io import StringIO
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import orjson

from hub.observability.meters import Meters
from schema.days import today
from tests.conftest import Database
from tests.e2e.canary_checks import logged
from tests.e2e.canary_exports import BY_ANOTHER, Exports, exports
from tests.e2e.canary_inside import Got, inside
from tests.e2e.canary_left import Cursor, Judge, Left
from tests.e2e.canary_model import plant
from tests.e2e.canary_operations import PAGE, WALKS, all_of_a_person_in_parts
from tests.e2e.canary_outbox import Outbox, connected
from tests.e2e.canary_pages import DELTA, Ear, Listeners, listeners
from tests.e2e.canary_states import States
from tests.e2e.canary_trial import Operation, Trial, code_of, pairs, write
from tests.e2e.canary_turmoil import Turmoil
from tests.e2e.canary_writes import mutations
from tests.e2e.site import CASE, NUMBERED
from tests.observability.collector import Collector, collecting
from tests.simulators.system_of_record import RecordSystem

SHOWN = (
    "id",
    "id firstName lastName birthYear contact { email phones } rsa { status }",
    "id lastName appointments(first: 5) { nodes { id startsAt placeName } } constraints { id theme }",
    *all_of_a_person_in_parts(),
)
"""What queries of changes read of a person."""
JOURNAL = "nodes { at actorLabel organisation purpose data { label } actor client reference operation trace people }"
READINGS = (
    f"{{ myAccessJournal(first: 100) {{ {JOURNAL} }} }}",
    f"{{ accessJournal(first: 100) {{ {JOURNAL} }} }}",
)
READERS = ("personne", "dpo")
QUERIES = tuple(f"query ($after: String) {{ {walk.replace('...', PAGE)} }}" for walk in WALKS)
BESIDE, BEFORE = 0.35, 0.35
"""How often a change happens while a way is taken, and just before."""
TRIES = 3
"""Mutations that are asked in one operation: most are refused."""
NONE = 0.25
"""How often a page begins from nothing; else it goes on from a cursor."""


@dataclass(repr=False)
class Ways(Trial):
    """Takes ways out; `wrongs` is what was answered that should have been refused."""

    turmoil: Turmoil = field(kw_only=True)
    judge: Judge = field(kw_only=True)
    listeners: Listeners = field(kw_only=True)
    outbox: Outbox = field(kw_only=True)
    exports: Exports = field(kw_only=True)
    draw: Random = field(kw_only=True)
    logs: StringIO = field(kw_only=True)
    collector: Collector = field(kw_only=True)
    meters: Meters = field(kw_only=True)
    operations: Counter[str] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)
    first: int = 0
    caller: tuple[str, str] = ("", "")
    _turns: Any = None

    def __repr__(self) -> str:
        return f"{self.operations.total()} ways"

    async def run(self, count: int) -> None:
        """So many operations, each way as often as the others."""
        self._turns = self._turns or cycle(WAYS)
        for _ in range(count):
            await self.take(next(self._turns))

    async def take(self, way: Callable[[Ways], Awaitable[None]]) -> None:
        """One operation, and what the world does meanwhile."""
        chance = self.draw.random()
        if chance < BEFORE:  # a stream may be told of the state before, until it has nothing left to do
            before = self.judge.states.last
            await self.turmoil.change()
            await self.settle(before)
        first = self.first = self.judge.states.last
        if BEFORE <= chance < BEFORE + BESIDE:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.turmoil.change())
                group.create_task(_take(way, self))
        else:
            await way(self)
        self.operations[way.__name__] += 1
        await self.settle(first)

    async def settle(self, first: int) -> None:
        """Judge all that left since the state `first`, once whoever waits for changes was told."""
        await self.listeners.settled()
        self.listeners.collect(self.judge, first, self.last)
        for transport in self.hub.transports.values():
            for _, context, response in transport.exchanges:
                if transport is not self.hub.transports["changes"]:  # whose withdrawals are judged in the answer
                    actor = "partenaire" if " par " in context.actor else context.actor.partition("#")[2]
                    data = orjson.dumps([response.data, response.errors])
                    self.judge.waiting.append(Left("subgraph answer", actor, context.purpose, data, first, self.last))
            transport.exchanges.clear()
        self.judge.judge()

    @property
    def last(self) -> int:
        """The last state in which what leaves now may be decided."""
        return self.judge.states.last + self.turmoil.under_way

    def who(self) -> tuple[str, str]:
        """An actor and one of its purposes."""
        return self.draw.choice(pairs(self.model, list(self.model.actors)))

    def people(self, actor: str, purpose: str) -> list[str]:
        """Those of the world whom an actor reads now."""
        state = self.judge.states.states[-1]
        return [
            person for person in self.model.persons.values() if state.may(self.model.actors[actor], purpose, person)
        ]

    async def ask(
        self, operation: Operation, way: str = "mutation", begun: Cursor | None = None, document: str = ""
    ) -> Got:
        """Ask one operation; what it left is judged later."""
        first, self.caller = self.first, (operation.actor, operation.purpose)
        got = await self.hub.ask(
            operation.actor, operation.query, operation.variables, purpose=operation.purpose, **case(operation.purpose)
        )
        lines = b"\n".join(b": ".join(pair) for pair in got.headers if pair[0] != b"content-length") + b"\n"
        self.judge.answer(way, self.caller, got.body, (first, self.last), begun=begun, document=document, lines=lines)
        self.codes[code_of(got)] += 1
        return got


async def _take(way: Callable[[Ways], Awaitable[None]], ways: Ways) -> None:
    await way(ways)


def case(purpose: str) -> Mapping[str, str]:
    """The case number that some purposes ask for."""
    return CASE if purpose in NUMBERED else {}


async def page(ways: Ways) -> None:
    """A page of changes: from nothing, or from a cursor of before, by its holder and then by someone else, who is
    refused."""
    cursors = ways.judge.cursors
    if ways.draw.random() < NONE or not cursors:
        actor, purpose = ways.who()
        query = DELTA % ways.draw.choice(SHOWN)
        await ways.ask(
            Operation(actor, purpose, query, {"first": ways.draw.choice((1, 5, 100))}), "page", document=query
        )
        return
    cursor = ways.draw.choice(cursors)
    await _go_on(ways, cursor, cursor.actor, cursor.purpose)
    await _go_on(ways, cursor, *ways.who())


async def _go_on(ways: Ways, cursor: Cursor, actor: str, purpose: str) -> None:
    variables = {"since": cursor.text, "first": ways.draw.choice((1, 5, 100))}
    is_own = (actor, purpose) == (cursor.actor, cursor.purpose)
    way = "page" if is_own else "page of another"
    got = await ways.ask(
        Operation(actor, purpose, cursor.document, variables), way, begun=cursor, document=cursor.document
    )
    page_read = (got.json.get("data") or {}).get("changes") if got.status == 200 else None
    if not is_own and page_read is not None:
        ways.wrongs.append(f"{actor} / {purpose} went on from a cursor of {cursor.actor} / {cursor.purpose}")


async def stream(ways: Ways) -> None:
    """A stream is opened, from nothing or from a cursor, or one is left in the middle of what it is told."""
    if ways.listeners.full and ways.draw.random() < 0.5:
        await ways.listeners.leave(ways.draw)
        return
    cursors = [cursor for cursor in ways.judge.cursors if cursor.until is None]
    if cursors and ways.draw.random() < 0.3:
        cursor = ways.draw.choice(cursors)
        is_own = ways.draw.random() < 0.7
        actor, purpose = (cursor.actor, cursor.purpose) if is_own else ways.who()
        await ways.listeners.listen(actor, purpose, cursor.document, cursor, case(purpose))
        return
    actor, purpose = ways.who()
    await ways.listeners.listen(actor, purpose, DELTA % ways.draw.choice(SHOWN), None, case(purpose))


async def webhook(ways: Ways) -> None:
    """Another subscriber, and something of which it is told, once it does not fail."""
    actor, purpose = ways.who()
    reference = case(purpose).get("purpose-reference")
    document = DELTA % ways.draw.choice(SHOWN)
    await ways.listeners.subscribe(actor, purpose, document, reference, ways.judge.states.last)
    ways.listeners.fail(ways.draw)
    await ways.turmoil.change()


async def export(ways: Ways) -> None:
    """An export in one of the forms; one that was stopped half-way is resumed, by whoever began it or by another."""
    stopped = ways.exports.stopped
    if stopped is not None:
        is_other = ways.draw.random() < BY_ANOTHER
        await ways.exports.resume(ways.who()[0] if is_other else stopped.actor)
        return
    actor, purpose = ways.who()
    await ways.exports.begin(actor, purpose, ways.draw.choice(SHOWN), ways.draw, DELTA)


async def mutate(ways: Ways) -> None:
    """Actors write some mutations, and the hub sends what waits for other systems."""
    count = len(ways.items)
    async with ways.turmoil.changing():
        for name in ways.draw.sample(list(mutations()), TRIES):
            await write(ways, name, list(ways.model.actors), ways.draw, ways.people)
            for item in ways.items[count:]:
                ways.outbox.written.setdefault(item, ways.caller)
    await ways.outbox.send(ways.judge, ways.judge.states.last, ways.last)


async def query(ways: Ways) -> None:
    """An ordinary list; what the journal tells of accesses, by those who may ask."""
    actor, purpose = ways.who()
    await ways.ask(Operation(actor, purpose, ways.draw.choice(QUERIES)), "query")
    reader = ways.draw.choice(READERS)
    for document in READINGS:
        await ways.ask(Operation(reader, ways.model.actors[reader].purposes[0], document), "journal")


WAYS = (page, stream, webhook, export, mutate, query, page)
"""The ways out, in turns."""


@asynccontextmanager
async def ways_out(database: Database, folder: Path, seed: int) -> AsyncIterator[Ways]:
    """The ways out of a hub over the whole model, with all that hears of its changes."""
    model, simulator, ear, meters = await plant(database, today()), RecordSystem(), Ear(), Meters("hub", ())
    owner = await database.connect()
    states = States(owner)
    judge, turmoil = Judge(model, states), Turmoil(database, model, states, Random(f"turmoil {seed}"), folder)
    await turmoil.begin()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(owner.close)
        rows = connected(stack.enter_context(simulator.served()))
        collector = stack.enter_context(collecting())
        logs = stack.enter_context(logged())
        await stack.enter_async_context(ear.listening())
        hub = await stack.enter_async_context(
            inside(database, model.actors, folder, traces=collector.traces, outgoing=rows, meters=meters)
        )
        yield Ways(
            hub, model, turmoil=turmoil, judge=judge, draw=Random(seed), logs=logs, collector=collector, meters=meters,
            listeners=await stack.enter_async_context(listeners(hub, database, ear)),
            exports=await stack.enter_async_context(exports(hub, judge, turmoil, folder)),
            outbox=Outbox(hub, simulator, rows),
        )  # fmt: skip
