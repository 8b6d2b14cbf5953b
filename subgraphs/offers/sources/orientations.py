"""Referrals to a service, in a format of the hub's own: what its events of referrals are made into (decision 0090).

No system publishes referrals that can be read: DORA's name the person without birth date nor NIR, so that nobody can be
found safely (decision 0099). The states are DORA's. A document is whole states or removals:

    {"results": [
      {"query_id": "…", "updated_at": "2026-11-02T09:30:00+01:00", "status": "VALIDÉE",
       "creation_date": "2026-10-20T10:00:00+02:00", "processing_date": "2026-11-02T09:30:00+01:00",
       "beneficiary": {"first_name": "…", "last_name": "…", "birth_date": "1990-01-31",
                       "france_travail_number": null, "nir": null},
       "service_id": "dora--…", "structure_siret": "…", "department": "08",
       "prescriber_structure": {"id": "dora--…", "siret": "…"}},
      {"query_id": "…", "updated_at": "2026-11-03T09:30:00+01:00", "deleted": true}]}

`service_id` and `prescriber_structure.id` are keys of data.inclusion; `structure_siret` is the structure that receives,
whose own item the referral is; `department` is that of the prescriber. Situation, requirements, attachments and contact
of the person have no field here, and one that is added is not read.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from schema.confidential import Confidential
from schema.days import day_of
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.json_records import convert
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Used
from subgraphs.kit.ingest.text_forms import instant
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.offers import journey_tables as tables
from subgraphs.offers.sources.journey import Item, JourneySource
from subgraphs.offers.sources.orientation_events import WEBHOOK

NAME = "orientations"
STATUSES = {
    "MODÉRATION_EN_COURS": "MODERATION_EN_COURS",
    "MODÉRATION_REJETÉE": "MODERATION_REJETEE",
    "OUVERTE": "OUVERTE",
    "VALIDÉE": "VALIDEE",
    "REFUSÉE": "REFUSEE",
    "EXPIRÉE": "EXPIREE",
}
ENDED = ("MODERATION_REJETEE", "REFUSEE", "EXPIREE")
"""States in which the link of the structure that receives ends with the answer."""

Siret = Annotated[str, msgspec.Meta(pattern=r"^\d{14}$")]
Name = Annotated[str, msgspec.Meta(min_length=1)]

FIELDS: Fields = {
    "results.": {
        "query_id": Used.RECORD,
        "updated_at": Used.AS_OF,
        "deleted": Used.SELECTION,
        "status": "Referral.status",
        "creation_date": "Referral.sentOn",
        "processing_date": "Referral.processedOn",
        "beneficiary.": {
            "first_name": "Person.firstName",
            "last_name": "Person.lastName",
            "birth_date": "Person.birthDate",
            "france_travail_number": "SectorIdentifier.value",
            "nir": ("Person.nirLastDigits", Used.NIR),
        },
        "service_id": "Referral.service Referral.theme",
        "structure_siret": Used.SCOPE,
        "department": Used.SCOPE,
        "prescriber_structure.": {"id": "Referral.prescriberStructure", "siret": Used.SCOPE},
    },
}


class Beneficiary(Confidential, frozen=True):
    """The person, as far as it is read."""

    first_name: Name
    last_name: Name
    birth_date: date
    france_travail_number: Annotated[str, msgspec.Meta(pattern=r"^(\d{11}|\d{7}[0-9A-Z])$")] | None = None
    nir: str | None = None


class Prescriber(Confidential, frozen=True):
    """The structure that refers."""

    id: Name
    siret: Siret | None = None


class Referral(Confidential, frozen=True):
    """The state of a referral."""

    query_id: UUID
    updated_at: str
    status: str
    creation_date: str
    beneficiary: Beneficiary
    service_id: Name
    structure_siret: Siret
    department: str
    processing_date: str | None = None
    prescriber_structure: Prescriber | None = None


class Removal(Confidential, frozen=True):
    """A referral that the source has deleted, or made anonymous."""

    query_id: UUID
    updated_at: str
    deleted: bool


class Orientations(JourneySource):
    """The source `orientations`: one referral is one group."""

    name = NAME
    reads = "orientations vers un service, JSON ; aucun format n'en est publié, celui-ci est du hub"
    webhook = WEBHOOK
    fields = FIELDS

    async def write(self, store: Store, record: object, options: Options) -> Outcome:
        """Write one referral, or remove it, with its person and its link."""
        if isinstance(record, dict) and "deleted" in record:
            return await self._remove(store, convert(record, Removal))
        referral = convert(record, Referral)
        if referral.status not in STATUSES:
            raise Refused("SCHEMA_INVALID", "status")
        key, status = str(referral.query_id), STATUSES[referral.status]
        as_of = instant(referral.updated_at, "updated_at")
        recorded_by = referral.prescriber_structure.siret if referral.prescriber_structure else None
        store.scope.require_party(referral.structure_siret, recorded_by)
        store.scope.require_department(referral.department, "department")
        store.scope.require_party_of(await store.row(tables.referral, source=NAME, source_id=key))
        if not await self.items.admit(store, key, as_of):
            return Outcome.OLDER
        sent_on = day_of(instant(referral.creation_date, "creation_date"))
        answered = referral.processing_date and day_of(instant(referral.processing_date, "processing_date"))
        item = Item(
            table=tables.referral,
            key=key,
            as_of=as_of,
            person=_person(referral),
            owner=referral.structure_siret,
            since=sent_on,
            until=(answered or day_of(as_of)) if status in ENDED else None,
            recorded_by=recorded_by,
            values={
                "service_id": referral.service_id,
                "status": status,
                "sent_on": sent_on,
                "processed_on": answered or None,
                "prescriber_structure_id": referral.prescriber_structure and referral.prescriber_structure.id,
            },
        )
        await self.items.put(store, item)
        return store.outcome

    async def _remove(self, store: Store, removal: Removal) -> Outcome:
        if not removal.deleted:
            raise Refused("SCHEMA_INVALID", "deleted")
        key = str(removal.query_id)
        store.scope.require_party_of(await store.row(tables.referral, source=NAME, source_id=key))
        if not await self.items.admit(store, key, instant(removal.updated_at, "updated_at"), removed=True):
            return Outcome.OLDER
        return await self.items.remove(store, tables.referral, key, _person_key(removal.query_id))


def _person_key(query_id: UUID) -> str:
    return f"orientation:{query_id}"


def _person(referral: Referral) -> PersonRecord:
    who = referral.beneficiary
    return PersonRecord(
        source=NAME,
        source_id=_person_key(referral.query_id),
        as_of=instant(referral.updated_at, "updated_at"),
        first_name=who.first_name,
        last_name=who.last_name,
        birth_date=who.birth_date,
        nir=who.nir or None,
        france_travail_id=who.france_travail_number,
        department=referral.department,
        by_identity=True,
    )
