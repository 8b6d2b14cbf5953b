"""A denied row is a missing row, in bytes and in cost; the journal says what was released, no more and no less."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hub.journal.write.keyring import Keyring
from tests.conftest import Database
from tests.e2e.canary_inside import Got, Inside, inside
from tests.e2e.canary_operations import ALIASES, MIXED, NOBODY, WHOLE, mistaken, requests
from tests.e2e.canary_world import FOLLOWED, OPPOSED, World, build

pytestmark = pytest.mark.asyncio(loop_scope="module")
ACTORS = ("referent-a", "referent-b", "employeur", "personne")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("silence")


@pytest.fixture(scope="module")
def world(database: Database, folder: Path) -> World:
    return asyncio.run(build(database, folder / "files"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(world: World, database: Database, folder: Path) -> AsyncIterator[Inside]:
    async with inside(database, world.actors, folder) as running:
        yield running


def answer_and_cost(got: Got) -> tuple[Any, ...]:
    return got.status, got.headers, got.body, dict(got.calls), dict(got.statements)


@pytest.mark.parametrize("query", [WHOLE, ALIASES, MIXED, "query ($id: ID!) { person(id: $id) { __typename } }"])
@pytest.mark.parametrize("actor", ACTORS)
async def test_a_denied_person_and_nobody_are_the_same_bytes_at_the_same_cost(
    hub: Inside, world: World, actor: str, query: str
) -> None:
    def variables(identifier: str) -> dict[str, Any]:
        extra = {"other": identifier, "yes": True, "no": True} if "$other" in query else {}
        return {"id": identifier, **extra}

    nobody = await hub.ask(actor, query, variables(NOBODY))
    assert nobody.data[next(iter(nobody.data.keys() & {"person", "x"}))] is None
    denied = {
        "referent-a": (*FOLLOWED["referent-b"], OPPOSED, "hurgoflin"),
        "referent-b": (*FOLLOWED["referent-a"], OPPOSED, "hurgoflin"),
        "employeur": ("groxandel", "plimoruz", "mucchiellu", "quercitaghja", "hurgoflin"),
        "personne": ("groxandel", "plimoruz", "xandrovu", "hurgoflin"),
    }[actor]
    for slug in denied:
        assert answer_and_cost(await hub.ask(actor, query, variables(world.persons[slug]))) == answer_and_cost(
            nobody
        ), slug


@pytest.mark.parametrize(
    "identifier",
    ["", "1", "é", "\u0000", "00000000-0000-4000-8000-00000000000g", "' OR true --", "{}", "x" * 5000, str(2**70)],
)
async def test_an_id_of_any_other_form_is_nobody_too(hub: Inside, identifier: str) -> None:
    nobody = await hub.ask("referent-a", WHOLE, {"id": NOBODY})
    assert answer_and_cost(await hub.ask("referent-a", WHOLE, {"id": identifier})) == answer_and_cost(nobody)


@pytest.mark.parametrize("variant", [str.upper, lambda i: f"{{{i}}}", lambda i: i.replace("-", ""), lambda i: f" {i}"])
async def test_another_writing_of_a_readable_id_is_nobody(hub: Inside, world: World, variant: Any) -> None:
    """Attack 45: ids are compared whole, as canonical UUIDs."""
    identifier = variant(world.persons["vurnibal"])
    nobody = await hub.ask("referent-a", WHOLE, {"id": NOBODY})
    assert answer_and_cost(await hub.ask("referent-a", WHOLE, {"id": identifier})) == answer_and_cost(nobody)


async def test_a_filter_on_someone_denied_finds_what_a_filter_on_nobody_finds(hub: Inside, world: World) -> None:
    query = "query ($name: String) { persons(filter: { lastName: $name }) { nodes { id } pageInfo { endCursor } } }"
    nobody = await hub.ask("referent-b", query, {"name": "Nemozorg"})
    assert answer_and_cost(await hub.ask("referent-b", query, {"name": "Vurnibal"})) == answer_and_cost(nobody)
    assert nobody.data == {"persons": {"nodes": [], "pageInfo": {"endCursor": None}}}


async def test_no_statement_holds_a_value(hub: Inside, world: World) -> None:
    for actor in ACTORS:
        for query, variables in (*requests(world), *mistaken(["Vurnibal"])):
            await hub.ask(actor, query, variables)
    statements = "\n".join(hub.sql()).lower()
    assert len(hub.sql()) > 40
    assert {canary.text for canary in world.canaries if canary.text.lower() in statements} == set()


async def test_the_journal_lists_exactly_what_was_released_of_exactly_whom(
    hub: Inside, world: World, database: Database
) -> None:
    query = """query Released($no: Boolean!, $yes: Boolean!, $id: ID!) {
      persons { nodes { id lastName @include(if: $no) firstName @skip(if: $yes) birthDate
        contact @include(if: $yes) { email phones @skip(if: $yes) } household @include(if: $no) { dependentChildren }
        constraints { theme } healthToConsider appointments { nodes { startsAt placeName motive { type } } } } }
      other: person(id: $id) { birthName }
    }"""
    got = await hub.ask("referent-a", query, {"no": False, "yes": True, "id": world.persons["xandrovu"]})
    assert got.data["other"] is None
    released = await last_disclosure(database)
    everything = {
        "Person.id",
        "Person.birthDate",
        "Person.contact",
        "Person.constraints",
        "Person.appointments",
        "Contact.email",
        "Constraint.theme",
        "Appointment.startsAt",
        "Appointment.motive",
        "Motive.type",
    }
    people = [await pseudonym(database, world.persons[slug]) for slug in FOLLOWED["referent-a"]]
    assert released == dict.fromkeys(people, everything)


async def test_the_journal_holds_no_coordinate_of_a_column_that_a_row_withheld(
    hub: Inside, world: World, database: Database
) -> None:
    query = "query ($id: ID!) { person(id: $id) { lastName household { dependentChildren } rsa { status } } }"
    got = await hub.ask("employeur", query, {"id": world.persons["vurnibal"]})
    assert got.data["person"] == {"lastName": "VURNIBAL", "household": None, "rsa": None}
    assert await last_disclosure(database) == {
        await pseudonym(database, world.persons["vurnibal"]): {"Person.lastName"}
    }


async def test_the_journal_holds_no_coordinate_that_was_lost_with_its_subgraph(
    hub: Inside, world: World, database: Database
) -> None:
    """Its query role locked out of one table, the subgraph of appointments fails and the rest is answered."""
    owner = await database.connect()
    query = "query ($id: ID!) { person(id: $id) { lastName appointments { nodes { startsAt } } } }"
    try:
        await owner.execute("REVOKE SELECT ON appointments.appointment FROM appointments_query")
        got = await hub.ask("referent-a", query, {"id": world.persons["vurnibal"]})
    finally:
        await owner.execute("GRANT SELECT ON appointments.appointment TO appointments_query")
        await owner.close()
    assert got.data["person"] == {"lastName": "VURNIBAL", "appointments": None}
    assert got.code == "SUBGRAPH_ERROR"
    assert await last_disclosure(database) == {
        await pseudonym(database, world.persons["vurnibal"]): {"Person.lastName"}
    }


@pytest.mark.parametrize("slug", ["xandrovu", OPPOSED, None])
async def test_of_a_denied_person_the_journal_discloses_nothing(
    hub: Inside, world: World, database: Database, slug: str | None
) -> None:
    before = await disclosures(database)
    await hub.ask("referent-a", WHOLE, {"id": world.persons[slug] if slug else NOBODY})
    assert await disclosures(database) == before


async def test_an_excluded_field_costs_nothing_and_is_told_nowhere(hub: Inside, world: World) -> None:
    query = """query ($id: ID!, $no: Boolean!) { person(id: $id) {
      id constraints @include(if: $no) { theme } ... @include(if: $no) { household { dependentChildren }
      contact { address { city } } appointments { nodes { placeName } } trainingPlacements { nodes { id } } } } }"""
    excluded = await hub.ask("employeur", query, {"id": world.persons["vurnibal"], "no": False})
    plain = await hub.ask("employeur", "query ($id: ID!) { person(id: $id) { id } }", {"id": world.persons["vurnibal"]})
    assert excluded.body == plain.body
    assert (excluded.calls, excluded.statements) == (plain.calls, plain.statements)
    included = await hub.ask("employeur", query, {"id": world.persons["vurnibal"], "no": True})
    assert {entry["coordinate"] for entry in included.json["extensions"]["access"]} == {
        "Person.constraints",
        "Person.household",
        "Person.trainingPlacements",
        "Appointment.placeName",
    }


async def pseudonym(database: Database, person: str) -> bytes:
    keyring = Keyring(database.dsn("journal_keeper"))
    try:
        return bytes.fromhex(await keyring.find(person) or "")
    finally:
        await keyring.close()


async def last_disclosure(database: Database) -> Mapping[bytes, set[str]]:
    """Coordinates released of each subject by the last request."""
    connection = await database.connect("journal_reader")
    try:
        rows = await connection.fetch(
            """SELECT coordinates, masked, subjects FROM journal.disclosure WHERE request =
            (SELECT request FROM journal.entry WHERE kind = 'DISCLOSURE' ORDER BY at DESC LIMIT 1)"""
        )
    finally:
        await connection.close()
    assert all(row["masked"] == [] for row in rows)
    coordinates_by_subject: dict[bytes, set[str]] = {}
    for row in rows:
        for subject in row["subjects"]:
            coordinates_by_subject.setdefault(subject, set()).update(row["coordinates"])
    return coordinates_by_subject


async def disclosures(database: Database) -> int:
    connection = await database.connect("journal_reader")
    try:
        count: int = await connection.fetchval("SELECT count(*) FROM journal.disclosure")
    finally:
        await connection.close()
    return count
