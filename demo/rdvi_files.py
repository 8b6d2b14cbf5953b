"""Files of RDV-Insertion in their real formats: signed webhooks with their headers, and a user file per
département, a CSV or a workbook."""

from __future__ import annotations

import csv
import hmac
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson

from demo.cast import ORGANISATIONS, Invitation, Organisation, Person, Rdv
from demo.crowd import EVERY_INVITATION, EVERY_RDV, EVERYONE, EVERYONE_BY_SLUG, REACHED_BY_DOSSIER
from demo.workbook_files import workbook
from subgraphs.kit.ingest.unit_of_work import Organisation as IngestOrganisation

NAMESPACE = UUID("6f2f6c1e-5a0b-5f0e-9d7e-2f4b8a6c0d11")
HEADER = (
    "Civilité",
    "Prénom bénéficiaire",
    "Nom bénéficiaire",
    "Adresses Mails",
    "N° Téléphones",
    "Date de Naissance",
    "CP Ville",
    "N° CAF",
    "ID Iodas",
    "Référent",
    "Role",
)
ORGANISATION_MAP = {
    str(organisation.number): IngestOrganisation(organisation.siret, organisation.type, organisation.structure)
    for organisation in ORGANISATIONS
}
"""The organisations by their identifier in RDV-Insertion, as in the settings of a real hub."""


def write(folder: Path, today: date, secret: bytes) -> tuple[Path, ...]:
    """Write webhooks and user files under `folder/rdv-insertion`, signed under `secret`."""
    target = folder / "rdv-insertion"
    target.mkdir(parents=True, exist_ok=True)
    messages = {f"rdv-{rdv.number:03}.json": rdv_message(rdv, today) for rdv in EVERY_RDV}
    messages |= {f"invitation-{entry.number:03}.json": invitation_message(entry, today) for entry in EVERY_INVITATION}
    paths = [webhook(target / name, orjson.dumps(message), secret) for name, message in messages.items()]
    for department, suffix, content in (("08", "csv", user_file), ("2A", "xlsx", user_workbook)):
        path = target / f"usagers_{department}.{suffix}"
        path.write_bytes(content([entry for entry in EVERYONE if entry.department == department and not entry.silent]))
        paths.append(path)
    return tuple(paths)


def webhook(path: Path, body: bytes, secret: bytes) -> Path:
    """Write a body, and its headers beside it."""
    path.write_bytes(body)
    path.with_suffix(".headers.json").write_bytes(orjson.dumps(signed(body, secret)))
    return path


def signed(body: bytes, secret: bytes) -> dict[str, str]:
    """Return the headers with which RDV-Insertion sends a body."""
    return {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "X-RDVI-SIGNATURE": hmac.digest(secret, body, "sha256").hex(),
    }


def rdv_message(rdv: Rdv, today: date, people: Mapping[str, Person] = EVERYONE_BY_SLUG) -> dict[str, Any]:
    """Return the webhook of a rendez-vous; `people` are its participants, by slug."""
    starts_at = _at(today + timedelta(days=rdv.days), 9)
    participations = [
        {
            "id": rdv.number * 100 + rank,
            "user": user(people[slug]),
            "status": status,
            "starts_at": starts_at.isoformat(timespec="milliseconds"),
            "created_at": _at(today - timedelta(days=70), 8).isoformat(timespec="milliseconds"),
            "created_by": rdv.created_by,
        }
        for rank, (slug, status) in enumerate(rdv.people)
    ]
    return {
        "data": {
            "id": rdv.number,
            "uuid": str(uuid5(NAMESPACE, f"rdv {rdv.number}")),
            "starts_at": starts_at.isoformat(timespec="milliseconds"),
            "duration_in_min": 45,
            "cancelled_at": None,
            "address": "1 place de l'Exemple",
            "created_by": rdv.created_by,
            "status": rdv.people[0][1],
            "users_count": len(rdv.people),
            "max_participants_count": None,
            "rdv_solidarites_rdv_id": rdv.number + 1000,
            "agents": _agents(rdv, people),
            "lieu": {
                "rdv_solidarites_lieu_id": rdv.organisation.number,
                "name": "Accueil",
                "address": "1 place de l'Exemple",
                "phone_number": "0639980090",
            },
            "motif": {
                "rdv_solidarites_motif_id": rdv.number,
                "name": "Entretien",
                "collectif": len(rdv.people) > 1,
                "location_type": rdv.location,
                "follow_up": False,
                "motif_category": _category(rdv.category),
            },
            "users": [participation["user"] for participation in participations],
            "organisation": _organisation(rdv.organisation),
            "participations": participations,
        },
        "meta": {"model": "Rdv", "event": "created", "timestamp": _stamp(today - timedelta(days=1), 18)},
    }


def invitation_message(invitation: Invitation, today: date) -> dict[str, Any]:
    """Return the webhook of an invitation."""
    sent = _at(today + timedelta(days=invitation.days), 10)
    return {
        "data": {
            "id": invitation.number,
            "user": user(EVERYONE_BY_SLUG[invitation.slug]),
            "format": invitation.format,
            "clicked": invitation.clicked,
            "rdv_with_referents": False,
            "created_at": sent.isoformat(timespec="milliseconds"),
            "delivered_at": sent.isoformat(),
            "expires_at": (sent + timedelta(days=15)).isoformat(),
            "delivery_status": "delivered",
            "motif_category": _category(invitation.category),
        },
        "meta": {"model": "Invitation", "event": "updated", "timestamp": _stamp(today - timedelta(days=1), 18)},
    }


def user_file(people: list[Person]) -> bytes:
    """Return the user file of an organisation."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(HEADER)
    for row in _user_rows(people):
        writer.writerow([f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row])
    return text.getvalue().encode()


def user_workbook(people: list[Person]) -> bytes:
    """Return the user file of an organisation as a workbook, where days are days."""
    return workbook("Usagers", [HEADER, *_user_rows(people)])


def _user_rows(people: list[Person]) -> list[tuple[str | date, ...]]:
    return [
        (
            person.civility.capitalize(),
            person.first_name,
            person.last_name,
            *(("", "") if person.slug in REACHED_BY_DOSSIER else (person.email, person.phone)),
            person.birth_date,
            f"{person.place.postal_code} {person.place.name}",
            f"CAF{person.dossier}" if person.dossier else "",
            internal_id(person),
            person.referent.email if person.referent else "",
            person.role,
        )
        for person in people
    ]


def internal_id(person: Person) -> str:
    """Return the key of the person in its département's own system."""
    return f"DEMO{person.number:06}"


def user(person: Person) -> dict[str, Any]:
    """Return a person as webhooks and the API give it."""
    reached = person.slug not in REACHED_BY_DOSSIER
    return {
        "id": person.number + 5000,
        "uid": None,
        "affiliation_number": person.dossier,
        "role": person.role,
        "created_at": "2026-01-15T09:00:00.000+01:00",
        "department_internal_id": internal_id(person),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "title": person.civility,
        "address": f"{person.street}, {person.place.postal_code} {person.place.name}",
        "phone_number": f"+33{person.phone[1:]}" if reached else None,
        "email": person.email if reached else None,
        "birth_date": str(person.birth_date),
        "rights_opening_date": f"2024-{person.number % 12 + 1:02}-01" if person.dossier else None,
        "birth_name": person.birth_name,
        "rdv_solidarites_user_id": person.number + 7000,
        "nir": None,
        "france_travail_id": None,
        "carnet_de_bord_carnet_id": None,
    }


def _agents(rdv: Rdv, people: Mapping[str, Person]) -> list[dict[str, Any]]:
    """Return the agents of a rendez-vous: its participants' référents in its organisation."""
    expected = (people[slug].referent for slug, _ in rdv.people)
    agents = dict.fromkeys(agent for agent in expected if agent is not None and agent.organisation == rdv.organisation)
    return [
        {
            "id": rdv.number * 10 + rank,
            "email": agent.email,
            "first_name": agent.first_name,
            "last_name": agent.last_name,
            "rdv_solidarites_agent_id": rdv.number * 10 + rank + 9000,
        }
        for rank, agent in enumerate(agents)
    ]


def _organisation(organisation: Organisation) -> dict[str, Any]:
    return {
        "id": organisation.number,
        "name": organisation.name,
        "email": None,
        "phone_number": "0639980090",
        "department_number": organisation.department,
        "rdv_solidarites_organisation_id": organisation.number + 100,
        "motif_categories": [],
    }


def _category(short_name: str | None) -> dict[str, Any] | None:
    return None if short_name is None else {"id": 1, "short_name": short_name, "name": short_name}


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _stamp(day: date, hour: int) -> str:
    return f"{_at(day, hour):%Y-%m-%d %H:%M:%S} +0000"
