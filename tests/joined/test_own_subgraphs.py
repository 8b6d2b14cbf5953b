"""The hub's own four subgraphs keep the contract that others are held to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.joined.conformance.caller import Caller
from hub.joined.conformance.check import Result, run
from hub.joined.conformance.readings import READINGS
from hub.joined.conformance.refusals import REFUSALS
from hub.joined.conformance.seeds import Row, Seeds
from schema.facts import Fact
from schema.subgraphs import SUBGRAPHS
from subgraphs.kit.http import Application
from subgraphs.kit.sdl import load
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from tests.conftest import Database
from tests.kit.conftest import AGENT, OTHER_SIRET, POLICY, REFERENT, SIRET, Rows, person_id
from tests.threaded_server import listening

KEY, PREVIOUS = b"k" * 32, b"p" * 32
CONTACT = date(2026, 10, 20)
SINCE, UNTIL, ERASURE = date(2026, 1, 5), date(2099, 12, 31), date(2099, 7, 1)


@dataclass(frozen=True)
class Place:
    """A value of each person: the table and the column that hold it, and the fields that lead there."""

    table: str
    column: str
    values: tuple[Any, Any]
    read: tuple[str, ...]
    more: dict[str, Any]


SENT = datetime(2026, 3, 14, tzinfo=UTC)
PLACES = {
    "people": Place("", "", ("Vauquelin", "Tourneboeuf"), ("Person.lastName",), {}),
    "appointments": Place(
        "appointments.appointment",
        "place_name",
        ("Salle Rimbaud", "Salle Verlaine"),
        ("Person.appointments", "AppointmentConnection.nodes", "Appointment.placeName"),
        {"starts_at": SENT, "status": "INCONNU", "rdv_source_id": "1", "subject_source_id": "1"},
    ),
    "offers": Place(
        "offers.referral",
        "sent_on",
        (date(2026, 3, 14), date(2026, 4, 17)),
        ("Person.referrals", "ReferralConnection.nodes", "Referral.sentOn"),
        {"service_id": "dora--1", "status": "OUVERTE"},
    ),
    "trainings": Place(
        "trainings.training_project",
        "formacode",
        ("15081", "42084"),
        ("Person.trainingProjects", "TrainingProject.formacode"),
        {"recorded_on": CONTACT},
    ),
}


@pytest.fixture(scope="module")
def filled_database(database: Database) -> Database:
    """Two people with a row in each subgraph, recorded by two organisations; the second objected."""

    async def write() -> None:
        connection = await database.connect()
        rows = Rows(connection)
        try:
            for index, (restrictions, siret) in enumerate(((0, SIRET), (int(Fact.OPPOSITION), OTHER_SIRET))):
                access = {"restrictions": restrictions, "last_contact": CONTACT, "erasure_on": ERASURE}
                name = PLACES["people"].values[index]
                await rows.person(index + 1, access=access, last_name=name)
                await rows.link(index + 1, Fact.REFERENT, AGENT, since=SINCE, until=UNTIL)
                for place in PLACES.values():
                    if place.table:
                        own = {"recorded_by": siret, place.column: place.values[index], **place.more}
                        await rows.sourced(place.table, id=person_id(10 + index), person_id=person_id(index + 1), **own)
        finally:
            await connection.close()

    asyncio.run(write())
    return database


def seeds(name: str) -> Seeds:
    place = PLACES[name]
    recorded = Fact.RECORDED if place.table else Fact(0)
    types = frozenset(read.partition(".")[0] for read in place.read if "Connection" not in read)
    rows = [
        Row(
            f"ligne {index + 1}",
            {"__typename": "Person", "id": person_id(index + 1)},
            place.read,
            types,
            str(place.values[index]),
            person_id(index + 1),
            REFERENT,
            int(facts),
            CONTACT,
            SINCE,
            UNTIL,
            ERASURE,
        )
        for index, facts in enumerate((Fact.REFERENT | recorded, Fact.REFERENT | Fact.OPPOSITION))
    ]
    return Seeds(name, SIRET, POLICY, tuple(rows))


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_a_subgraph_of_the_hub_keeps_every_sentence_of_the_contract(filled_database: Database, name: str) -> None:
    subgraph = Subgraph(load(name), Pool(filled_database.dsn(f"{name}_query")), policy=POLICY, cursors=b"c" * 32)
    with listening(Application(subgraph, (KEY, PREVIOUS))) as url:
        caller = Caller(f"{url}/graphql", seeds(name), KEY, PREVIOUS)
        try:
            outcomes = list(run((*REFUSALS, *READINGS), caller))
        finally:
            caller.close()
    assert {row.sentence: row.failures for row in outcomes if row.result is Result.FAILED} == {}
    untried = {row.sentence for row in outcomes if row.result is Result.UNTRIED}
    assert untried == ({"C-27"} if name == "people" else set())
