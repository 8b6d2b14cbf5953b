"""Webhooks of RDV-Insertion: proven by their signature, then read strictly into what the hub uses of them.

`X-RDVI-Signature` is the hexadecimal HMAC-SHA-256 of the body under the shared secret. A body that is not UTF-8 was
signed before it was written in Latin-1: that form is tried too (upstream: rdv-insertion `docs/api/description`,
les-emplois `itou/www/rdv_insertion/views.py`). Other fields of the payload are dropped unseen. What becomes of each
is `FIELDS`.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from itertools import product
from typing import Literal, TypeVar

from msgspec import UNSET, UnsetType, field

from schema.confidential import Confidential
from schema.overlapping_keys import accepted
from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.json_records import convert, loads
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.text_forms import instant

SIGNATURE = "x-rdvi-signature"
Status = Literal["unknown", "seen", "excused", "revoked", "noshow"]
T = TypeVar("T")

AGENT_FIELDS: Fields = {
    "email": "Agent.email Referent.agent GroupMember.agent",
    "first_name": "Agent.firstName",
    "last_name": "Agent.lastName",
    ("id", "rdv_solidarites_agent_id"): Unkept.TECHNICAL,
}
USER_FIELDS: Fields = {
    "id": ("SectorIdentifier.value", Used.RECORD),
    "first_name": "Person.firstName",
    "last_name": "Person.lastName",
    "birth_name": "Person.birthName",
    "birth_date": "Person.birthDate",
    "title": "Person.civility",
    "email": "Contact.email",
    "phone_number": "Contact.phones",
    "address": "Address.street Address.postalCode Address.city",
    "affiliation_number": Used.MATCH,
    "role": Used.MATCH,
    "france_travail_id": "SectorIdentifier.value",
    "rights_opening_date": "Rsa.rightsAndDutiesSince",
    "nir": ("Person.nirLastDigits", Used.NIR),
    "department_internal_id": "SectorIdentifier.value",
    "referents.": AGENT_FIELDS,
    "referents": Used.SELECTION,
    "tags*": Unkept.FREE_TEXT,
    "created_at": Unkept.NO_PURPOSE,
    ("uid", "rdv_solidarites_user_id", "carnet_de_bord_carnet_id"): Unkept.TECHNICAL,
}
CATEGORY_FIELDS: Fields = {"short_name": "Motive.category Motive.type", ("id", "name"): Unkept.SAID_BETTER}
RDV_FIELDS: Fields = {
    "id": Used.RECORD,
    "uuid": Unkept.TECHNICAL,
    "starts_at": ("Appointment.startsAt", "Appointment.day"),
    "duration_in_min": "Appointment.durationMinutes",
    "status": "Appointment.status",
    "created_by": "Appointment.initiator",
    "lieu.": {
        "name": "Appointment.placeName",
        "address": "Appointment.placeAddress",
        ("phone_number", "rdv_solidarites_lieu_id"): Unkept.NO_PURPOSE,
    },
    "address": Unkept.SAID_BETTER,
    "motif.": {
        "location_type": "Appointment.mode",
        "collectif": "Appointment.collective",
        "motif_category.": CATEGORY_FIELDS,
        "name": Unkept.FREE_TEXT,
        "follow_up": Unkept.NOT_SERVED_YET,
        "rdv_solidarites_motif_id": Unkept.TECHNICAL,
    },
    "organisation.": {
        "id": ("Appointment.organisation Organisation.siret Organisation.type", Used.SCOPE),
        "name": ("Organisation.name", Used.REVEALS),
        "department_number": ("Organisation.department", Used.SCOPE),
        ("email", "phone_number"): Unkept.PROFESSIONAL,
        ("motif_categories*", "rdv_solidarites_organisation_id"): Unkept.TECHNICAL,
    },
    "agents.": {**AGENT_FIELDS, "email": "Agent.email Appointment.agents"},
    "users.": USER_FIELDS,
    "participations.": {
        "user.": USER_FIELDS,
        "status": "Appointment.status",
        "created_by": "Appointment.initiator",
        ("id", "starts_at", "created_at"): Unkept.SAID_BETTER,
    },
    ("cancelled_at", "max_participants_count", "users_count"): Unkept.NOT_SERVED_YET,
    ("rdv_solidarites_rdv_id", "collectif"): Unkept.TECHNICAL,
}
INVITATION_FIELDS: Fields = {
    "id": Used.RECORD,
    "user.": USER_FIELDS,
    "format": "Invitation.format",
    "clicked": "Invitation.clicked",
    ("created_at", "delivered_at"): "Invitation.sentAt",
    "expires_at": "Invitation.expiresAt",
    "delivery_status": "Invitation.deliveryStatus",
    "motif_category.": CATEGORY_FIELDS,
    "rdv_with_referents": Unkept.NO_PURPOSE,
}
FIELDS: Fields = {
    "meta.": {"timestamp": Used.AS_OF, ("model", "event"): Used.SELECTION},
    "data.": {**RDV_FIELDS, **INVITATION_FIELDS},
    "users.": USER_FIELDS,
    "pagination.": {
        ("total_count", "current_page", "total_pages"): Used.CHECK,
        ("next_page", "prev_page"): Unkept.TECHNICAL,
    },
}
"""Fields of the notifications and of the API's users."""


class Agent(Confidential, frozen=True):
    """An agent, by e-mail."""

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class User(Confidential, frozen=True):
    """A person. Keys that the audience may not see are left out of the payload, which says nothing of their value."""

    id: int
    first_name: str | None = None
    last_name: str | None = None
    birth_name: str | None = None
    birth_date: str | None = None
    title: Literal["monsieur", "madame"] | None = None
    email: str | None = None
    phone_number: str | None = None
    address: str | None = None
    affiliation_number: str | None = None
    role: Literal["demandeur", "conjoint"] | None = None
    france_travail_id: str | None = None
    rights_opening_date: str | None = None
    nir: str | UnsetType | None = UNSET
    department_internal_id: str | UnsetType | None = UNSET
    referents: list[Agent] | UnsetType = UNSET


class MotiveCategory(Confidential, frozen=True):
    """A category of motives by its stable short name."""

    short_name: str | None = None


class Motive(Confidential, frozen=True):
    """The motive of a rendez-vous, without its name, which is free text."""

    location_type: Literal["public_office", "phone", "home", "visio"] | None = None
    collectif: bool | None = None
    motif_category: MotiveCategory | None = None


class Organisation(Confidential, frozen=True):
    """The organisation that gives the rendez-vous."""

    id: int
    name: str | None = None
    department_number: str | None = None


class Place(Confidential, frozen=True):
    """Where the rendez-vous is."""

    name: str | None = None
    address: str | None = None


class Participation(Confidential, frozen=True):
    """One person's participation."""

    user: User
    status: Status
    created_by: str | None = None


class Rdv(Confidential, frozen=True):
    """A rendez-vous; `participations` is not in every payload."""

    id: int
    starts_at: str
    status: Status
    users: list[User]
    organisation: Organisation
    motif: Motive
    duration_in_min: int | None = None
    created_by: str | None = None
    lieu: Place | None = None
    agents: list[Agent] = field(default_factory=list)
    participations: list[Participation] = field(default_factory=list)


class Invitation(Confidential, frozen=True):
    """An invitation to take a rendez-vous."""

    id: int
    user: User
    format: Literal["sms", "email", "postal"] | None = None
    clicked: bool | None = None
    created_at: str | None = None
    delivered_at: str | None = None
    expires_at: str | None = None
    delivery_status: str | None = None
    motif_category: MotiveCategory | None = None


class OrganisationKey(Confidential, frozen=True):
    """Whose the rendez-vous was."""

    id: int


class Gone(Confidential, frozen=True):
    """What is left to say of an object that its source has destroyed."""

    id: int
    organisation: OrganisationKey | None = None


class Meta(Confidential, frozen=True):
    """What happened to which kind of object, and when it was told."""

    model: Literal["Rdv", "Invitation"]
    event: Literal["created", "updated", "destroyed"]
    timestamp: str


def proven(body: bytes, headers: Mapping[str, str], secret: bytes) -> bytes:
    """The body as it was signed; raises Refused WEBHOOK_SIGNATURE."""
    signature = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
    for key, signed in product(accepted(secret), (body, body.decode("latin-1").encode())):
        if hmac.compare_digest(hmac.digest(key, signed, "sha256").hex().encode(), signature.strip().lower().encode()):
            return signed
    raise Refused("WEBHOOK_SIGNATURE")


def as_signed(body: bytes) -> bytes:
    """A body that was proven before, in the form that was signed."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1").encode()
    return body


def read(body: bytes) -> tuple[Meta, Rdv | Invitation | Gone]:
    """The message of a proven body; raises Refused with the place of what is wrong."""
    message = loads(body)
    if not isinstance(message, dict) or not isinstance(message.get("data"), dict):
        raise Refused("FORMAT_UNKNOWN", "data")
    meta = convert(message.get("meta"), Meta, "meta")
    if meta.event == "destroyed":
        return meta, convert(message["data"], Gone, "data")
    if meta.model == "Rdv":
        return meta, convert(message["data"], Rdv, "data")
    return meta, convert(message["data"], Invitation, "data")


def sent_at(body: bytes) -> datetime:
    """When a proven body was sent; raises Refused with the place of what is wrong."""
    message = loads(body)
    meta = convert(message.get("meta") if isinstance(message, dict) else None, Meta, "meta")
    return instant(meta.timestamp, "meta.timestamp")
