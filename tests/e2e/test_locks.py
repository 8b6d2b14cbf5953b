"""Three locks, each tried alone: the residual in SQL, the guard, row security. And what holds when two of them fail."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from demo.cast import EMPLOYER
from hub.federation.client.transport import SubgraphResponse
from hub.federation.execution.generate import Marked
from infra.role_names import SCHEMAS
from schema.context import Context
from schema.facts import VALUE_FACTS
from schema.residual import Clause, Residual, Rule
from subgraphs.kit.access import SCOPES_SEPARATOR, SCOPES_SETTING
from subgraphs.kit.transactions import ORGANISATION_SETTING
from tests.conftest import Database, copied
from tests.e2e.canary_inside import Inside, inside
from tests.e2e.canary_operations import CASELOAD, WHOLE
from tests.e2e.canary_world import FOLLOWED, OPPOSED, RECEIVED, World, build
from tests.pinned_graph import graph

ALWAYS = (Clause(-1),)
"""Holds of any fact at all; a row without any fact is out of reach of the algebra."""
WIDE = Rule(ALWAYS, tuple((int(bit), ALWAYS) for bit in VALUE_FACTS.values()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("locks")


@pytest.fixture(scope="module")
def world(database: Database, folder: Path) -> World:
    return asyncio.run(build(database, folder / "files"))


@pytest.fixture(scope="module")
def unlocked(world: World, database: Database) -> Iterator[Database]:
    """The same rows without row security."""
    with copied(database.cluster, database.keys, database.name) as unlocked_database:
        asyncio.run(_disable_row_security(unlocked_database))
        yield unlocked_database


async def _disable_row_security(database: Database) -> None:
    connection = await database.connect()
    tables = await connection.fetch("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity")
    assert len(tables) > 15
    for (table,) in tables:
        await connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    await connection.close()


def widened(context: Context) -> Context:
    """The same call under a residual that allows everything."""
    coordinates = graph().table.classification.fields
    types = graph().table.classification.personal
    residual = context.residual
    lie = Residual(dict.fromkeys(types, WIDE), dict.fromkeys(coordinates, WIDE), residual.retentions, residual.items)
    return context._replace(residual=lie)


@dataclass(slots=True)
class Blind:
    """A guard that lets everything through."""

    marks: Any
    variables: Any
    inputs: Any
    noted: dict[Any, int] = field(default_factory=lambda: defaultdict(int))

    def __call__(self, mark: int, value: Any, path: tuple[str | int, ...]) -> frozenset[str]:
        return frozenset()

    def verdicts(self, marked: Marked) -> list[Any]:
        return [defaultdict(lambda: (frozenset(), 0)) for _ in marked.keys_by_mark]

    def direct_rows(self) -> list[Any]:
        return []

    def restart(self) -> None:
        """It notes nothing."""

    def disclosures(self) -> list[Any]:
        return []


@asynccontextmanager
async def lying(database: Database, world: World, folder: Path) -> AsyncIterator[Inside]:
    """A hub whose subgraphs are told that everything is allowed."""
    async with inside(database, world.actors, folder) as hub:
        for transport in hub.transports.values():
            transport.asks_as = widened
        yield hub


async def persons(hub: Inside, actor: str) -> set[str]:
    """Ids of everyone whom this actor gets, by list and one by one."""
    got = (await hub.ask(actor, CASELOAD, {"first": 100})).data["persons"]
    return {node["id"] for node in (got["nodes"] if got else ())}


async def answers(database: Database, world: World, folder: Path, actor: str) -> list[bytes]:
    """What the actor gets of everyone."""
    async with inside(database, world.actors, folder) as hub:
        return [(await hub.ask(actor, WHOLE, {"id": identifier})).body for identifier in world.persons.values()]


@pytest.mark.parametrize("actor", ["referent-a", "referent-b", "employeur", "personne"])
async def test_without_row_security_residual_and_guard_give_the_same_answers(
    world: World, database: Database, unlocked: Database, folder: Path, actor: str
) -> None:
    with_it, without = [await answers(rows, world, folder, actor) for rows in (database, unlocked)]
    assert [_uncursored(body) for body in without] == [_uncursored(body) for body in with_it]


def _uncursored(body: bytes) -> Any:
    return re.sub(rb"[A-Za-z0-9_-]{40,}", b"", body)


async def test_under_a_lying_residual_the_guard_drops_rows_and_nulls_columns(
    world: World, unlocked: Database, folder: Path
) -> None:
    """Row security is off too: the guard is alone."""
    query = """query ($id: ID!) { person(id: $id) { lastName constraints { theme }
      appointments { nodes { placeName startsAt } } household { dependentChildren } rsa { status } } }"""
    async with lying(unlocked, world, folder) as hub:
        opposed = await hub.ask("referent-a", query, {"id": world.persons[OPPOSED]})
        followed = await hub.ask("referent-a", query, {"id": world.persons["plimoruz"]})
        received = await hub.ask("employeur", query, {"id": world.persons["vurnibal"]})
        people = hub.transports["people"].exchanges
    assert b"GROXANDEL" in repr(people[0][2].data).encode()
    assert opposed.data == {"person": None}
    assert sorted(item["theme"] for item in followed.data["person"]["constraints"]) == ["SANTE"]
    assert {node["placeName"] for node in followed.data["person"]["appointments"]["nodes"]} == {None}
    person = received.data["person"]
    assert person["lastName"] == "VURNIBAL"
    assert (person["constraints"], person["household"], person["rsa"]) == (None, None, None)


async def test_under_a_lying_residual_the_guard_lets_each_organisation_its_own_items_only(
    world: World, unlocked: Database, folder: Path
) -> None:
    query = "query ($id: ID!) { person(id: $id) { appointments { nodes { startsAt organisation { siret } } } } }"
    async with lying(unlocked, world, folder) as hub:
        got = await hub.ask("employeur", query, {"id": world.persons["vurnibal"]})
    assert [n["organisation"]["siret"] for n in got.data["person"]["appointments"]["nodes"]] == [EMPLOYER.siret]


@pytest.mark.parametrize(
    ("actor", "readable"),
    [
        ("referent-a", (*FOLLOWED["referent-a"], OPPOSED)),
        ("referent-b", FOLLOWED["referent-b"]),
        ("employeur", RECEIVED),
        ("personne", ("vurnibal",)),
    ],
)
async def test_without_guard_and_under_a_lying_residual_row_security_still_holds_the_rows(
    monkeypatch: pytest.MonkeyPatch,
    world: World,
    database: Database,
    folder: Path,
    actor: str,
    readable: tuple[str, ...],
) -> None:
    monkeypatch.setattr("hub.pipeline.Guard", Blind)
    async with lying(database, world, folder) as hub:
        read = await persons(hub, actor)
        one_by_one = {
            identifier
            for identifier in world.persons.values()
            if (await hub.ask(actor, "query ($id: ID!) { person(id: $id) { id } }", {"id": identifier})).data["person"]
        }
        got = await hub.ask(
            "employeur",
            "{ persons { nodes { appointments { nodes { organisation { siret } } } } } }",
        )
    assert read == one_by_one == {world.persons[slug] for slug in readable}
    sirets = [
        node["organisation"]["siret"]
        for person in got.data["persons"]["nodes"]
        for node in person["appointments"]["nodes"]
    ]
    assert sirets == [EMPLOYER.siret] * len(RECEIVED)


async def test_a_lying_residual_alone_shows_what_the_guard_is_for(
    monkeypatch: pytest.MonkeyPatch, world: World, database: Database, folder: Path
) -> None:
    """Both column locks opened, the values do come: the tests above test something."""
    monkeypatch.setattr("hub.pipeline.Guard", Blind)
    query = "query ($id: ID!) { person(id: $id) { constraints { theme } appointments { nodes { startsAt } } } }"
    async with lying(database, world, folder) as hub:
        got = await hub.ask("referent-a", query, {"id": world.persons["vurnibal"]})
    assert sorted(item["theme"] for item in got.data["person"]["constraints"]) == ["MOBILITE", "SANTE"]


@pytest.mark.parametrize(
    "facts", ["absent", None, [], ["someone"], ["someone", 0], ["someone", "2"], {"0": "someone", "1": 2}, [None, 2]]
)
async def test_an_object_without_its_facts_disappears(
    world: World, database: Database, folder: Path, facts: Any
) -> None:
    def without(response: SubgraphResponse) -> SubgraphResponse:
        def strip(value: Any) -> Any:
            if isinstance(value, list):
                return [strip(item) for item in value]
            if not isinstance(value, dict):
                return value
            stripped = {key: strip(item) for key, item in value.items() if key != "__access"}
            return stripped if facts == "absent" or "__access" not in value else {**stripped, "__access": facts}

        return SubgraphResponse(strip(response.data), response.errors)

    async with inside(database, world.actors, folder) as hub:
        hub.transports["people"].answers = without
        by_id = await hub.ask("referent-a", WHOLE, {"id": world.persons["vurnibal"]})
        several = await hub.ask("referent-a", "{ persons { nodes { lastName } } }")
        hub.transports["people"].answers = lambda response: response
        hub.transports["appointments"].answers = without
        items = await hub.ask(
            "referent-a",
            "query ($id: ID!) { person(id: $id) { id appointments { nodes { startsAt } } } }",
            {"id": world.persons["vurnibal"]},
        )
    assert by_id.data == {"person": None}
    assert several.data == {"persons": {"nodes": []}}
    assert b"T07:" not in items.body


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_a_query_role_without_settings_sees_no_row_about_a_person(
    world: World, database: Database, schema: str
) -> None:
    connection = await database.connect(f"{schema}_query")
    try:
        counts = {table: await _count(connection, table) for table in await _personal(database, schema)}
    finally:
        await connection.close()
    assert counts == dict.fromkeys(counts, 0)
    assert counts or schema == "offers"


@pytest.mark.parametrize("actor", ["referent-b", "employeur"])
async def test_a_query_role_sees_only_rows_of_people_to_whom_its_settings_lead(
    world: World, database: Database, folder: Path, actor: str
) -> None:
    """Straight SQL, as of a statement of ours that forgot every condition."""
    async with inside(database, world.actors, folder) as hub:
        await hub.ask(actor, "{ persons { nodes { lastName } } }")
        context = hub.transports["people"].exchanges[0][1]
    allowed = {world.persons[slug] for slug in FOLLOWED.get(actor, RECEIVED)}
    for schema in ("people", "appointments", "trainings"):
        connection = await database.connect(f"{schema}_query")
        try:
            async with connection.transaction():
                await connection.execute(
                    f"SELECT set_config('{SCOPES_SETTING}', $1, true), set_config('{ORGANISATION_SETTING}', $2, true)",
                    SCOPES_SEPARATOR.join(context.scopes),
                    context.organisation or "",
                )
                for table in await _personal(database, schema):
                    subject = "id" if table == "people.person" else "person_id"
                    try:
                        async with connection.transaction():
                            rows = await connection.fetch(f"SELECT {subject}::text AS subject FROM {table}")
                    except asyncpg.InsufficientPrivilegeError:
                        continue
                    assert {row["subject"] for row in rows} <= allowed, table
        finally:
            await connection.close()


async def _personal(database: Database, schema: str) -> list[str]:
    connection = await database.connect()
    try:
        rows = await connection.fetch(
            """SELECT DISTINCT c.oid::regclass::text AS name
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid WHERE n.nspname = $1 AND c.relkind = 'r'
            AND (a.attname = 'person_id' OR c.relname = 'person')""",
            schema,
        )
    finally:
        await connection.close()
    return [row["name"] for row in rows]


async def _count(connection: asyncpg.Connection[asyncpg.Record], table: str) -> int:
    try:
        count: int = await connection.fetchval(f"SELECT count(*) FROM {table}")
    except asyncpg.InsufficientPrivilegeError:
        return 0
    return count
