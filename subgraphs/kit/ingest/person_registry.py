"""How a source of any subgraph says who a record is about, without knowing the subgraph `people`.

The registry (`subgraphs.people.registry`) is handed to each source as `People`: it matches, consolidates and links.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.kit.ingest.row_store import Store


@dataclass(frozen=True, slots=True)
class Rsa:
    """RSA rights of one person in one dossier; `department` is the Conseil départemental that pays. Of the motive of a
    suspension only the family is told."""

    status: str
    requested_on: date | None
    rights_and_duties: bool | None
    suspended_on: date | None
    department: str | None
    suspension_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """What a dossier says of the home of its adults: SITFAM code of the CNAF, number of children in charge."""

    family_situation: str | None
    dependent_children: int


@dataclass(frozen=True, slots=True)
class Referent:
    """A professional who follows the person, known by e-mail."""

    email: str
    first_name: str | None = None
    last_name: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Following:
    """The organisation that follows the person: its SIRET, its key in the offer, and what naming it would reveal."""

    siret: str
    structure: str | None = None
    sensitivity: str | None = None


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """What one record of one source says of one person.

    `nir` is only ever hashed, but for its last three digits. `withheld` names columns of `people.identity` that this
    record does not decide: what was said before stays. `referents` is None where the record doesn't speak of them.
    `organisme` is FONORG:NUMORG. Phones are written in ten digits. `department` is that of the Conseil départemental in
    charge, within which `department_internal_id` is a key. `following` is the organisme référent, whose structure is
    that of the referents. `income_band` is that of the household in `income_month`, `earned_income` whether the person
    itself had income from work then. `by_identity`: the record never makes a person; where no key of it is that of
    someone known, it is attached to the one known person of the département with the same names and birth date.
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
    following: Following | None = None
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
    withheld: frozenset[str] = frozenset()
    by_identity: bool = False


@dataclass(frozen=True, slots=True)
class DossierContact:
    """Ways of contact of a whole dossier, with what says which dossier that is: its matricule, the names or the NIR of
    one of its adults, and the département that follows it where that is known.

    Phones are written in ten digits; none and no e-mail is said too. `nir` is only ever hashed.
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

    def handle(self, *parts: str) -> str:
        """A stable opaque key made of identifiers that must not be stored in clear."""
        ...

    async def put(self, store: Store, record: PersonRecord) -> UUID:
        """Match the record, write what it says, and consolidate the person; returns the person's key.

        Raises Refused if it can't be matched.
        """
        ...

    async def couple(self, store: Store, source: str, organisme: str, matricule: str) -> None:
        """Make the two adults of a dossier each other's partner, once all of its records are put."""
        ...

    async def reach(self, store: Store, contact: DossierContact) -> Outcome:
        """Make these the ways of contact of a dossier that is known; raises Refused if it can't be told which."""
        ...

    async def professional(self, store: Store, source: str, as_of: datetime, professional: Referent) -> UUID:
        """The key of a professional known by e-mail; follows nobody by that alone."""
        ...

    async def remove(self, store: Store, source: str, source_id: str) -> None:
        """Forget what this record said, and the person if neither a record nor an item of a source holds it."""
        ...
