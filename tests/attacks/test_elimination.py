"""Attacks by elimination: a criterion that leaves a person out tells something of it, though the answer names nobody.
Each test is named after its row of docs/attaques.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import pytest

from subgraphs.kit import root_sql
from subgraphs.kit.statement import Call, Statement
from tests.attacks.conftest import DPO
from tests.conftest import Database
from tests.e2e.canary_inside import Inside
from tests.e2e.canary_world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

PERSONS = "query Judge($f: PersonFilter) { persons(filter: $f) { nodes { id } } }"
APPOINTMENTS = "query Judge($f: AppointmentFilter) { appointments(filter: $f) { nodes { id } } }"
RSA = {"Person.rsa", "Rsa.status"}
NOBODY = "00000000-0000-4000-8000-00000000dead"
LATEST = """SELECT coordinates, subjects FROM journal.disclosure JOIN journal.entry USING (request)
WHERE kind = 'DISCLOSURE' AND request =
  (SELECT request FROM journal.entry WHERE kind = 'DISCLOSURE' ORDER BY at DESC LIMIT 1)"""


async def journalled(hub: Inside, world: World, database: Database) -> dict[str, set[str]]:
    """By slug, the coordinates that the latest disclosure names of a person."""
    pseudonyms = await hub.app.pipeline.journalling.keyring.pseudonyms(list(world.persons.values()))
    slugs = {pseudonyms[person]: slug for slug, person in world.persons.items()}
    connection = await database.connect()
    try:
        rows = await connection.fetch(LATEST)
    finally:
        await connection.close()
    coordinates_by_slug: dict[str, set[str]] = {}
    for row in rows:
        for subject in row["subjects"]:
            text = subject.hex() if isinstance(subject, bytes) else str(subject).replace("-", "")
            coordinates_by_slug.setdefault(slugs[text], set()).update(row["coordinates"])
    return coordinates_by_slug


@pytest.mark.parametrize("status", ["DEMANDE_EN_ATTENTE", "REFUSE", "CLOS", "CLOS_ANTERIEUR"])
@pytest.mark.parametrize("selected", ["nodes { id }", "pageInfo { hasNextPage }", "__typename"])
async def test_47_whom_a_criterion_judged_is_journalled_though_the_answer_is_empty(
    hub: Inside, world: World, database: Database, status: str, selected: str
) -> None:
    query = f"query Judge($f: PersonFilter) {{ persons(filter: $f) {{ {selected} }} }}"
    got = await hub.ask("referent-a", query, {"f": {"rsaStatus": status}})
    assert not got.data["persons"].get("nodes")
    entries = await journalled(hub, world, database)
    assert {slug: coordinates & RSA for slug, coordinates in entries.items()} == {"vurnibal": RSA, "plimoruz": RSA}


@pytest.mark.parametrize(
    ("query", "criteria", "judged", "read"),
    [
        (PERSONS, {"birthDateFrom": "2020-01-01"}, {"vurnibal", "plimoruz"}, {"Person.birthDate"}),
        (PERSONS, {"birthDateTo": "1900-01-01"}, {"vurnibal", "plimoruz"}, {"Person.birthDate"}),
        (PERSONS, {"cityCode": "99999"}, {"vurnibal", "plimoruz"}, {"Address.cityCode"}),
        (PERSONS, {"lastName": "Vurnibal", "rsaStatus": "CLOS"}, {"vurnibal"}, RSA),
        (APPOINTMENTS, {"startsFrom": "2090-01-01T00:00:00Z"}, {"vurnibal", "plimoruz"}, {"Appointment.startsAt"}),
        (APPOINTMENTS, {"startsBefore": "1990-01-01T00:00:00Z"}, {"vurnibal", "plimoruz"}, {"Appointment.startsAt"}),
        (APPOINTMENTS, {"status": "ANNULE"}, {"vurnibal", "plimoruz"}, {"Appointment.status"}),
        (APPOINTMENTS, {"organisation": NOBODY}, {"vurnibal", "plimoruz"}, {"Appointment.organisation"}),
    ],
)  # fmt: skip
async def test_47_every_criterion_names_all_whom_it_judges_and_nobody_else(
    hub: Inside,
    world: World,
    database: Database,
    query: str,
    criteria: dict[str, Any],
    judged: set[str],
    read: set[str],
) -> None:
    got = await hub.ask("referent-a", query, {"f": criteria})
    assert got.data == {query.partition("{ ")[2].partition("(")[0]: {"nodes": []}}
    entries = await journalled(hub, world, database)
    assert entries.keys() == judged
    assert all(read <= coordinates for coordinates in entries.values())


async def test_47_a_name_designates_and_a_list_without_criterion_judges_nobody(
    hub: Inside, world: World, database: Database
) -> None:
    for criteria in ({"lastName": "Nobodyatall"}, {}, {"rsaStatus": None}):
        got = await hub.ask("referent-a", PERSONS, {"f": criteria})
        entries = await journalled(hub, world, database)
        assert entries.keys() == (set() if "lastName" in criteria else {"vurnibal", "plimoruz"})
        assert not any(coordinates & RSA for coordinates in entries.values())
        assert len(got.data["persons"]["nodes"]) == len(entries)


async def test_47_a_criterion_that_would_judge_too_many_is_refused_and_tells_nothing(
    hub: Inside, world: World, database: Database
) -> None:
    query = PERSONS.replace("Judge", "Wide")
    with patch.object(root_sql, "MOST_JUDGED", 1):
        wide = await hub.ask("referent-a", query, {"f": {"rsaStatus": "DROIT_OUVERT_VERSABLE"}})
        assert (wide.data, wide.code) == ({"persons": None}, "FILTER_TOO_WIDE")
        narrow = await hub.ask("referent-a", query, {"f": {"lastName": "Vurnibal", "rsaStatus": "CLOS"}})
    assert narrow.data == {"persons": {"nodes": []}}


@pytest.mark.parametrize("criteria", [{"rsaStatus": "CLOS"}, {"rsaStatus": "DROIT_OUVERT_VERSABLE"}])
@pytest.mark.parametrize("judged", [None, "nobody", {}, [None, "nobody"]])
async def test_47_where_a_subgraph_does_not_tell_whom_it_judged_nothing_is_answered(
    hub: Inside, criteria: dict[str, str], judged: object
) -> None:
    read = Statement.read

    def spoiled(statement: Statement, rows: Sequence[Any], call: Call) -> dict[str, Any]:
        data = read(statement, rows, call)
        data["persons"]["__access_judged"] = judged
        return data

    with patch.object(Statement, "read", spoiled):
        got = await hub.ask("referent-a", PERSONS, {"f": criteria})
    assert (got.data, got.code) == ({"persons": None}, "SUBGRAPH_MALFORMED")


async def test_47_a_search_of_the_journal_about_a_person_names_it_though_nobody_had_looked(
    hub: Inside, world: World, database: Database
) -> None:
    query = "query Judge($f: AccessFilter) { accessJournal(filter: $f) { nodes { at } } }"
    got = await hub.ask(
        DPO.name, query, {"f": {"person": world.persons["hurgoflin"], "trace": "0" * 32}}, purpose="audit"
    )
    assert got.data == {"accessJournal": {"nodes": []}}
    entries = await journalled(hub, world, database)
    assert entries.keys() == {"hurgoflin"}
    assert {"AccessEntry.data", "AccessEntry.trace"} <= entries["hurgoflin"]


async def test_47_what_judges_is_in_no_client_schema(hub: Inside) -> None:
    got = await hub.ask("referent-a", "{ persons { _judged { id } } }")
    typo = await hub.ask("referent-a", "{ persons { _jugded { id } } }")
    assert (got.status, got.code) == (typo.status, typo.code)
    assert got.body.replace(b"_judged", b"_jugded") == typo.body
