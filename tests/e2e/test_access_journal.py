"""`myAccessJournal`: the person reads who was told what of it, and nobody else reads anything of that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.cast import CD_08
from hub.journal.write.keyring import Keyring
from tests.conftest import Database
from tests.e2e.canary_inside import Inside, inside
from tests.e2e.canary_world import ITSELF, World, build

JOURNAL = """query ($first: Int, $after: String) { myAccessJournal(first: $first, after: $after) {
  nodes { at actorKind actorLabel organisation organisationName purpose purposeLabel data { category label fields } }
  pageInfo { hasNextPage hasPreviousPage endCursor } } }"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journal")


@pytest.fixture(scope="module")
def world(database: Database, folder: Path) -> World:
    return asyncio.run(build(database, folder / "files"))


@pytest.fixture
async def hub(world: World, database: Database, folder: Path) -> AsyncIterator[Inside]:
    """A hub whose journal is empty."""
    admin = await database.connect()
    await admin.execute("TRUNCATE journal.entry, journal.disclosure, journal.checkpoint")
    await admin.close()
    async with inside(database, world.actors, folder) as running:
        yield running


async def mine(hub: Inside, **variables: Any) -> dict[str, Any]:
    """A page of the journal, as the person."""
    got = await hub.ask("personne", JOURNAL, variables)
    page: dict[str, Any] = got.data["myAccessJournal"]
    return page


async def test_a_first_of_null_is_the_page_that_the_schema_says(hub: Inside, world: World) -> None:
    for _ in range(21):
        await hub.ask("referent-a", "query ($id: ID!) { person(id: $id) { lastName } }", {"id": world.persons[ITSELF]})
    page = await mine(hub, first=None)
    assert len(page["nodes"]) == 20
    assert page["pageInfo"]["hasNextPage"]


async def test_the_person_reads_who_was_told_what_of_it_when_and_why(hub: Inside, world: World) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    query = "query ($id: ID!) { person(id: $id) { id lastName contact { email } rsa { status } birthYear } }"
    await hub.ask("referent-a", query, {"id": world.persons[ITSELF]})
    (access,) = (await mine(hub))["nodes"]
    moment = datetime.fromisoformat(access.pop("at"))
    assert before <= moment <= before + timedelta(minutes=5)
    assert access == {
        "actorKind": "referent_cd",
        "actorLabel": "Référent de parcours du Conseil départemental",
        "organisation": CD_08.siret,
        "organisationName": CD_08.name,
        "purpose": "suivi",
        "purposeLabel": "Suivre le parcours et assurer sa continuité",
        "data": [
            {
                "category": "ID",
                "label": "Identité",
                "fields": ["Année de naissance", "Nom d'usage"],
            },
            {
                "category": "COORD",
                "label": "Coordonnées",
                "fields": ["Contact : adresse électronique", "Moyens de contact"],
            },
            {"category": "SOC", "label": "Situation sociale", "fields": ["Dossier RSA", "RSA : état du dossier"]},
        ],
    }


async def test_what_was_withheld_or_told_of_others_is_not_in_it(hub: Inside, world: World) -> None:
    query = "query ($id: ID!) { person(id: $id) { lastName household { dependentChildren } } }"
    await hub.ask("employeur", query, {"id": world.persons[ITSELF]})
    await hub.ask("referent-a", query, {"id": world.persons["plimoruz"]})
    await hub.ask("referent-b", query, {"id": world.persons[ITSELF]})
    (access,) = (await mine(hub))["nodes"]
    assert (access["actorKind"], access["purpose"]) == ("siae", "iae")
    assert [(data["category"], data["fields"]) for data in access["data"]] == [("ID", ["Nom d'usage"])]


async def test_reading_the_journal_is_in_the_journal(hub: Inside, world: World) -> None:
    await hub.ask("referent-a", "query ($id: ID!) { person(id: $id) { lastName } }", {"id": world.persons[ITSELF]})
    await mine(hub)
    first, second = (await mine(hub))["nodes"]
    assert (first["actorLabel"], first["organisation"]) == ("Personne accompagnée", None)
    assert [data["category"] for data in first["data"]] == ["ACCES"]
    assert second["actorKind"] == "referent_cd"


async def test_pages_follow_each_other_from_the_newest_without_a_gap(hub: Inside, world: World) -> None:
    fields = ["lastName", "firstName", "birthDate", "civility", "birthName"]
    for name in fields:
        query = f"query ($id: ID!) {{ person(id: $id) {{ {name} }} }}"
        await hub.ask("referent-a", query, {"id": world.persons[ITSELF]})
    page = await mine(hub, first=2)
    accesses, after = [], None
    while True:
        accesses += [node for node in page["nodes"] if node["actorKind"] == "referent_cd"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        page = await mine(hub, first=2, after=after)
    labels = {"Nom d'usage", "Prénom", "Date de naissance", "Civilité", "Nom de naissance"}
    assert {field for node in accesses for data in node["data"] for field in data["fields"]} == labels
    assert len(accesses) == len(fields)
    assert sorted((node["at"] for node in accesses), reverse=True) == [node["at"] for node in accesses]


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_a_page_has_its_bounds(hub: Inside, first: int) -> None:
    assert (await hub.ask("personne", JOURNAL, {"first": first})).code == "BAD_FIRST"


async def test_a_cursor_that_is_altered_or_another_lists_is_refused(hub: Inside, world: World) -> None:
    await hub.ask("referent-a", "query ($id: ID!) { person(id: $id) { lastName } }", {"id": world.persons[ITSELF]})
    cursor = (await mine(hub))["pageInfo"]["endCursor"]
    persons = await hub.ask("referent-a", "{ persons(first: 1) { pageInfo { endCursor } } }")
    for wrong in (
        cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB"),
        "x",
        persons.data["persons"]["pageInfo"]["endCursor"],
    ):
        got = await hub.ask("personne", JOURNAL, {"after": wrong})
        assert got.code == "FORBIDDEN_INPUT"


@pytest.mark.parametrize("actor", ["referent-a", "referent-b", "employeur"])
async def test_nobody_but_the_person_reads_an_access(hub: Inside, world: World, actor: str) -> None:
    await hub.ask("referent-a", "query ($id: ID!) { person(id: $id) { lastName } }", {"id": world.persons[ITSELF]})
    got = await hub.ask(actor, JOURNAL)
    assert got.data == {"myAccessJournal": None}
    assert CD_08.siret.encode() not in got.body


async def test_no_name_of_an_agent_no_pseudonym_and_no_trace_is_in_the_answer(hub: Inside, world: World) -> None:
    await hub.ask("referent-a", "query ($id: ID!) { person(id: $id) { lastName } }", {"id": world.persons[ITSELF]})
    got = await hub.ask("personne", JOURNAL)
    keyring = Keyring(hub.database.dsn("journal_keeper"))
    try:
        name = await keyring.find(world.persons[ITSELF])
    finally:
        await keyring.close()
    assert name is not None
    for secret in (name, "referent-a", world.persons[ITSELF], "0af7651916cd43dd"):
        assert secret.encode() not in got.body.replace(b"trace", b"")


async def test_an_erased_person_reads_nothing_more(hub: Inside, world: World) -> None:
    await hub.ask("referent-a", "query ($id: ID!) { person(id: $id) { lastName } }", {"id": world.persons[ITSELF]})
    keyring = hub.app.pipeline.journalling.keyring
    assert await keyring.erase(world.persons[ITSELF])
    assert (await mine(hub))["nodes"] == []


async def test_a_person_is_named_in_the_journal_by_its_pseudonym_only(hub: Inside, world: World) -> None:
    await mine(hub)
    connection = await hub.database.connect("journal_reader")
    try:
        rows = await connection.fetch("SELECT DISTINCT actor FROM journal.entry WHERE actor_kind = 'beneficiaire'")
    finally:
        await connection.close()
    (actor,) = (row["actor"] for row in rows)
    assert actor == f"person:{await hub.app.pipeline.journalling.keyring.find(world.persons[ITSELF])}"
