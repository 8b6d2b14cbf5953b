"""Two worlds that differ only in what an actor may not read give that actor the same bytes at the same cost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from demo.cast import CD_08, EMPLOYER
from demo.token_issuer import DemoActor
from schema.facts import Fact
from tests.conftest import Database, copied
from tests.e2e.canary_inside import Got, Inside, inside
from tests.e2e.canary_operations import CASELOAD, mistaken, requests
from tests.e2e.canary_random import Values, fed, random_documents
from tests.e2e.canary_world import BY_SLUG, ELSEWHERE, World, build

DELEGATE = "99900044400017"
"""SIRET of a délégataire RSA, which reads difficulties but no health."""
RANDOM = 25
Record = list[tuple[str, "Got"]]
FirstWorld = Callable[[str], Awaitable[Record]]
CURSOR = re.compile(rb"[A-Za-z0-9_-]{40,}")
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="module")
def world(database: Database, folder: Path) -> World:
    return asyncio.run(_with_delegate(database, folder))


async def _with_delegate(database: Database, folder: Path) -> World:
    """The canary world, and a délégataire who is the referent organisation of one person of each département."""
    world = await build(database, folder / "files")
    connection = await database.connect()
    for slug in ("vurnibal", "xandrovu"):
        await connection.execute(
            """INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)
            VALUES ($1, $2, $3, '2026-01-01', 'test', $4)""",
            world.persons[slug],
            int(Fact.ORG_REFERENT),
            DELEGATE,
            slug,
        )
    await connection.close()
    claims = {"organisation": DELEGATE, "organisation_type": "delegataire_rsa", "departments": ["08"]}
    delegate = DemoActor("delegataire", "delegataire_rsa", ("suivi",), "", claims)
    return World({**world.actors, "delegataire": delegate}, world.persons, world.canaries)


@pytest.fixture
def copy(world: World, database: Database) -> Iterator[Database]:
    """Another world: the same rows in another database."""
    with copied(database.cluster, database.keys, database.name) as other_world:
        yield other_world


@pytest.fixture
def third(world: World, database: Database) -> Iterator[Database]:
    """One more."""
    with copied(database.cluster, database.keys, database.name) as other_world:
        yield other_world


@pytest.fixture(scope="module")
def home(world: World, database: Database) -> Iterator[Database]:
    """The world as it was built, where the hub is at home; nobody is ever connected to the one that is copied."""
    with copied(database.cluster, database.keys, database.name) as own:
        yield own


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(world: World, home: Database, folder: Path) -> AsyncIterator[Inside]:
    """One hub for all worlds, which prepares each document once."""
    async with inside(home, world.actors, folder) as running:
        yield running


@pytest.fixture(scope="module")
def first_world(hub: Inside, world: World) -> FirstWorld:
    """What an actor gets in the world as it was built; asked once of each actor."""
    records: dict[str, Record] = {}

    async def record_of(actor: str) -> Record:
        if actor not in records:
            records[actor] = await everything(hub, world, actor)
        return records[actor]

    return record_of


async def change(database: Database, *statements: tuple[Any, ...]) -> None:
    """Change rows as the administrator; each statement must find some."""
    connection = await database.connect()
    try:
        for sql, *arguments in statements:
            assert not (await connection.execute(sql, *arguments)).endswith(" 0"), sql
    finally:
        await connection.close()


async def everything(hub: Inside, world: World, actor: str) -> Record:
    """All that the actor gets for its whole list of operations, pages walked to their end."""
    random = Random(actor)
    texts: Values = {
        "first": (1, 2, 20, 100),
        "id": list(world.persons.values()),
        "after": ["AAAA"],
        "lastName": [name for person in BY_SLUG.values() for name in (person.last_name, person.birth_name or "")],
        "cityCode": [person.place.code for person in BY_SLUG.values()],
    }
    got: Record = []
    for query, variables in (*requests(world), *mistaken(["Vurnibal", "Xandrovu"])):
        got.append((f"{query} {variables}", await hub.ask(actor, query, variables)))
    for document in random_documents(RANDOM):
        query = fed(document, texts, random)
        got.append((query, await hub.ask(actor, query)))
    got += [
        (f"page of {order}", page) for order in ("LAST_NAME", "BIRTH_DATE") for page in await walk(hub, actor, order)
    ]
    return got


async def walk(hub: Inside, actor: str, order: str) -> list[Got]:
    """Every page of one row of the caseload."""
    pages: list[Got] = []
    after = None
    while True:
        pages.append(await hub.ask(actor, CASELOAD, {"first": 1, "after": after, "orderBy": order}))
        info = pages[-1].data["persons"]["pageInfo"]
        after = info["endCursor"]
        if not info["hasNextPage"]:
            return pages


def plain(got: Got) -> tuple[Any, ...]:
    """The answer as it is compared: a cursor is random, but not its length."""
    body = CURSOR.sub(lambda match: b"<%d>" % len(match[0]), got.body)
    return got.status, got.headers, body, dict(got.calls), dict(got.statements)


async def same(record: Record, hub: Inside, database: Database, world: World, actor: str) -> None:
    """The actor can't tell the other world from the one where it got this."""
    async with hub.reading(database):
        other_record = await everything(hub, world, actor)
    assert [name for name, _ in record] == [name for name, _ in other_record]
    for (name, first), (_, second) in zip(record, other_record, strict=True):
        assert plain(first) == plain(second), name
    assert sum(len(got.calls) for _, got in record) > 50


def elsewhere(world: World, slugs: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Everything about these people changed, some added, some removed."""
    ids = [world.persons[slug] for slug in slugs]
    first, last = ids[0], ids[-1]
    return [
        (
            """UPDATE people.person SET first_name = 'Autre', last_name = 'Aaa', last_name_key = 'aaa',
            birth_name = 'Bbb', birth_name_key = 'bbb', birth_date = '1950-01-01', civility = 'MADAME'
            WHERE id = ANY ($1::uuid[])""",
            ids,
        ),
        (
            """UPDATE people.contact SET email = 'autre@example.org', phones = '{0639980099}', city_code = '08105',
            postal_code = '08000', city = 'Autre', authorisation = 'R' WHERE person_id = ANY ($1::uuid[])""",
            ids,
        ),
        ("UPDATE people.rsa SET status = 'CLOS', suspended_on = '2026-01-01' WHERE person_id = ANY ($1::uuid[])", ids),
        ("DELETE FROM people.household WHERE person_id = $1", first),
        (
            """INSERT INTO people.person_constraint (id, person_id, theme, state, recorded_by, source, source_id, as_of)
            SELECT gen_random_uuid(), person, theme, 'OUI', $2, 'more', person || theme, now()
            FROM unnest($1::uuid[]) person, unnest('{SANTE,MOBILITE,NUMERIQUE}'::text[]) theme""",
            ids,
            CD_08.siret,
        ),
        (
            """INSERT INTO appointments.appointment SELECT gen_random_uuid(), person_id,
            starts_at + n * interval '1 hour',
            30, mode, collective, place_name, place_address, status, initiator, 'rsa_spie', 'rsa_accompagnement',
            organisation_id, organisation_siret, 'more', 'more', source, source_id || n, as_of, recorded_by
            FROM appointments.appointment, generate_series(1, 30) n WHERE person_id = $1""",
            last,
        ),
        ("DELETE FROM appointments.appointment WHERE person_id = $1", first),
        ("UPDATE trainings.placement SET status = 'ENTRE', entered_on = now() WHERE person_id = ANY ($1::uuid[])", ids),
        ("UPDATE access.person SET restrictions = $2 WHERE person_id = $1", last, int(Fact.LIMITATION)),
        (
            "UPDATE access.link SET valid_until = CURRENT_DATE - 1, valid_from = '2020-01-01' WHERE person_id = $1",
            first,
        ),
        ("DELETE FROM people.person WHERE id = $1", world.persons["hurgoflin"]),
        ("DELETE FROM access.person WHERE person_id = $1", world.persons["hurgoflin"]),
    ]


async def test_what_happens_to_the_people_of_one_referent_changes_nothing_for_the_other(
    hub: Inside, world: World, first_world: FirstWorld, copy: Database
) -> None:
    await change(copy, *elsewhere(world, ("vurnibal", "groxandel", "plimoruz")))
    await same(await first_world("referent-b"), hub, copy, world, "referent-b")


async def test_what_happens_to_the_people_of_the_other_referent_changes_nothing_for_the_first(
    hub: Inside, world: World, first_world: FirstWorld, copy: Database
) -> None:
    await change(copy, *elsewhere(world, ("xandrovu", "mucchiellu", "quercitaghja")))
    await same(await first_world("referent-a"), hub, copy, world, "referent-a")


async def test_what_happens_to_others_changes_nothing_for_a_person(
    hub: Inside, world: World, first_world: FirstWorld, copy: Database
) -> None:
    await change(copy, *elsewhere(world, ("groxandel", "plimoruz", "xandrovu", "mucchiellu")))
    await same(await first_world("personne"), hub, copy, world, "personne")


async def test_an_employer_learns_nothing_of_what_others_do_with_the_people_that_it_receives(
    hub: Inside, world: World, first_world: FirstWorld, copy: Database
) -> None:
    own = EMPLOYER.siret
    received = [world.persons["vurnibal"], world.persons["xandrovu"]]
    await change(
        copy,
        *elsewhere(world, ("groxandel", "plimoruz", "mucchiellu", "quercitaghja")),
        ("DELETE FROM appointments.appointment WHERE person_id = $1 AND organisation_siret <> $2", received[0], own),
        (
            """INSERT INTO appointments.appointment SELECT gen_random_uuid(), person_id,
            starts_at - n * interval '1 day',
            30, mode, collective, place_name, place_address, status, initiator, motive_category, motive_type,
            organisation_id, organisation_siret, 'more', 'more', source, source_id || n, as_of, recorded_by
            FROM appointments.appointment, generate_series(1, 60) n
            WHERE person_id = $1 AND organisation_siret <> $2""",
            received[1],
            own,
        ),
        ("DELETE FROM people.person_constraint WHERE person_id = ANY ($1::uuid[])", received),
        ("UPDATE people.household SET dependent_children = 7 WHERE person_id = ANY ($1::uuid[])", received),
        ("UPDATE people.rsa SET suspended_on = '2026-02-02' WHERE person_id = ANY ($1::uuid[])", received),
        ("DELETE FROM trainings.placement WHERE person_id = ANY ($1::uuid[])", received),
        ("UPDATE access.person SET restrictions = $2 WHERE person_id = $1", received[0], int(Fact.OPPOSITION)),
    )
    await same(await first_world("employeur"), hub, copy, world, "employeur")


@pytest.mark.parametrize("actor", ["delegataire", "referent-a", "referent-b", "employeur"])
async def test_a_health_difficulty_that_the_actor_may_not_read_changes_nothing_suggestions_included(
    hub: Inside, world: World, first_world: FirstWorld, copy: Database, actor: str
) -> None:
    """One difference only: the difficulty SANTE that an organisation of nobody here recorded."""
    await change(
        copy,
        ("DELETE FROM people.person_constraint WHERE theme = 'SANTE' AND recorded_by = $1", ELSEWHERE),
        (
            """INSERT INTO people.person_constraint (id, person_id, theme, state, recorded_by, source, source_id, as_of)
            VALUES (gen_random_uuid(), $1, 'SANTE', 'OUI', $2, 'more', 'more', now())""",
            world.persons["xandrovu"],
            ELSEWHERE,
        ),
    )
    await same(await first_world(actor), hub, copy, world, actor)


async def test_a_change_of_what_the_actor_reads_is_seen(
    hub: Inside, world: World, first_world: FirstWorld, copy: Database
) -> None:
    """The comparison itself can fail."""
    await change(
        copy, ("UPDATE people.rsa SET suspended_on = '2026-02-02' WHERE person_id = $1", world.persons["mucchiellu"])
    )
    with pytest.raises(AssertionError, match="Whole"):
        await same(await first_world("referent-b"), hub, copy, world, "referent-b")


async def test_a_health_difficulty_is_seen_by_the_referent_whose_own_organisation_recorded_it(
    hub: Inside, world: World, copy: Database
) -> None:
    query = "query ($id: ID!) { person(id: $id) { constraints { theme } } }"
    variables = {"id": world.persons["vurnibal"]}
    async with hub.reading(copy):
        before = await hub.ask("referent-a", query, variables)
        await change(copy, ("UPDATE people.person_constraint SET recorded_by = $1 WHERE theme = 'SANTE'", CD_08.siret))
        after = await hub.ask("referent-a", query, variables)
    assert [item["theme"] for item in before.data["person"]["constraints"]] == ["MOBILITE"]
    assert sorted(item["theme"] for item in after.data["person"]["constraints"]) == ["MOBILITE", "SANTE"]
    assert before.json["extensions"] == after.json["extensions"]


@pytest.mark.parametrize("actor", ["employeur", "referent-b", "delegataire"])
async def test_a_psychologist_and_a_motive_without_category_look_alike(
    hub: Inside, world: World, copy: Database, third: Database, actor: str
) -> None:
    update = """UPDATE appointments.appointment SET motive_type = 'autre', motive_category = $1
        WHERE organisation_siret = $2"""
    await change(copy, (update, "psychologue", EMPLOYER.siret))
    await change(third, (update, None, EMPLOYER.siret))
    async with hub.reading(copy):
        record = await everything(hub, world, actor)
    await same(record, hub, third, world, actor)


async def test_a_psychologist_is_told_to_the_organisation_that_recorded_it_and_to_the_person(
    hub: Inside, world: World
) -> None:
    query = "query ($id: ID!) { person(id: $id) { appointments { nodes { motive { category } } } } }"
    categories = {
        actor: {
            node["motive"]["category"]
            for node in (await hub.ask(actor, query, {"id": world.persons["vurnibal"]})).data["person"]["appointments"][
                "nodes"
            ]
        }
        for actor in ("referent-a", "personne", "delegataire")
    }
    assert "psychologue" in categories["referent-a"] & categories["personne"]
    assert "psychologue" not in categories["delegataire"]
    assert "AUTRE" in categories["delegataire"]
