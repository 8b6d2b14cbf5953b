"""Immersion agreements of Immersion facilitée: its API v2 (`ConventionReadDto`) and its webhook `convention.updated`.

A file is a convention, an array of them, or a notification that holds one. The host is told by its SIRET, and the
agency that validates by its own. Not taken: contacts of the signatories, emergency contact, financial help,
representative, current employer, tutor, activities. A convention bears no number of the person: it is attached to the
one known person of the agency's département with the same names and birth date (docs/domain.md#immersion-facilitee).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from schema.confidential import Confidential
from schema.days import day_of
from subgraphs.kit.ingest.excerpts import Items
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.json_records import convert, convert_setting_aside, loads
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.text_forms import chosen, day, instant, ways_of_contact
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.kit.ingest.webhook import Webhook, by_header
from subgraphs.kit.sensitive_organisations import strictest
from subgraphs.offers import journey_tables as tables
from subgraphs.offers.sources import immersion_offers
from subgraphs.offers.sources.immersion_offers import NAME, Vanished, remove_offer, write_offer
from subgraphs.offers.sources.journey import Item, JourneySource

EVENT = "convention.updated"
ENDED = ("REJECTED", "CANCELLED", "DEPRECATED")
"""States in which the host's link to the person ends with the last change; else it ends with the immersion."""
OBJECTIVES = {
    "Confirmer un projet professionnel": "CONFIRMER_UN_PROJET_PROFESSIONNEL",
    "Découvrir un métier ou un secteur d'activité": "DECOUVRIR_UN_METIER",
    "Initier une démarche de recrutement": "INITIER_UN_RECRUTEMENT",
}
Siret = Annotated[str, msgspec.Meta(pattern=r"^\d{14}$")]
Name = Annotated[str, msgspec.Meta(min_length=1)]

CONVENTION: Fields = {
    "id": Used.RECORD,
    "status": "ImmersionAgreement.status",
    "dateSubmission": Used.SCOPE,
    "dateStart": "ImmersionAgreement.startsOn",
    "dateEnd": "ImmersionAgreement.endsOn",
    "updatedAt": Used.AS_OF,
    "businessName": ("ImmersionAgreement.companyName", Used.REVEALS),
    "siret": ("ImmersionAgreement.siret", Used.SCOPE),
    "immersionObjective": "ImmersionAgreement.objective",
    "immersionAppellation.": {
        "romeCode": "ImmersionAgreement.romeCode",
        "appellationLabel": "ImmersionAgreement.occupation",
        ("romeLabel", "appellationCode"): Unkept.SAID_BETTER,
    },
    "internshipKind": Used.SELECTION,
    "signatories.": {
        "beneficiary.": {
            "firstName": "Person.firstName",
            "lastName": "Person.lastName",
            "birthdate": "Person.birthDate",
            "isRqth": "ImmersionAgreement.isRqth Person.hasRqth",
            ("email", "phone"): Used.MATCH,
            ("role", "signedAt"): Unkept.TECHNICAL,
            ("emergencyContact", "emergencyContactPhone", "emergencyContactEmail"): Unkept.PROFESSIONAL,
            "financiaryHelp": Unkept.FREE_TEXT,
            ("levelOfEducation", "schoolName", "schoolPostcode"): Unkept.NO_PURPOSE,
        },
        ("establishmentRepresentative.*", "beneficiaryRepresentative.*"): Unkept.PROFESSIONAL,
        "beneficiaryCurrentEmployer.*": Unkept.PROFESSIONAL,
    },
    "establishmentTutor.*": Unkept.PROFESSIONAL,
    "agencyKind": ("ImmersionAgreement.agencyKind", Used.REVEALS),
    "agencyDepartment": Used.MATCH,
    "agencySiret": Used.SCOPE,
    ("agencyId", "agencyName", "agencyContactEmail", "agencyRefersTo*"): Unkept.SAID_BETTER,
    ("agencyValidationSteps", "isEstablishmentBanned", "renewed*", "validators*"): Unkept.TECHNICAL,
    "assessment.": {
        "status": "ImmersionAgreement.assessment",
        "endedWithAJob": "ImmersionAgreement.endedWithJob",
        ("signedAt", "createdAt"): Unkept.NO_PURPOSE,
    },
    ("immersionAddress", "remoteWorkMode", "schedule*"): Unkept.NOT_SERVED_YET,
    ("individualProtection*", "sanitaryPrevention*", "workConditions"): Unkept.NO_PURPOSE,
    ("businessAdvantages", "immersionActivities", "immersionSkills", "statusJustification"): Unkept.FREE_TEXT,
}
FIELDS: Fields = {
    ("", "payload.convention."): CONVENTION,
    "subscribedEvent": Used.SELECTION,
    "data.": immersion_offers.FIELDS,
    "pagination.": {("totalRecords", "currentPage", "totalPages", "numberPerPage"): Used.CHECK},
}


class Appellation(Confidential, frozen=True, rename="camel"):
    """The occupation, in the ROME."""

    rome_code: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]\d{4}$")]
    appellation_label: str


class Beneficiary(Confidential, frozen=True, rename="camel"):
    """The person, as far as it is read."""

    first_name: Name
    last_name: Name
    birthdate: str
    email: str | None = None
    phone: str | None = None
    is_rqth: bool | None = None


class Signatories(Confidential, frozen=True):
    """Who signs; the beneficiary only."""

    beneficiary: Beneficiary


class Assessment(Confidential, frozen=True, rename="camel"):
    """What the host says at the end."""

    status: Literal["COMPLETED", "PARTIALLY_COMPLETED", "DID_NOT_SHOW"]
    ended_with_a_job: bool | None = msgspec.field(name="endedWithAJob", default=None)


class Convention(Confidential, frozen=True, rename="camel"):
    """A convention, as far as it is read."""

    id: UUID
    status: Literal[
        "READY_TO_SIGN", "PARTIALLY_SIGNED", "IN_REVIEW", "REJECTED", "CANCELLED", "DEPRECATED",
        "ACCEPTED_BY_COUNSELLOR", "ACCEPTED_BY_VALIDATOR",
    ]  # fmt: skip
    date_submission: str
    date_start: str
    date_end: str
    updated_at: str
    business_name: Name
    siret: Siret
    immersion_appellation: Appellation
    internship_kind: str
    signatories: Signatories
    agency_kind: Name
    agency_department: str
    agency_siret: Siret | None = None
    immersion_objective: str | None = None
    assessment: Assessment | None = None


def sent_at(body: bytes) -> datetime:
    """When the convention of a notification changed, which is when it was sent; raises Refused."""
    convention = _notified(loads(body))
    updated_at = convention.get("updatedAt") if isinstance(convention, dict) else None
    if not isinstance(updated_at, str):
        raise Refused("SCHEMA_INVALID", "payload.convention.updatedAt")
    return instant(updated_at, "payload.convention.updatedAt")


def _the_convention(body: bytes) -> bytes:
    """The convention of a notification alone: its date is that of the message; raises Refused."""
    convention = _notified(loads(body))
    if not isinstance(convention, dict) or "signatories" not in convention:
        raise Refused("FORMAT_UNKNOWN", "payload.convention")
    return msgspec.json.encode(convention)


class ImmersionFacile(JourneySource):
    """The source `immersion-facile`: one convention, or one offer, is one group."""

    name = NAME
    reads = "conventions et offres d'Immersion facilitée"
    fields = FIELDS
    list_key = "data"
    is_list = True
    pieces = Items("data")
    webhook = Webhook(by_header, sent_at, _the_convention, is_local=True)

    def records(self, content: Any) -> list[Any]:
        """Return the convention of a document that is no list; raises Refused FORMAT_UNKNOWN."""
        if isinstance(content, dict) and content.get("subscribedEvent") == EVENT:
            content = _notified(content)
        if not isinstance(content, dict) or "signatories" not in content:
            raise Refused("FORMAT_UNKNOWN", detail="neither a convention nor its notification")
        return [content]

    def place(self, record: object) -> str:
        """Return the path of an offer in its page; a convention is the document itself."""
        return "data." if _is_offer(record) or _is_removal(record) else ""

    async def write(self, store: Store, record: object, options: Options) -> Outcome:
        """Write one convention with its person and its link, or one offer, or remove that; a mini-stage is a pupil's,
        and left out."""
        if _is_removal(record):
            return await remove_offer(store, convert(record, Vanished))
        if _is_offer(record):
            store.scope.require_party()
            return await write_offer(store, record, options.as_of)
        convention = convert_setting_aside(record, Convention, store.set_aside)
        if convention.internship_kind != "immersion":
            store.set_aside("VALUE_UNKNOWN", "internshipKind")
            return Outcome.UNCHANGED
        key = str(convention.id)
        store.scope.require_party(convention.siret, convention.agency_siret)
        store.scope.require_department(convention.agency_department, "agencyDepartment")
        store.scope.require_party_of(await store.row(tables.immersion_agreement, source=NAME, source_id=key))
        as_of = instant(convention.updated_at, "updatedAt")
        if not await self.items.admit(store, key, as_of):
            return Outcome.OLDER
        starts_on, ends_on = day(convention.date_start[:10], "dateStart"), day(convention.date_end[:10], "dateEnd")
        if starts_on is None or ends_on is None or ends_on < starts_on:
            raise Refused("DATE_INVALID", "dateEnd")
        assessment = convention.assessment
        item = Item(
            table=tables.immersion_agreement,
            key=key,
            as_of=as_of,
            person=_person(convention, ends_on),
            owner=convention.siret,
            since=day_of(instant(convention.date_submission, "dateSubmission")),
            until=day_of(as_of) if convention.status in ENDED else ends_on,
            recorded_by=convention.agency_siret,
            values={
                "status": convention.status,
                "objective": chosen(convention.immersion_objective, OBJECTIVES, "immersionObjective", store.set_aside),
                "siret": convention.siret,
                "company_name": convention.business_name,
                "rome_code": convention.immersion_appellation.rome_code,
                "occupation": convention.immersion_appellation.appellation_label,
                "starts_on": starts_on,
                "ends_on": ends_on,
                "agency_kind": convention.agency_kind,
                "sensitivity": strictest([convention.agency_kind], convention.business_name),
                "assessment": assessment and assessment.status,
                "ended_with_job": assessment and assessment.ended_with_a_job,
                "is_rqth": convention.signatories.beneficiary.is_rqth,
            },
        )
        await self.items.put(store, item)
        return store.outcome


def _is_offer(record: object) -> bool:
    return isinstance(record, dict) and "rome" in record


def _is_removal(record: object) -> bool:
    return isinstance(record, dict) and "vanished" in record


def _notified(content: Any) -> Any:
    """The convention of a notification, if it holds one."""
    payload = content.get("payload") if isinstance(content, dict) else None
    return payload.get("convention") if isinstance(payload, dict) else None


def _person(convention: Convention, ends_on: date) -> PersonRecord:
    who = convention.signatories.beneficiary
    return PersonRecord(
        source=NAME,
        source_id=f"convention:{convention.id}",
        as_of=instant(convention.updated_at, "updatedAt"),
        first_name=who.first_name,
        last_name=who.last_name,
        birth_date=day(who.birthdate[:10], "signatories.beneficiary.birthdate"),
        department=convention.agency_department,
        rqth_ends_on=ends_on if who.is_rqth else None,
        by_identity=True,
        reached_at=ways_of_contact(who.email, who.phone),
    )
