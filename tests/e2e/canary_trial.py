"""Operations asked of a hub over the world of the whole model, each byte of what they cause held against the account.

The account (`canary_rights`) says which values an actor may read; a value that is found anywhere else is a leak.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random
from typing import Any

import orjson
from graphql import DocumentNode

from schema.residual import Residual
from tests.e2e.canary_inside import Got, Inside
from tests.e2e.canary_mint import Canary, marks, years
from tests.e2e.canary_model import COLLEAGUE, IMMERSIONS, OPEN_STRUCTURE, SERVICES, SESSIONS, Model
from tests.e2e.canary_operations import NOBODY, all_of
from tests.e2e.canary_random import Values, drawn, random_documents
from tests.e2e.canary_rights import Rights, declarable
from tests.e2e.canary_writes import may_write, mutation, mutations

ROOTS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("person",), 5),
    (("persons",), 5),
    (("appointments",), 2),
    (("me",), 1),
    ((), 2),
)
"""Of which root fields random documents are, and in what proportions; no name: of any."""
TURNS = 5
"""Actors with a purpose, drawn among all, that ask a document."""
WRITERS = 0.7
"""How often a mutation is asked by whoever may make it."""
TIMES = 4
"""How often each of them asks it, with other values: it is prepared once."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of one actor under one purpose."""

    actor: str
    purpose: str
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Trial:
    """`ask` asks and judges; `leaks` says what was found where it may not be, `values_read` what each actor read,
    `written` what was a literal of a document, `made` the items that mutations wrote, `writes` how each ended."""

    hub: Inside
    model: Model
    leaks: list[str] = field(default_factory=list)
    values_read: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    codes: Counter[str] = field(default_factory=Counter)
    cursors: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    writes: Counter[tuple[str, str]] = field(default_factory=Counter)
    rights: dict[tuple[str, str], Rights] = field(default_factory=dict)
    verdicts: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    headers: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)

    async def ask(self, operation: Operation) -> Got:
        """Ask one operation; what it left, sent to a subgraph and got from there is searched."""
        who = (operation.actor, operation.purpose)
        if who not in self.headers:
            self.headers[who] = self.hub.headers(operation.actor, purpose=operation.purpose)
        body = orjson.dumps({"query": operation.query, "variables": dict(operation.variables)})
        got = await self.hub.post(body, self.headers[who])
        lines = b"\n".join(b": ".join(pair) for pair in got.headers if pair[0] != b"content-length")
        self.written |= marks(operation.query.encode())
        sent, left = marks(body), marks(lines + b"\n" + got.body)
        requests, responses = passed(self.hub)
        self._judge(operation, "answer", left | years(got.body))
        self._judge(operation, "subgraph answer", marks(responses) | years(responses))
        self._judge(operation, "subgraph request", marks(requests) - sent)
        self.values_read.setdefault(who, set()).update((left | years(got.body)) & self.model.canaries.keys())
        self.codes[code_of(got)] += 1
        return got

    def _judge(self, operation: Operation, where: str, texts: set[str]) -> None:
        for text in texts & self.model.canaries.keys():
            canary = self.model.canaries[text]
            if not self.may(operation.actor, operation.purpose, canary):
                asker = f"{operation.actor} / {operation.purpose}"
                self.leaks.append(f"{where}: {canary.place} = {text}, for {asker}: {operation.query}")

    def may(self, actor: str, purpose: str, canary: Canary) -> bool:
        """Whether this actor may read this value for this purpose."""
        key = (actor, purpose, canary.text)
        if key not in self.verdicts:
            if (actor, purpose) not in self.rights:
                self.rights[actor, purpose] = Rights(self.model.actors[actor], purpose)
            rights = self.rights[actor, purpose]
            entitled = purpose in rights.actor.purposes
            self.verdicts[key] = entitled and rights.reads(
                self.model.subjects[canary.row.person], canary.row, canary.paths
            )
        return self.verdicts[key]


def code_of(got: Got) -> str:
    """`ok` of an operation that ran, else the code of its first error."""
    answer = got.json
    return "ok" if "errors" not in answer else str(answer["errors"][0]["extensions"]["code"])


def passed(hub: Inside) -> tuple[bytes, bytes]:
    """What went to the subgraphs since the last call, contexts included, and what came back."""
    requests, responses = [], []
    for transport in hub.transports.values():
        for request, context, response in transport.exchanges:
            sent = (*context._replace(residual=Residual()), context.residual.encoded.decode())  # as it travels
            requests.append(orjson.dumps([request.query, request.variables, sent], default=str))
            responses.append(orjson.dumps([response.data, response.errors]))
        transport.exchanges.clear()
    return b"\n".join(requests), b"\n".join(responses)


def pairs(model: Model, actors: Sequence[str]) -> list[tuple[str, str]]:
    """These actors under each purpose that they hold."""
    return [(actor, purpose) for actor in actors for purpose in model.actors[actor].purposes]


def not_held(model: Model, actors: Sequence[str]) -> list[tuple[str, str]]:
    """These actors under each purpose that they do not hold."""
    held_pairs = set(pairs(model, actors))
    return [(actor, name) for actor in actors for name in declarable() if (actor, name) not in held_pairs]


def values(model: Model, cursors: Sequence[str]) -> Values:
    """What arguments are fed with: values of people of the world, whoever may read them, and of nobody."""

    of = model.texts
    days = [*of("people.person.birth_date"), "3000-01-01", None]
    instants = [f"{day}T08:00:00Z" for day in of("appointments.appointment.starts_at")]
    return {
        "id": [*model.persons.values(), NOBODY],
        "first": (1, 2, 5, 20, 20, 100, 100, None, 101),
        "after": [None] * 12 + list(cursors[-100:][::30]),
        "lastNamePrefix": [name[:4] for name in of("people.person.last_name")],
        "days": (30, 180),
        "lastName": [*of("people.person.last_name"), *of("people.person.birth_name"), "Nemo"],
        "cityCode": [*of("people.contact.city_code"), "08105"],
        "birthDateFrom": days,
        "birthDateTo": days,
        "startsFrom": [*instants, None],
        "startsBefore": [*instants, None],
        "organisation": of("appointments.organisation.id"),
    }


def documents(count: int, start: int) -> list[DocumentNode]:
    """About `count` random documents, the same at each run of a seed `start`."""
    parts = sum(part for _, part in ROOTS)
    return [document for roots, part in ROOTS for document in random_documents(-(-count * part // parts), start, roots)]


def documents_of(count: int, start: int) -> list[DocumentNode]:
    """The random documents of `count` operations."""
    return documents(count // (TURNS * TIMES), start)


async def roam(
    trial: Trial, actors: Sequence[str], drawn_documents: Sequence[DocumentNode], count: int, start: int
) -> None:
    """Ask `count` random operations of these documents, the same at each run of a seed `start`: each document by some
    of the actors and purposes, which take turns, and a mutation beside it."""
    random, turns = Random(start), cycle(pairs(trial.model, actors))
    writes, writing = cycle(mutations()), Random(f"writes {start}")
    shuffled = list(drawn_documents)
    random.shuffle(shuffled)
    for document in islice(cycle(shuffled), count // (TURNS * TIMES)):
        fed_with = values(trial.model, trial.cursors)
        filled = drawn(document, fed_with, random)
        for actor, purpose in islice(turns, TURNS):
            for _ in range(TIMES):
                got = await trial.ask(Operation(actor, purpose, filled.text, filled.variables(fed_with, random)))
                trial.cursors += cursors_of(got.json.get("data"))
        name = next(writes)
        for _ in range(TIMES):
            await write(trial, name, actors, writing)


async def write(
    trial: Trial,
    name: str,
    actors: Sequence[str],
    random: Random,
    people: Callable[[str, str], Sequence[str]] = lambda *_: (),
) -> None:
    """Ask one mutation: mostly of whoever may make it of somebody for a purpose, where there is one. It names one of
    `people` of an actor and a purpose, if there are any."""
    everyone = pairs(trial.model, actors)
    writers = [who for who in everyone if may_write(trial.model.actors[who[0]], who[1], name)]
    actor, purpose = random.choice(writers if writers and random.random() < WRITERS else everyone)
    own = people(actor, purpose)
    document, variables = mutation(name, {**ids(trial), **({"person": own} if own else {})}, random)
    got = await trial.ask(Operation(actor, purpose, document, variables))
    item = (got.json.get("data") or {}).get(name)
    trial.writes[name, "written" if item is not None else code_of(got)] += 1
    if item is not None:
        trial.items.append(item["id"])


def ids(trial: Trial) -> Mapping[str, Sequence[str]]:
    """What inputs name: people, agents, structures, items of all of them, and, most often, what was written before."""

    of, items = trial.model.texts, trial.items[-10:]
    return {
        "person": [*trial.model.persons.values(), NOBODY],
        "agent": [*of("people.agent.id"), *[COLLEAGUE] * 20],
        "service": [*SERVICES, *of("offers.service.id")],
        "session": [*SESSIONS.values(), *[SESSIONS[None]] * 20],
        "company": of("offers.company.id"),
        "offer": [*IMMERSIONS, *[next(iter(IMMERSIONS))] * 20],
        "structure": [*of("people.structure.id"), *[OPEN_STRUCTURE] * 20],
        "*": [*items, *items, *of(".id")[:20], NOBODY],
    }


def cursors_of(data: Any) -> Iterator[str]:
    """The cursors that an answer holds, under their own names."""
    if isinstance(data, dict):
        for name, value in data.items():
            if name in ("cursor", "endCursor", "startCursor") and isinstance(value, str):
                yield value
            else:
                yield from cursors_of(value)
    elif isinstance(data, list):
        for item in data:
            yield from cursors_of(item)


async def sweep(trial: Trial, actors: Sequence[str]) -> None:
    """Ask every field of everyone, by list and by id, and each purpose that the actors do not hold."""
    everything = all_of("Person")
    for actor, purpose in pairs(trial.model, actors):
        await trial.ask(Operation(actor, purpose, f"{{ persons(first: 100) {{ nodes {{ {everything} }} }} }}"))
        partners = f"{{ persons(first: 100) {{ nodes {{ household {{ partner {{ {everything} }} }} }} }} }}"
        await trial.ask(Operation(actor, purpose, partners))
        visits = f"{{ appointments(first: 100) {{ nodes {{ {all_of('Appointment')} }} }} }}"
        await trial.ask(Operation(actor, purpose, visits))
        for person in trial.model.persons.values():
            query = f"query ($id: ID!) {{ person(id: $id) {{ {everything} }} }}"
            await trial.ask(Operation(actor, purpose, query, {"id": person}))
