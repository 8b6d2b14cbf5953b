"""Who receives, what naming the organisation reveals, and the day of rights and duties, as RDV-Insertion says them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from subgraphs.kit.ingest.unit_of_work import Organisation
from tests.conftest import Database
from tests.sources.ingestion import ingest, rows, values, webhook
from tests.sources.test_rdv_insertion import SOLO, message

NUMBER = str(SOLO.organisation.number)
AGENTS: list[dict[str, Any]] = [
    {"id": 1, "email": "Odile.Verne@cd08.example.org", "first_name": "Odile", "last_name": "Verne"},
    {"id": 2, "email": "luc.somme@cd08.example.org", "first_name": "Luc", "last_name": "Somme"},
    {"id": 3, "email": None, "first_name": "Sans", "last_name": "Adresse"},
]
RECEIVING = """
SELECT a.email FROM appointments.appointment_agent r JOIN people.agent a ON a.id = r.agent_id ORDER BY a.email
"""


async def send(database: Database, folder: Path, at: str, declared: Organisation | None = None, **data: Any) -> None:
    """One rendez-vous with these values in its data, of an organisation known so."""

    def change(body: Any) -> None:
        body.update(data)

    path = webhook(folder, f"rdv-{at[:2]}", message(change, at=at))
    organisations = {} if declared is None else {NUMBER: declared}
    assert (await ingest(database, "rdv-insertion", path, organisations=organisations)).complete


async def test_agents_who_receive_are_known_by_e_mail_and_follow_nobody(
    fresh_database: Database, tmp_path: Path
) -> None:
    await send(fresh_database, tmp_path, "06:00:00", agents=AGENTS)
    assert await values(fresh_database, RECEIVING) == ["luc.somme@cd08.example.org", "odile.verne@cd08.example.org"]
    emails = [agent["email"].lower() for agent in AGENTS if agent["email"]]
    followed = "SELECT 1 FROM people.referent r JOIN people.agent a ON a.id = r.agent_id WHERE a.email = ANY ($1)"
    assert await values(fresh_database, followed, emails) == []


async def test_who_no_longer_receives_is_removed(fresh_database: Database, tmp_path: Path) -> None:
    await send(fresh_database, tmp_path, "06:00:00", agents=AGENTS)
    await send(fresh_database, tmp_path, "07:00:00", agents=AGENTS[:1])
    assert await values(fresh_database, RECEIVING) == ["odile.verne@cd08.example.org"]


@pytest.mark.parametrize(
    ("name", "declared", "sensitivity", "structure"),
    [
        ("Maison des solidarités", Organisation("26080001000017", "autre", "di--maison"), None, "di--maison"),
        ("SPIP 08", Organisation("26080001000017", "autre"), "JUST", None),
        ("Association Rivage", Organisation("26080001000017", "autre", sensitive="CSAPA"), "SAN", None),
        ("Maison des solidarités", None, "UNKNOWN", None),
        ("Csapa Le Pont", None, "SAN", None),
    ],
    ids=["ordinary", "by its name", "by its kind", "not declared", "by its name at least"],
)
async def test_what_naming_an_organisation_reveals_is_kept_with_it(
    fresh_database: Database,
    tmp_path: Path,
    name: str,
    declared: Organisation | None,
    sensitivity: str | None,
    structure: str | None,
) -> None:
    organisation = {"id": SOLO.organisation.number, "name": name, "department_number": "08"}
    await send(fresh_database, tmp_path, "06:00:00", declared, organisation=organisation)
    assert await rows(fresh_database, "SELECT sensitivity, structure_id FROM appointments.organisation") == [
        {"sensitivity": sensitivity, "structure_id": structure}
    ]


async def test_the_day_of_rights_and_duties_is_the_persons(fresh_database: Database, tmp_path: Path) -> None:
    def change(body: Any) -> None:
        for participation in body["participations"]:
            participation["user"]["rights_opening_date"] = "2026-02-01"

    path = webhook(tmp_path, "rdv", message(change))
    assert (await ingest(fresh_database, "rdv-insertion", path)).complete
    assert await rows(fresh_database, "SELECT status, rights_and_duties_since FROM people.rsa") == [
        {"status": None, "rights_and_duties_since": date(2026, 2, 1)}
    ]
