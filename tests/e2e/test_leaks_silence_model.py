"""Over the whole model, what an actor may not read changes nothing that it gets, at no cost, and nothing in between.

Each actor, under each of its purposes, asks the same of the world and of a copy that differs in all that it may not
read: rows gone, doubled or changed, links of others, people. Bytes, statements, and what passed between are compared.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from schema.days import today
from subgraphs.kit import guards
from subgraphs.kit.aliased_columns import retarget
from subgraphs.kit.fields import ColumnField
from subgraphs.kit.select_builder import Scope
from tests.conftest import Database, copied
from tests.draws import ALIKE, SILENCE
from tests.e2e.canary_inside import Got, Inside, inside
from tests.e2e.canary_model import Model, plant
from tests.e2e.canary_operations import NOBODY, PAGE, WALKS, all_of
from tests.e2e.canary_random import Values, drawn, random_documents
from tests.e2e.canary_rights import together
from tests.e2e.canary_silence import Silence
from tests.e2e.canary_ties import actors
from tests.e2e.canary_trial import cursors_of, values

ROOTS = ("person", "persons", "me", "appointments", "services", "structures", "trainings", "trainingSessions")
"""All but `myAccessJournal`, which tells when one asked."""
CURSOR = re.compile(rb"[A-Za-z0-9_-]{40,}")
BY_ID = f"query ($id: ID!) {{ __typename person(id: $id) {{ {all_of('Person')} }} }}"


@pytest.fixture(scope="module")
def model(database: Database) -> Model:
    return asyncio.run(plant(database, today()))


@pytest.fixture
def copies(request: pytest.FixtureRequest, model: Model, database: Database) -> Iterator[list[Database]]:
    """Copies of the world: as many as the test says, else one."""
    with ExitStack() as stack:
        count = getattr(request, "param", 1)
        yield [stack.enter_context(copied(database.cluster, database.keys, database.name)) for _ in range(count)]


async def answers(hub: Inside, model: Model, actor: str, purpose: str, count: int) -> list[tuple[str, Any]]:
    """Every answer that the actor gets, in comparable form; `count` of the operations are random."""
    random, cursors = Random(actor), [f"cursor-{number}" for number in range(9)]
    choices: Values = {**values(model, ()), "after": (*[None] * 12, *cursors)}
    records: list[tuple[str, Any]] = []
    own: list[str] = []

    async def ask(query: str, variables: Mapping[str, Any]) -> Got:
        values_of_actor = {name: _own(value, own) for name, value in variables.items()}
        got = await hub.ask(actor, query, values_of_actor, purpose=purpose)
        own.extend(cursors_of(got.json.get("data")))
        records.append((_name(query, variables), compared(hub, got)))
        return got

    for walk in WALKS:
        await walked(ask, walk)
    await ask(f"{{ persons(first: 100) {{ nodes {{ {all_of('Person')} }} }} }}", {})
    await ask(f"{{ appointments(first: 100) {{ nodes {{ {all_of('Appointment')} }} }} }}", {})
    for person in (NOBODY, *model.persons.values()):
        await ask(BY_ID, {"id": person})
    for document in random_documents(max(SILENCE.values()), 3, ROOTS)[:count]:
        filled = drawn(document, choices, random, holes=1)
        for _ in range(2):
            await ask(filled.text, filled.variables(choices, random))
    return records


def _name(query: str, variables: Mapping[str, Any]) -> str:
    return f"{query} {dict(variables)}"


def _own(value: Any, own: Sequence[str]) -> Any:
    """A cursor that the actor got, for the name of one."""
    place = str(value).partition("cursor-")[2]
    return (own or ["AAAA"])[-int(place) % max(1, len(own))] if place else value


async def walked(ask: Any, walk: str) -> None:
    query = f"query ($after: String) {{ page: {walk.replace('...', PAGE)} }}"
    after = None
    while True:
        page = ((await ask(query, {"after": after})).json.get("data") or {}).get("page")
        if page is None or not page["pageInfo"]["hasNextPage"]:
            return
        after = "cursor-1"


def compared(hub: Inside, got: Got) -> tuple[Any, ...]:
    """Answer, cost, and all that passed between hub and subgraphs; a cursor is random, but not its length."""
    between = {
        name: [
            unsealed(orjson.dumps([request.query, request.variables, response.data, response.errors], default=str))
            for request, _, response in transport.exchanges
        ]
        for name, transport in hub.transports.items()
    }
    for transport in hub.transports.values():
        transport.exchanges.clear()
    return got.status, got.headers, unsealed(got.body), dict(got.calls), dict(got.statements), between


def unsealed(data: bytes) -> bytes:
    return CURSOR.sub(lambda match: b"<%d>" % len(match[0]), data)


def assert_same(first_records: list[tuple[str, Any]], second_records: list[tuple[str, Any]]) -> None:
    for (query, first), (_, second) in zip(first_records, second_records, strict=True):
        assert first == second, query


CASES = [pytest.param(name, len(together(actor)), id=name) for name, actor in actors("").items()]


def assert_missing(records: list[tuple[str, Any]], denied: set[str]) -> None:
    """A denied person is as nobody, in bytes and in cost."""
    nobody, *denied_answers = (dict(records)[_name(BY_ID, {"id": person})][:5] for person in (NOBODY, *sorted(denied)))
    assert denied
    assert [answer == nobody for answer in denied_answers] == [True] * len(denied)


@pytest.mark.parametrize(("actor", "copies"), CASES, indirect=["copies"])
async def test_what_an_actor_may_not_read_changes_nothing_that_it_gets_and_is_as_if_missing_under_any_purpose(
    model: Model, database: Database, copies: list[Database], tmp_path: Path, actor: str
) -> None:
    async with inside(database, model.actors, tmp_path) as hub:
        for copy, alike in zip(copies, together(model.actors[actor]), strict=True):
            silence = Silence(model, actor, alike[0])
            await silence.fall(copy)
            assert sum(silence.done.values()) > len(model.rows) / 2, silence.done
            counts = {purpose: SILENCE[purpose == alike[0]] for purpose in alike[ALIKE]}
            first = [await answers(hub, model, actor, purpose, count) for purpose, count in counts.items()]
            async with hub.reading(copy):
                for records, (purpose, count) in zip(first, counts.items(), strict=True):
                    assert_missing(records, set(model.persons.values()) - silence.known)
                    assert_same(records, await answers(hub, model, actor, purpose, count))


async def test_a_motive_that_is_not_coarsened_is_seen(
    model: Model, database: Database, copies: list[Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison itself can fail: with a hole in what is served of a value, and where something may be read."""
    monkeypatch.setattr(guards.Guards, "coarsened_value", bare)
    await Silence(model, "referent-b", "suivi").fall(copies[0])
    with pytest.raises(AssertionError, match="appointments"):
        await compare(model, database, copies[0], tmp_path)


async def test_what_changes_where_the_actor_may_read_is_seen(
    model: Model, database: Database, copies: list[Database], tmp_path: Path
) -> None:
    await Silence(model, "dpo", "droits").fall(copies[0])
    with pytest.raises(AssertionError):
        await compare(model, database, copies[0], tmp_path)


async def compare(model: Model, database: Database, copy: Database, folder: Path) -> None:
    async with inside(database, model.actors, folder) as hub:
        records = await answers(hub, model, "referent-b", "suivi", 0)
        async with hub.reading(copy):
            assert_same(records, await answers(hub, model, "referent-b", "suivi", 0))


def bare(self: guards.Guards, scope: Scope, field: ColumnField) -> Any:
    """The value of a field as the row has it."""
    assert scope.entity.table is not None
    return retarget(field.column, scope.entity.table, scope.row)
