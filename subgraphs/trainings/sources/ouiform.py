"""Training projects and placements of people: a feed of our own that stands for OuiForm's, which has no public API.

JSON Lines, UTF-8; one line is the whole state of one placement or of one project, or its removal:

    {"positionnement": "POS-1", "maj": "2026-11-02T09:30:00+01:00", "etat": "RETENU",
     "personne": {"source": "rdv-insertion", "reference": "4201"},
     "session": "S-1", "organisme": "99900020800011", "prescripteur": "99900010100001",
     "dates": {"proposition": "2026-10-12", "decision": "2026-10-30", "entree": null, "sortie": null},
     "prerequis": true, "amenagement_demande": false}
    {"positionnement": "POS-2", "maj": "2026-11-02T09:30:00+01:00", "supprime": true}
    {"projet": "PRJ-1", "maj": "2026-10-01T09:30:00+02:00", "formacode": "42752", "date": "2026-10-01",
     "personne": {"source": "rdv-insertion", "reference": "4201"}, "organisme": "99900010100001"}

`etat` is one of `tables.STATUSES` (docs/domain.md#trainings); `session` is the LHEO number; `organisme` (of a
placement, the provider, whose own item it is; of a project, who recorded it) and `prescripteur` are SIRETs; `personne`
is the key by which a source that was ingested before knows the person. `amenagement_demande` says that one was asked
for, never which: reasons and accommodations, free text, have no field. Lines may come late or twice: the newest `maj`
counts, and a removal is final.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from sqlalchemy import Table

from schema.confidential import Confidential
from schema.days import day_of
from schema.facts import Fact
from subgraphs.kit.ingest.excerpts import Lines
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused, Report
from subgraphs.kit.ingest.json_lines import Instant, Key, PersonKey, Siret, content_of, person_of, records
from subgraphs.kit.ingest.json_records import convert_setting_aside
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.source_fields import Fields, Used
from subgraphs.kit.ingest.text_forms import utc
from subgraphs.kit.ingest.unit_of_work import Options, Session, Source, read_files
from subgraphs.trainings import tables
from subgraphs.trainings.sources import lheo
from subgraphs.trainings.sources.ouiform_events import WEBHOOK

NAME = "ouiform"
ENDED = ("REFUSE", "ABANDONNE")
"""States in which the provider's link to the person ends with the decision; else it ends with the exit."""

FIELDS: Fields = {
    "positionnement": ("TrainingPlacement.id", Used.RECORD),
    "projet": ("TrainingProject.id", Used.RECORD),
    "maj": Used.AS_OF,
    "supprime": Used.SELECTION,
    ("personne.source", "personne.reference"): Used.MATCH,
    "etat": "TrainingPlacement.status",
    "session": "TrainingPlacement.session",
    ("organisme", "prescripteur"): Used.SCOPE,
    "dates.": {
        "proposition": "TrainingPlacement.proposedOn",
        "decision": "TrainingPlacement.decidedOn",
        "entree": "TrainingPlacement.enteredOn",
        "sortie": "TrainingPlacement.endedOn",
    },
    "prerequis": "TrainingPlacement.prerequisitesMet",
    "amenagement_demande": "TrainingPlacement.accommodationRequested",
    "formacode": "TrainingProject.formacode",
    "date": "TrainingProject.recordedOn",
}


class Dates(Confidential, frozen=True, forbid_unknown_fields=True):
    """Days of the steps of a placement."""

    proposition: date
    decision: date | None = None
    entree: date | None = None
    sortie: date | None = None


class Placement(Confidential, frozen=True, forbid_unknown_fields=True):
    """The state of a placement."""

    positionnement: Key
    maj: Instant
    etat: str
    personne: PersonKey
    session: Key
    organisme: Siret
    dates: Dates
    prescripteur: Siret | None = None
    prerequis: bool | None = None
    amenagement_demande: bool | None = None


class Project(Confidential, frozen=True, forbid_unknown_fields=True):
    """The state of a training project."""

    projet: Key
    maj: Instant
    formacode: Annotated[str, msgspec.Meta(pattern=r"^\d{5}$")]
    date: date
    personne: PersonKey
    organisme: Siret


class Removal(Confidential, frozen=True, forbid_unknown_fields=True):
    """A placement or a project that the source has deleted: one of the two keys."""

    maj: Instant
    supprime: bool
    positionnement: Key | None = None
    projet: Key | None = None


class OuiForm(Source):
    """The source `ouiform`: one line is one group."""

    name = NAME
    reads = "positionnements en formation, leur état, et projets de formation, une ligne JSON par état"
    role = "trainings_ingest"
    pieces = Lines()
    webhook = WEBHOOK
    fields = FIELDS

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""
        return await read_files(self.name, paths, session, records, _write)


async def _write(line: bytes, store: Store) -> Outcome:
    message = _read(line, store)
    exit_unread = any(aside.path == "dates.sortie" for aside in store.asides)
    table, key = _item(message)
    at = utc(message.maj, "maj")
    before = await store.row(table, source=NAME, source_id=key)
    store.scope.require_party_of(before)
    if not isinstance(message, Removal):
        store.scope.require_party(message.organisme, message.prescripteur if isinstance(message, Placement) else None)
    if not await store.admit(tables.source_record, NAME, key, at, removed=isinstance(message, Removal)):
        return Outcome.OLDER
    if isinstance(message, Removal):
        gone = await store.delete(table, source=NAME, source_id=key)
        if before is not None and table is tables.training_project:
            await _keep_with_project(store, before["person_id"])
        await store.link(NAME, key, ())
        return Outcome.REMOVED if gone else Outcome.UNCHANGED
    if isinstance(message, Project):
        await _put_project(store, message, key, at)
    else:
        await _put(store, message, at, exit_unread=exit_unread)
    return store.outcome


def _read(line: bytes, store: Store) -> Placement | Project | Removal:
    content = content_of(line)
    keys = content.keys() if isinstance(content, dict) else ()
    kind: Any = Removal if "supprime" in keys else Project if "projet" in keys else Placement
    message: Placement | Project | Removal = convert_setting_aside(content, kind, store.set_aside)
    if isinstance(message, Placement) and message.etat not in tables.STATUSES:
        raise Refused("SCHEMA_INVALID", "etat")
    if isinstance(message, Removal):
        if not message.supprime:
            raise Refused("SCHEMA_INVALID", "supprime")
        if (message.positionnement is None) == (message.projet is None):
            raise Refused("SCHEMA_INVALID", "positionnement")
    return message


def _item(message: Placement | Project | Removal) -> tuple[Table, str]:
    """The table of what a message speaks of, and its key: the two kinds are numbered apart."""
    if isinstance(message, Project) or (isinstance(message, Removal) and message.projet is not None):
        return tables.training_project, f"projet:{message.projet}"
    assert message.positionnement is not None
    return tables.placement, message.positionnement


async def _put_project(store: Store, project: Project, key: str, as_of: datetime) -> None:
    """Write a project; it gives no link: whoever recorded it reads the person by another one, or not at all."""
    person_id = await person_of(store, project.personne)
    before = await store.row(tables.training_project, source=NAME, source_id=key)
    await store.put(
        tables.training_project,
        {"source": NAME, "source_id": key},
        {
            "person_id": person_id,
            "formacode": project.formacode,
            "recorded_on": project.date,
            "organisation_siret": project.organisme,
            "recorded_by": project.organisme,
            "as_of": as_of,
        },
        new={"id": store.new_key()},
    )
    for person in {person_id} | ({before["person_id"]} if before is not None else set()):
        await _keep_with_project(store, person)


async def _keep_with_project(store: Store, person_id: Any) -> None:
    """Say of each placement of the person whether it has a training project."""
    has_project = await _has_project(store, person_id)
    for row in await store.all(tables.placement, person_id=person_id):
        place = {"source": row["source"], "source_id": row["source_id"]}
        await store.put(tables.placement, place, {"with_project": has_project})


async def _has_project(store: Store, person_id: Any) -> bool:
    return bool(await store.all(tables.training_project, person_id=person_id))


async def _put(store: Store, placement: Placement, as_of: datetime, *, exit_unread: bool) -> None:
    """Write a placement and its link, which ends at once where a day of exit is told that can't be read."""
    person_id, dates = await person_of(store, placement.personne), placement.dates
    await store.put(
        tables.placement,
        {"source": NAME, "source_id": placement.positionnement},
        {
            "person_id": person_id,
            "session_id": f"{lheo.NAME}--{placement.session}",
            "status": placement.etat,
            "proposed_on": dates.proposition,
            "decided_on": dates.decision,
            "entered_on": dates.entree,
            "ended_on": dates.sortie,
            "prerequisites_met": placement.prerequis,
            "accommodation_requested": placement.amenagement_demande,
            "organisation_siret": placement.organisme,
            "recorded_by": placement.prescripteur,
            "with_project": await _has_project(store, person_id),
            "as_of": as_of,
        },
        new={"id": store.new_key()},
    )
    ended = dates.sortie or ((dates.decision or day_of(as_of)) if placement.etat in ENDED or exit_unread else None)
    link = Link(person_id, Fact.OWN_ITEM, placement.organisme, dates.proposition, ended)
    await store.link(NAME, placement.positionnement, [link])
