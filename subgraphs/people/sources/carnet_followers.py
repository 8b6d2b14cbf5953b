"""Professionals and reorientations of Carnet de bord (CSV): who may follow, and who follows from now on.

A row of a reorientation changes who follows a beneficiary: it adds and takes away, and counts once for each day that a
file is given for. A file of beneficiaries of a later day says anew who follows. It has names and a birth date alone, so
that it speaks of those only whom a file of beneficiaries has named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from schema.days import day_of
from subgraphs.kit.columns import UNMERGED
from subgraphs.kit.ingest.csv_rows import Row
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.person_registry import People, PersonRecord, Referent, ReferentOrganisation
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.table_shapes import Row as StoredRow
from subgraphs.kit.ingest.text_forms import day, emails, phones
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.people import journey_tables
from subgraphs.people.sources import carnet_values as v
from subgraphs.people.sources.carnet_beneficiaries import BORN, FIRST_NAME, LAST_NAME, follower_structure
from subgraphs.people.sources.carnet_forms import beneficiary_key
from subgraphs.people.tables import identity, source_record, structure

EMAIL, PHONE = "Courriel*", "Téléphone"
PROFESSIONALS = (EMAIL, FIRST_NAME, LAST_NAME)
PROFESSIONALS_OPTIONAL = (PHONE,)
ADDED, REMOVED, ATTACHED = "Accompagnateurs à ajouter", "Accompagnateurs à supprimer", "Structures à rattacher"
REORIENTATIONS = (FIRST_NAME, LAST_NAME, BORN, ADDED, REMOVED, ATTACHED)
SYNONYMS = {"Accompagnateurs à enlever": REMOVED}
SAID_BEFORE = frozenset(identity.c.keys()) - {"source", "source_id", "as_of", "person_id", UNMERGED}
"""Columns of a beneficiary's record that a reorientation leaves as they are."""
FOLLOWING = {"referent_organisation", "structure_id"}


@dataclass(frozen=True, slots=True, repr=False)
class ProfessionalRow:
    """One professional."""

    people: People
    row: Row
    as_of: datetime

    async def write(self, store: Store) -> Outcome:
        """Write the professional, who follows nobody by that."""
        addresses = emails(self.row[EMAIL], EMAIL, store.set_aside)
        if len(addresses) != 1:
            raise Refused("EMAIL_INVALID", EMAIL)
        place = f"professionnel:{self.people.opaque_key(v.NAME, addresses[0])}"
        if not await store.admit(source_record, v.NAME, place, self.as_of):
            return Outcome.OLDER
        numbers = phones(self.row[PHONE], PHONE, store.set_aside)
        professional = Referent(
            addresses[0],
            self.row[FIRST_NAME] or None,
            self.row[LAST_NAME] or None,
            phone=numbers[0] if numbers else None,
        )
        await self.people.put_professional(store, v.NAME, self.as_of, professional)
        return store.outcome


@dataclass(frozen=True, slots=True, repr=False)
class ReorientationRow:
    """One change of who follows a beneficiary."""

    people: People
    row: Row
    as_of: datetime
    options: Options

    async def write(self, store: Store) -> Outcome:
        """Apply the change, unless it was applied, or a later file has said who follows."""
        place = f"reorientation:{self.people.opaque_key(v.NAME, *(self.row[column] for column in REORIENTATIONS))}"
        applied = await store.row(source_record, source=v.NAME, source_id=place)
        if applied is not None and applied["as_of"] >= self.as_of:
            return Outcome.UNCHANGED if applied["as_of"] == self.as_of else Outcome.OLDER
        record, own = await self._record(store)
        if own["as_of"] > self.as_of:
            return Outcome.OLDER
        await store.admit(source_record, v.NAME, place, self.as_of)
        person_id = await self.people.put(store, record)
        await self.people.put(store, replace(record, referents=await self._followers(store, person_id)))
        await self._orientation(store, person_id, record)
        return store.outcome

    async def _record(self, store: Store) -> tuple[PersonRecord, StoredRow]:
        """The beneficiary's record with the structure that follows now, and what was known of it."""
        born = day(self.row[BORN], BORN)
        names = self.row[LAST_NAME], self.row[FIRST_NAME]
        place = f"beneficiaire:{beneficiary_key(self.people, self.options.department or '', *names, born)}"
        own = await store.row(identity, source=v.NAME, source_id=place)
        if own is None:
            raise Refused("PERSON_UNKNOWN", LAST_NAME)
        attached = follower_structure(self.row, self.options, store, ATTACHED)
        record = PersonRecord(
            source=v.NAME,
            source_id=place,
            as_of=self.as_of,
            first_name=names[1] or None,
            last_name=names[0] or None,
            birth_date=born,
            department=self.options.department,
            referent_organisation=attached or await _structure(store, own),
            withheld=SAID_BEFORE if attached is None else SAID_BEFORE - FOLLOWING,
        )
        return record, own

    async def _followers(self, store: Store, person_id: UUID) -> tuple[Referent, ...]:
        """Those whom the tool has named for the person, with the change applied."""
        added = emails(self.row[ADDED], ADDED, store.set_aside)
        removed = emails(self.row[REMOVED], REMOVED, store.set_aside)
        followers: dict[str, Referent] = {}
        for row in await store.all(journey_tables.referent, person_id=person_id):
            agent = await store.row(journey_tables.agent, id=row["agent_id"])
            if row["source"] == v.NAME and agent is not None and agent["email"] not in removed:
                followers[agent["email"]] = Referent(
                    agent["email"], agent["first_name"], agent["last_name"], row["since"], agent["phone"]
                )
        for email in added:
            followers.setdefault(email, Referent(email, since=day_of(self.as_of)))
        return tuple(followers.values())

    async def _orientation(self, store: Store, person_id: UUID, record: PersonRecord) -> None:
        """The orientation to the structure that the row attaches, from the day of the file."""
        attached = record.referent_organisation
        if not self.row[ATTACHED] or attached is None or attached.structure is None:
            return
        place = {"source": v.NAME, "source_id": f"{record.source_id}:{attached.structure}"}
        values = {
            "person_id": person_id,
            "starts_on": day_of(self.as_of),
            "structure_id": attached.structure,
            "organisation_siret": attached.siret,
            "as_of": self.as_of,
        }
        await store.put(journey_tables.orientation, place, values, new={"id": store.new_key()})


async def _structure(store: Store, own: StoredRow | None) -> ReferentOrganisation | None:
    """The structure that followed before, with what naming it reveals."""
    if own is None or own["referent_organisation"] is None:
        return None
    row = await store.row(structure, id=own["structure_id"])
    return ReferentOrganisation(
        own["referent_organisation"], own["structure_id"], None if row is None else row["sensitivity"]
    )
