"""The registry of people as sources of any subgraph see it, without knowing the subgraph `people`.

Each source receives the registry (`subgraphs.people.registry`) as `People`: it matches, consolidates and links.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.kit.ingest.row_store import Store


@dataclass(frozen=True, slots=True, repr=False)
class Rsa:
    """RSA rights of one person in one dossier; `department` is the Conseil départemental that pays. Of the motive of a
    suspension only the family is told."""

    status: str
    requested_on: date | None
    rights_and_duties: bool | None
    suspended_on: date | None
    department: str | None
    suspension_reason: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Household:
    """The household of a dossier's adults: SITFAM code of the CNAF, number of dependent children."""

    family_situation: str | None
    dependent_children: int


@dataclass(frozen=True, slots=True, repr=False)
class Referent:
    """A professional who follows the person, identified by e-mail."""

    email: str
    first_name: str | None = None
    last_name: str | None = None
    since: date | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ReferentOrganisation:
    """The organisation that follows the person: its SIRET, its key in the offer, and what its name reveals."""

    siret: str
    structure: str | None = None
    sensitivity: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Orientation:
    """An orientation of a person: its pathway (`people.orientation`), if it is known, and its days."""

    pathway: str | None
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class PersonRecord:
    """The statements of one record of one source about one person.

    `nir`: only its hash and its last three digits are stored. `organisme` is FONORG:NUMORG. Phones have ten digits.
    `department` is the Conseil départemental in charge, within which `department_internal_id` is a key.
    `referent_organisation` is the organisme référent, whose structure the referents share; `referents` is None if the
    record says nothing of them. `income_band` is that of the household in `income_month`, and `earned_income` whether
    the person itself had income from work then. `education_code` is the level in the source's own list; `rqth_ends_on`
    is the last day on which the record knows of a RQTH. `withheld` names columns of `people.identity` that the record
    does not decide, so that earlier values stay. `by_identity`: the record creates no person but one that an agent
    confirmed (0152); if none of its keys is known, it is attached to the one known person of the département with the
    same names and birth date, of whom the birth place, an e-mail or telephone or the matricule agrees too. `reached_at`
    (e-mails and telephones) and `birth_place` (INSEE code of a commune or country) are compared and not kept;
    `asked_about` is the person about whom the hub has asked the source.
    """

    source: str
    source_id: str
    as_of: datetime
    civility: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    birth_name: str | None = None
    birth_date: date | None = None
    nir: str | None = None
    organisme: str | None = None
    matricule: str | None = None
    role: str | None = None
    france_travail_id: str | None = None
    department: str | None = None
    department_internal_id: str | None = None
    email: str | None = None
    phones: tuple[str, ...] = ()
    contact_origin: str = "PERSONNE"
    contact_authorisation: str = "I"
    postal_code: str | None = None
    city: str | None = None
    city_code: str | None = None
    rsa: Rsa | None = None
    household: Household | None = None
    birth_city_code: str | None = None
    rsa_rights_and_duties_since: date | None = None
    registered_on: date | None = None
    registration_category: str | None = None
    referent_organisation: ReferentOrganisation | None = None
    referents: tuple[Referent, ...] | None = None
    birth_country_code: str | None = None
    identity_certified: bool | None = None
    request_number: str | None = None
    street: str | None = None
    work_situation: str | None = None
    unemployment_insurance: bool | None = None
    specific_solidarity: bool | None = None
    income_month: date | None = None
    income_band: str | None = None
    earned_income: bool | None = None
    pass_iae: str | None = None
    activity_bonus: bool | None = None
    education_level: str | None = None
    education_code: str | None = None
    diploma: str | None = None
    driving_licence: bool | None = None
    own_transport: bool | None = None
    rsa_beneficiary: bool | None = None
    rsa_entitled_since: date | None = None
    rsa_increased: bool | None = None
    registration_status: str | None = None
    registered_months_in_last_year: int | None = None
    registered_months_in_last_two_years: int | None = None
    registered_months_in_last_three_years: int | None = None
    in_priority_district: bool | None = None
    rqth_starts_on: date | None = None
    rqth_ends_on: date | None = None
    employment_obligation: bool | None = None
    withheld: frozenset[str] = frozenset()
    by_identity: bool = False
    reached_at: tuple[str, ...] = ()
    birth_place: str | None = None
    asked_about: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False)
class DossierContact:
    """The contact of a whole dossier, which is identified by its matricule, the names or NIR of one of its adults, and
    the département in charge if it is known.

    Phones have ten digits. A contact without phone and e-mail replaces an earlier one too. `nir` is only stored hashed.
    """

    source: str
    as_of: datetime
    matricule: str
    first_name: str
    last_name: str
    nir: str | None
    department: str | None
    email: str | None
    phones: tuple[str, ...]


class People(Protocol):
    """The registry of people, as sources see it."""

    def opaque_key(self, *parts: str) -> str:
        """Return a stable opaque key of identifiers that must not be stored in clear."""
        ...

    def covered(self, number: str, organisme: str | None = None) -> str:
        """Return an identifier, or its keyed hash if it is a NIR, holds one, or may be one in that organisme."""
        ...

    def digest(self, *parts: str | bytes) -> bytes:
        """Return a keyed digest of what a message says, which the same message has as long as the code stays."""
        ...

    async def put(self, store: Store, record: PersonRecord) -> UUID:
        """Match the record, write it, and consolidate the person; return the person's key.

        Raises Refused if it can't be matched, or is of a person of whom the sender may not speak.
        """
        ...

    async def put_orientation(
        self, store: Store, person_id: UUID, record: PersonRecord, orientation: Orientation | None
    ) -> None:
        """Write the one orientation that a record of a person says, or take away what it said before."""
        ...

    async def link_partners(self, store: Store, source: str, organisme: str, matricule: str) -> None:
        """Link the two adults of a dossier as partners, after all of its records; forget what only its adults had."""
        ...

    async def put_dossier_contact(self, store: Store, contact: DossierContact) -> Outcome:
        """Write the contact of a known dossier; raises Refused if the dossier can't be determined."""
        ...

    async def put_professional(
        self, store: Store, source: str, as_of: datetime, professional: Referent, organisation: str | None = None
    ) -> UUID:
        """Write a professional, of this organisation if one is said, and return its key; this alone gives it no person
        to follow."""
        ...

    async def require_in_scope(self, store: Store, person_id: UUID) -> None:
        """Raise Refused (PERSON_OF_OTHER) if the person is known in other départements than the sender's alone."""
        ...

    async def rename(self, store: Store, source: str, source_id: str, new_id: str) -> None:
        """Give a record another key; its person stays."""
        ...

    async def put_restrictions(self, store: Store, person_id: UUID) -> None:
        """Make the own restrictions in `access.person` act on the person, or on whom it was merged into."""
        ...

    async def remove(self, store: Store, source: str, source_id: str) -> None:
        """Remove a record, and its person if no other record or item of a source is about that person."""
        ...
