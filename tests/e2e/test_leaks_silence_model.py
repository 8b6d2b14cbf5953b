"""Over the whole model, what an actor may not read changes nothing that it gets, at no cost, and nothing in between.

Each actor, under its first purpose, asks the same of the world and of a copy that differs in all that it may not
read: rows gone, doubled or changed, links of others, people. Bytes, statements, and what passed between are compared.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from subgraphs.kit import guards
from subgraphs.kit.fields import ColumnField
from subgraphs.kit.retarget import retarget
from subgraphs.kit.rows import Scope
from tests.conftest import Database, copied
from tests.e2e.canary_inside import Got, Inside, inside
from tests.e2e.canary_model import Model, plant
from tests.e2e.canary_operations import all_of
from tests.e2e.canary_random import Values, fed, random_documents
from tests.e2e.canary_silence import Silence
from tests.e2e.canary_ties import actors
from tests.e2e.canary_trial import cursors_of, values
from tests.e2e.site import PURPOSES

RANDOM = 40
CURSOR = re.compile(rb"[A-Za-z0-9_-]{40,}")
PLACE = re.compile(r"cursor-(\d+)")
WALKS = (
    "persons(first: 2, after: {after}, orderBy: LAST_NAME) { nodes { id birthDate departmentCode } ... }",
    "persons(first: 3, after: {after}, orderBy: BIRTH_DATE) { nodes { id } ... }",
    "persons(first: 3, after: {after}, filter: { rsaStatus: CLOS }) { nodes { id } ... }",
    'persons(first: 3, after: {after}, filter: { birthDateFrom: "3108-01-01" }) { nodes { id } ... }',
    "appointments(first: 5, after: {after}, orderBy: STARTS_AT) { nodes { id status } ... }",
    'appointments(first: 5, after: {after}, filter: { startsFrom: "2620-01-01T00:00:00Z" }) { nodes { id } ... }',
)
"""Lists that are walked to their end, by sort and by filter."""


@pytest.fixture(scope="module")
def model(database: Database) -> Model:
    return asyncio.run(plant(database, datetime.now(UTC).date()))


@pytest.fixture
def copy(model: Model, database: Database) -> Iterator[Database]:
    with copied(database.cluster, database.keys, database.name) as made:
        yield made


async def answers(database: Database, model: Model, actor: str, purpose: str, folder: Path) -> list[tuple[str, Any]]:
    """All that the actor gets of what it asks, as it is compared."""
    random, cursors = Random(actor), [f"cursor-{number}" for number in range(9)]
    given: Values = {**values(model, ()), "after": (*[None] * 12, *cursors)}
    documents = random_documents(RANDOM, 3)
    told: list[tuple[str, Any]] = []
    own: list[str] = []
    async with inside(database, model.actors, folder) as hub:

        async def ask(query: str) -> Got:
            known = PLACE.sub(lambda found: (own or ["AAAA"])[-int(found[1]) % max(1, len(own))], query)
            got = await hub.ask(actor, known, purpose=purpose)
            own.extend(cursors_of(got.json.get("data")))
            told.append((query, compared(hub, got)))
            return got

        for walk in WALKS:
            await walked(ask, walk)
        await ask(f"{{ persons(first: 100) {{ nodes {{ {all_of('Person')} }} }} }}")
        await ask(f"{{ appointments(first: 100) {{ nodes {{ {all_of('Appointment')} }} }} }}")
        for person in model.persons.values():
            await ask(f'{{ person(id: "{person}") {{ {all_of("Person")} }} }}')
        for number in range(RANDOM):
            await ask(fed(documents[number % len(documents)], given, random))
    return told


async def walked(ask: Any, walk: str) -> None:
    page = "edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor }"
    after = "null"
    while True:
        query = "{ page: " + walk.replace("{after}", after).replace("...", page) + " }"
        found = ((await ask(query)).json.get("data") or {}).get("page")
        if found is None or not found["pageInfo"]["hasNextPage"]:
            return
        after = '"cursor-1"'


def compared(hub: Inside, got: Got) -> tuple[Any, ...]:
    """Answer, cost, and all that passed between hub and subgraphs; a cursor is random, but not its length."""
    between = {
        name: [
            unsealed(orjson.dumps([request.query, request.variables, response.data, response.errors], default=str))
            for request, _, response in each.exchanges
        ]
        for name, each in hub.transports.items()
    }
    for each in hub.transports.values():
        each.exchanges.clear()
    return got.status, got.headers, unsealed(got.body), dict(got.calls), dict(got.statements), between


def unsealed(data: bytes) -> bytes:
    return CURSOR.sub(lambda found: b"<%d>" % len(found[0]), data)


def assert_same(here: list[tuple[str, Any]], there: list[tuple[str, Any]]) -> None:
    for (query, first), (_, second) in zip(here, there, strict=True):
        assert first == second, query


@pytest.mark.parametrize("actor", actors(""))
async def test_what_an_actor_may_not_read_changes_nothing_that_it_gets(
    model: Model, database: Database, copy: Database, tmp_path: Path, actor: str
) -> None:
    purpose = PURPOSES[model.actors[actor].kind]
    silence = Silence(model, actor, purpose)
    await silence.fall(copy)
    assert sum(silence.done.values()) > len(model.rows) / 2, silence.done
    here = await answers(database, model, actor, purpose, tmp_path)
    assert_same(here, await answers(copy, model, actor, purpose, tmp_path))


async def test_a_motive_that_is_not_coarsened_is_seen(
    model: Model, database: Database, copy: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison itself can fail: with a hole in what is served of a value, and where something may be read."""
    monkeypatch.setattr(guards.Guards, "plain", bare)
    await Silence(model, "referent-b", "suivi").fall(copy)
    here = await answers(database, model, "referent-b", "suivi", tmp_path)
    there = await answers(copy, model, "referent-b", "suivi", tmp_path)
    with pytest.raises(AssertionError, match="appointments"):
        assert_same(here, there)


async def test_what_changes_where_the_actor_may_read_is_seen(
    model: Model, database: Database, copy: Database, tmp_path: Path
) -> None:
    await Silence(model, "dpo", "droits").fall(copy)
    here = await answers(database, model, "referent-b", "suivi", tmp_path)
    with pytest.raises(AssertionError):
        assert_same(here, await answers(copy, model, "referent-b", "suivi", tmp_path))


def bare(self: guards.Guards, scope: Scope, field: ColumnField) -> Any:
    """The value of a field as the row has it."""
    assert scope.entity.table is not None
    return retarget(field.column, scope.entity.table, scope.row)
