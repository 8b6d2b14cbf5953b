"""Rendez-vous in a feed of the hub's own: what its events of rendez-vous are made into (decision 0137).

JSON Lines, UTF-8; one line is the whole state of one rendez-vous of one person, or its removal:

    {"rendezvous": "RDV-1", "maj": "2026-11-02T09:30:00+01:00", "debut": "2026-11-12T14:00:00+01:00", "duree": 45,
     "statut": "INCONNU", "mode": "VISIO", "motif": "rsa_accompagnement",
     "personne": {"source": "orientations", "reference": "orientation:…"},
     "organisme": "99900030500011", "auteur": "99900030800011"}
    {"rendezvous": "RDV-2", "maj": "2026-11-02T09:30:00+01:00", "supprime": true}

`organisme` receives the person, whose own item it is; `auteur` is who recorded it; `motif` is the short name of a
category of RDV-Insertion. Place, agents and free text have no field. The newest `maj` counts, and a removal is final.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from schema.confidential import Confidential
from schema.days import day_of
from schema.facts import Fact
from subgraphs.appointments import tables
from subgraphs.appointments.sources.appointment_events import WEBHOOK
from subgraphs.appointments.sources.rdvi_values import motive
from subgraphs.appointments.values import AppointmentMode, AppointmentStatus
from subgraphs.kit.ingest.excerpts import Lines
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused, Report
from subgraphs.kit.ingest.json_lines import Instant, Key, PersonKey, Siret, content_of, person_of, records
from subgraphs.kit.ingest.json_records import convert_setting_aside
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.source_fields import Fields, Used
from subgraphs.kit.ingest.text_forms import utc
from subgraphs.kit.ingest.unit_of_work import Options, Session, Source, read_files

NAME = "rendez-vous"
FIELDS: Fields = {
    "rendezvous": ("Appointment.id", Used.RECORD),
    "maj": Used.AS_OF,
    "supprime": Used.SELECTION,
    ("personne.source", "personne.reference"): Used.MATCH,
    "debut": "Appointment.startsAt",
    "duree": "Appointment.durationMinutes",
    "statut": "Appointment.status",
    "mode": "Appointment.mode",
    "motif": "Motive.category Motive.type",
    ("organisme", "auteur"): Used.SCOPE,
}


class Rendezvous(Confidential, frozen=True, forbid_unknown_fields=True):
    """The state of a rendez-vous."""

    rendezvous: Key
    maj: Instant
    debut: Instant
    statut: str
    personne: PersonKey
    organisme: Siret
    auteur: Siret | None = None
    duree: int | None = None
    mode: str | None = None
    motif: Key | None = None


class Removal(Confidential, frozen=True, forbid_unknown_fields=True):
    """A rendez-vous that the source has deleted."""

    rendezvous: Key
    maj: Instant
    supprime: bool


class AppointmentsFeed(Source):
    """The source `rendez-vous`: one line is one group."""

    name = NAME
    reads = "rendez-vous d'une personne, une ligne JSON par état ; aucun format n'en est publié, celui-ci est du hub"
    role = "appointments_ingest"
    pieces = Lines()
    webhook = WEBHOOK
    fields = FIELDS

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""
        return await read_files(self.name, paths, session, records, _write)


async def _write(line: bytes, store: Store) -> Outcome:
    message = _read(line, store)
    key, at = message.rendezvous, utc(message.maj, "maj")
    store.scope.require_party_of(await store.row(tables.appointment, source=NAME, source_id=key))
    if isinstance(message, Rendezvous):
        store.scope.require_party(message.organisme, message.auteur)
    if not await store.admit(tables.source_record, NAME, key, at, removed=isinstance(message, Removal)):
        return Outcome.OLDER
    if isinstance(message, Removal):
        gone = await store.delete(tables.appointment, source=NAME, source_id=key)
        await store.link(NAME, key, ())
        return Outcome.REMOVED if gone else Outcome.UNCHANGED
    await _put(store, message, at)
    return store.outcome


def _read(line: bytes, store: Store) -> Rendezvous | Removal:
    content = content_of(line)
    is_removal = isinstance(content, dict) and "supprime" in content
    kind: Any = Removal if is_removal else Rendezvous
    message: Rendezvous | Removal = convert_setting_aside(content, kind, store.set_aside)
    if isinstance(message, Removal):
        if not message.supprime:
            raise Refused("SCHEMA_INVALID", "supprime")
    elif message.statut not in AppointmentStatus.__members__:
        raise Refused("SCHEMA_INVALID", "statut")
    return message


async def _put(store: Store, rendezvous: Rendezvous, as_of: datetime) -> None:
    """Write a rendez-vous, and the link of who receives: to the end of its day, unless cancelled."""
    person_id = await person_of(store, rendezvous.personne)
    category, kind = motive(rendezvous.motif)
    if rendezvous.motif is not None and category is None:
        store.set_aside("VALUE_UNKNOWN", "motif")
    mode = rendezvous.mode if rendezvous.mode in AppointmentMode.__members__ else None
    if rendezvous.mode != mode:
        store.set_aside("VALUE_UNKNOWN", "mode")
    starts_at = utc(rendezvous.debut, "debut")
    await store.put(
        tables.appointment,
        {"source": NAME, "source_id": rendezvous.rendezvous},
        {
            "person_id": person_id,
            "starts_at": starts_at,
            "duration_minutes": rendezvous.duree,
            "status": rendezvous.statut,
            "mode": mode,
            "motive_category": category,
            "motive_type": kind,
            "organisation_siret": rendezvous.organisme,
            "recorded_by": rendezvous.auteur or rendezvous.organisme,
            "rdv_source_id": rendezvous.rendezvous,
            "subject_source_id": rendezvous.rendezvous,
            "as_of": as_of,
        },
        new={"id": store.new_key()},
    )
    link = Link(person_id, Fact.OWN_ITEM, rendezvous.organisme, day_of(as_of), day_of(starts_at))
    links = () if rendezvous.statut == AppointmentStatus.ANNULE.name else (link,)
    await store.link(NAME, rendezvous.rendezvous, links)
