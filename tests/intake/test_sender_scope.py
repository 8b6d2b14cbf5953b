"""Whoever holds the secret of one sender speaks for its organisations and the people of its département, on every live
path: what it says of others is refused by a code, and nothing of it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from hub.ingest import SOURCES, find_source, take_notifications
from hub.runs.quarantine import Seal
from schema.days import today
from subgraphs.kit.ingest.sender_scope import SenderScope
from subgraphs.kit.ingest.unit_of_work import Options, Organisation
from tests.conftest import Database
from tests.e2e.test_webhooks import OF_08, rdv
from tests.runs.test_quarantine import retry, waiting
from tests.simulators.immersion_facile import convention
from tests.simulators.rdv_insertion import RdvInsertionSimulator, user
from tests.sources.ingestion import ingest, rows, values, versions
from tests.sync.test_sync import link, run

CD08, CD35, MISSION35 = "99900030800011", "99900033500011", "99900073500011"
MISSION08, HOST, STRANGER = "99900070800011", "99900030500011", "99900099900099"
OF_35 = {"id": 7, "name": "CD d'Ille-et-Vilaine", "department_number": "35"}
OF_MISSION_35 = {"id": 8, "name": "Mission locale de Rennes", "department_number": "35"}
AGENT_08 = {"id": 1, "email": "agent@ardennes.exemple.fr", "first_name": "Solène", "last_name": "MARQUOY"}
AGENT_35 = {"id": 2, "email": "agent@ille-et-vilaine.exemple.fr", "first_name": "Anne", "last_name": "KERVELLA"}
SENDERS = {
    "08": {"4": Organisation(CD08, "conseil_departemental")},
    "35": {"7": Organisation(CD35, "conseil_departemental")},
    "mission": {"8": Organisation(MISSION35, "autre")},
}
VICTIM = 1
"""The person of 08, who has a rendez-vous there, and a référente."""
NIR = "287120812345603"
SAME: dict[str, Any] = {
    "first_name": "Prénom1",
    "last_name": "NOMUNIQUE1",
    "nir": NIR,
    "affiliation_number": None,
    "referents": [],
}
"""Enough to name that person under another id."""


def person_of(number: int, **changes: Any) -> dict[str, Any]:
    """A person as RDV-Insertion has it, with no address that says where it lives."""
    own = {"nir": NIR, "referents": [AGENT_08]} if number == VICTIM else {}
    return user(number, **{"address": None, "email": f"personne{number}@example.org", **own, **changes})


def notification(number: int, organisation: dict[str, Any], person: int, at: str, **changes: Any) -> dict[str, Any]:
    """A rendez-vous of RDV-Insertion at a time of day."""
    message: dict[str, Any] = json.loads(rdv(number, organisation=organisation))
    user = person_of(person, **changes.pop("user", {}))
    message["data"] |= {"users": [user], "agents": []} | changes
    message["meta"]["timestamp"] = f"2026-11-24 {at}:00 +0000"
    return message


def invitation(number: int, person: int, at: str) -> dict[str, Any]:
    """An invitation of RDV-Insertion at a time of day."""
    data = {"id": number, "user": person_of(person), "format": "sms"}
    meta = {"model": "Invitation", "event": "created", "timestamp": f"2026-11-24 {at}:00 +0000"}
    return {"data": data, "meta": meta}


def destroyed(message: dict[str, Any], at: str) -> dict[str, Any]:
    """The removal of what a message told of."""
    return {**message, "meta": {**message["meta"], "event": "destroyed", "timestamp": f"2026-11-24 {at}:00 +0000"}}


def options_of(sender: str) -> Options:
    organisations: Mapping[str, Organisation] = SENDERS[sender]
    sirets = frozenset(organisation.siret for organisation in organisations.values())
    department = "35" if sender == "mission" else sender
    scope = SenderScope(sirets, department)
    return Options(department=department, organisations=organisations, proven=True, scope=scope)


async def send(database: Database, folder: Path, sender: str, *messages: dict[str, Any]) -> dict[str, int]:
    """The codes by which a sender's notifications are refused, as the process of notifications reads them."""
    paths = []
    for number, message in enumerate(messages):
        paths.append(folder / f"notification-{number:06}.json")
        paths[-1].write_bytes(orjson.dumps(message))
    reader, seal = find_source("rdv-insertion", database.keys), Seal(database.keys.quarantine)
    return dict((await take_notifications(reader, paths, options_of(sender), database.dsn, seal)).codes)


@pytest.fixture
async def filled(fresh_database: Database, tmp_path: Path) -> Database:
    """A database in which 08 has told of its person."""
    first = notification(11, OF_08, VICTIM, "06:00", agents=[AGENT_08])
    assert await send(fresh_database, tmp_path, "08", first, invitation(12, VICTIM, "06:00")) == {}
    return fresh_database


ATTACKS: dict[str, tuple[dict[str, Any], str]] = {
    "a rendez-vous of a foreign organisation": (notification(21, OF_08, 2, "08:00"), "DEPARTMENT_OF_OTHER"),
    "a foreign organisation under our département": (
        notification(21, {**OF_08, "department_number": "35"}, 2, "08:00"),
        "ITEM_OF_OTHER",
    ),
    "a foreign organisation of no département": (
        notification(21, {**OF_08, "department_number": None}, 2, "08:00"),
        "ITEM_OF_OTHER",
    ),
    "another organisation of the same département": (notification(21, OF_MISSION_35, 2, "08:00"), "ITEM_OF_OTHER"),
    "our organisation in a foreign département": (
        notification(21, {**OF_35, "department_number": "08"}, 2, "08:00"),
        "DEPARTMENT_OF_OTHER",
    ),
    "a foreign person by its id": (notification(21, OF_35, VICTIM, "08:00"), "PERSON_OF_OTHER"),
    "a foreign person by its id in an older message": (notification(21, OF_35, VICTIM, "05:00"), "PERSON_OF_OTHER"),
    "a foreign person among our own": (
        notification(21, OF_35, 2, "08:00", users=[person_of(2), person_of(VICTIM)]),
        "PERSON_OF_OTHER",
    ),
    "a foreign person by its NIR under a new id": (
        notification(21, OF_35, 3, "08:00", user=SAME),
        "PERSON_OF_OTHER",
    ),
    "a foreign person by an invitation": (invitation(22, VICTIM, "08:00"), "PERSON_OF_OTHER"),
    "a foreign référente": (notification(21, OF_35, 2, "08:00", user={"referents": [AGENT_08]}), "AGENT_OF_OTHER"),
    "a foreign agent who receives": (notification(21, OF_35, 2, "08:00", agents=[AGENT_08]), "AGENT_OF_OTHER"),
    "a foreign agent's mailbox under another name": (
        notification(21, OF_35, 2, "08:00", agents=[{**AGENT_08, "last_name": "AUTRE"}]),
        "AGENT_OF_OTHER",
    ),
    "a rendez-vous taken over": (notification(11, OF_35, 2, "08:00"), "ITEM_OF_OTHER"),
    "a rendez-vous taken over in an older message": (notification(11, OF_35, 2, "05:00"), "ITEM_OF_OTHER"),
    "a rendez-vous removed": (destroyed(notification(11, OF_08, VICTIM, "08:00"), "08:00"), "ITEM_OF_OTHER"),
    "a rendez-vous removed as ours": (destroyed(notification(11, OF_35, 2, "08:00"), "08:00"), "ITEM_OF_OTHER"),
    "an unknown rendez-vous removed as theirs": (
        destroyed(notification(13, OF_08, 2, "08:00"), "08:00"),
        "ITEM_OF_OTHER",
    ),
    "an invitation taken over": (invitation(12, 2, "08:00"), "PERSON_OF_OTHER"),
    "an invitation removed": (destroyed(invitation(12, 2, "08:00"), "08:00"), "PERSON_OF_OTHER"),
}


async def test_51_a_sender_writes_nothing_of_another_organisation_département_person_or_agent(
    filled: Database, tmp_path: Path
) -> None:
    before = await versions(filled)
    for name, (message, code) in ATTACKS.items():
        assert await send(filled, tmp_path, "35", message) == {code: 1}, name
    assert await versions(filled) == before
    of_neighbours = [message for message, _ in ATTACKS.values()]
    refused = await send(filled, tmp_path, "35", *of_neighbours, notification(31, OF_35, 2, "09:00"))
    assert sum(refused.values()) == len(ATTACKS), "in one batch too, and a true notification among them is taken"
    stored = "SELECT rdv_source_id || ' ' || organisation_siret FROM appointments.appointment ORDER BY 1"
    assert await values(filled, stored) == [f"rdv:11 {CD08}", f"rdv:31 {CD35}"]
    opened = "SELECT DISTINCT scope_id FROM access.link l JOIN access.person_reference r USING (person_id)"
    assert CD35 not in await values(filled, f"{opened} WHERE r.source_id = 'user:{VICTIM}'")


async def test_an_organisation_changes_nothing_of_another_of_its_département(filled: Database, tmp_path: Path) -> None:
    assert await send(filled, tmp_path, "35", notification(31, OF_35, 2, "07:00")) == {}
    before = await versions(filled)
    for message in (
        notification(31, OF_MISSION_35, 2, "08:00"),
        destroyed(notification(31, OF_MISSION_35, 2, "08:00"), "08:00"),
        destroyed(notification(31, OF_35, 2, "08:00"), "08:00"),
    ):
        assert await send(filled, tmp_path, "mission", message) == {"ITEM_OF_OTHER": 1}
    assert await versions(filled) == before
    assert await send(filled, tmp_path, "mission", notification(32, OF_MISSION_35, 2, "08:00")) == {}, (
        "one person of 35"
    )


async def test_what_a_sender_may_say_is_taken_changed_and_removed(filled: Database, tmp_path: Path) -> None:
    referents = {"user": {"referents": [AGENT_35]}, "agents": [AGENT_35]}
    of_35 = [notification(31, OF_35, 2, "07:00", **referents), invitation(32, 2, "07:00")]
    later = [notification(31, OF_35, 2, "08:00", **referents), invitation(32, 2, "08:00")]
    gone = [destroyed(message, "09:00") for message in later]
    assert await send(filled, tmp_path, "35", *of_35, *later, *gone) == {}
    assert await values(filled, "SELECT rdv_source_id FROM appointments.appointment") == ["rdv:11"]
    assert await send(filled, tmp_path, "35", *gone) == {}, "again"


async def test_a_person_who_moved_is_taken_by_a_retry_once_another_source_says_so(
    filled: Database, tmp_path: Path
) -> None:
    assert await send(filled, tmp_path, "35", notification(21, OF_35, VICTIM, "08:00")) == {"PERSON_OF_OTHER": 1}
    assert [record["code"] for record in waiting(filled)] == ["PERSON_OF_OTHER"]
    assert retry(filled, "rdv-insertion").code == 1, "a retry is held to what its sender was"
    assert [record["code"] for record in waiting(filled)] == ["PERSON_OF_OTHER"]
    moved = "UPDATE access.person SET department = '35' RETURNING 1"
    await rows(filled, moved)
    assert retry(filled, "rdv-insertion").code == 0
    assert waiting(filled) == []
    assert await values(filled, "SELECT count(*) FROM appointments.appointment") == [2]


async def test_what_was_sent_in_the_name_of_others_is_not_kept(filled: Database, tmp_path: Path) -> None:
    await send(filled, tmp_path, "35", notification(21, OF_08, 2, "08:00"), notification(11, OF_35, 2, "08:00"))
    assert waiting(filled) == []


async def test_an_account_reads_people_of_its_département_alone(filled: Database, tmp_path: Path) -> None:
    simulator = RdvInsertionSimulator()
    simulator.organisations = {403_023: [person_of(VICTIM, email="autre@exemple.fr"), person_of(2)]}
    with simulator.served() as url:
        assert (await run(filled, tmp_path, link("rdv-insertion", url))).report.codes == {}
    await rows(filled, "UPDATE people.identity SET department = '35' RETURNING 1")
    await rows(filled, "UPDATE access.person SET department = '35' RETURNING 1")
    await rows(filled, "DELETE FROM access.link WHERE origin = 'hub' RETURNING 1")
    before = await versions(filled)
    simulator.organisations[403_023] = [person_of(VICTIM, email="encore@exemple.fr")]
    with simulator.served() as url:
        assert (await run(filled, tmp_path, link("rdv-insertion", url))).report.codes == {"PERSON_OF_OTHER": 1}
    assert await versions(filled) == before


async def test_a_convention_is_taken_of_its_own_agency_and_département_alone_and_nothing_comes_with_it(
    filled: Database, tmp_path: Path
) -> None:
    webhook = SOURCES["immersion-facile"].webhook or pytest.fail("it sends")

    def sent(**changes: Any) -> bytes:
        agreement = {**convention(VICTIM, today()), "agencySiret": MISSION08, **changes}
        smuggled = [{**agreement, "id": str(UUID(int=1)), "siret": STRANGER, "agencySiret": STRANGER}]
        body = {"subscribedEvent": "convention.updated", "payload": {"convention": agreement}, "data": smuggled}
        return webhook.document(webhook.prove(orjson.dumps(body), {"authorization": "secret"}, b"secret"))

    async def codes(body: bytes, *organisations: str, department: str = "08") -> dict[str, int]:
        path = tmp_path / "notification.json"
        path.write_bytes(body)
        scope = SenderScope(frozenset(organisations), department)
        return dict((await ingest(filled, "immersion-facile", path, scope=scope)).codes)

    await rows(filled, "UPDATE access.person SET department = '08' RETURNING 1")
    before = await versions(filled)
    assert await codes(sent(), STRANGER) == {"ITEM_OF_OTHER": 1}
    assert await codes(sent(), MISSION08, department="35") == {"DEPARTMENT_OF_OTHER": 1}
    assert await codes(sent(agencyDepartment="35"), MISSION08) == {"DEPARTMENT_OF_OTHER": 1}
    assert await codes(orjson.dumps({"data": [{"rome": "A1101"}]}), MISSION08) == {"ITEM_OF_OTHER": 1}, "an offer"
    assert await versions(filled) == before
    assert await codes(sent(), MISSION08) == {}
    stored = "SELECT organisation_siret || ' ' || recorded_by FROM offers.immersion_agreement"
    assert await values(filled, stored) == [f"{HOST} {MISSION08}"], "and of no other record of the same body"
    later = {"updatedAt": f"{today()}T09:00:00.000Z", "siret": STRANGER, "agencySiret": STRANGER}
    assert await codes(sent(**later), STRANGER) == {"ITEM_OF_OTHER": 1}, "one that is stored is not taken over"
    assert await values(filled, stored) == [f"{HOST} {MISSION08}"]


async def test_an_event_within_a_département_is_of_its_people_alone(filled: Database, tmp_path: Path) -> None:
    placement = {
        "positionnement": "POS-1",
        "maj": "2026-11-24T10:00:00+00:00",
        "etat": "PROPOSE",
        "personne": {"source": "rdv-insertion", "reference": f"user:{VICTIM}"},
        "session": "S-1",
        "organisme": CD35,
        "dates": {"proposition": "2026-11-04"},
    }
    path = tmp_path / "event.jsonl"
    path.write_bytes(orjson.dumps(placement))
    await rows(filled, "UPDATE access.person SET department = '08' RETURNING 1")
    in_35, in_08 = (SenderScope(frozenset({CD35}), department) for department in ("35", "08"))
    assert (await ingest(filled, "ouiform", path, scope=in_35)).codes == {"PERSON_OF_OTHER": 1}
    assert await values(filled, "SELECT count(*) FROM trainings.placement") == [0]
    assert (await ingest(filled, "ouiform", path, scope=in_08)).codes == {}
