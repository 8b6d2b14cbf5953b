"""How a person is known to other systems and reached: its identifiers there, its ways of contact."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, case, func, null

from schema.categories import Category, Level
from schema.nir import COVER
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import column, embedded
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.residual_sql import constant, word
from subgraphs.kit.scalars import DateTime
from subgraphs.people import tables as t
from subgraphs.people import values as v

COORD, IDX, REDUCED = Category.COORD, Category.IDX, Level.REDUCED
_START: ColumnElement[str] = func.left(t.sector_identifier.c.value, constant(len(COVER)), type_=Text())
_SHOWN: ColumnElement[str] = case((word(COVER) == _START, null()), else_=t.sector_identifier.c.value)
"""The value of an identifier, but for the hash that stands for a NIR: it matches, and is shown to nobody."""


@Entity(
    table=t.sector_identifier,
    subject="person_id",
    plural="identifiants",
    description="Identifiant de la personne dans un autre système.",
)
class SectorIdentifier:
    kind: v.IdentifierKind | None = column(t.sector_identifier.c.kind, IDX, "Système de l'identifiant.")
    value: str | None = column(_SHOWN, IDX, "Valeur de l'identifiant ; nulle si c'est un NIR.")
    organisation: str | None = column(
        t.sector_identifier.c.organisation,
        IDX,
        "Organisme gestionnaire, pour un matricule CAF ou MSA.",
    )
    request_number: str | None = column(t.sector_identifier.c.request_number, IDX, "Numéro de la demande de RSA.")
    role: v.DossierRole | None = column(t.sector_identifier.c.role, IDX, "Rôle dans le dossier, que le couple partage.")
    provenance: Provenance | None = provenance(IDX)


@Entity(
    table=t.sector_identifier,
    subject="person_id",
    plural="identifiants",
    description="Identifiant de la personne dans un système national.",
)
class NationalIdentifier:
    kind: v.IdentifierKind | None = column(t.sector_identifier.c.kind, IDX, "Système de l'identifiant.", level=REDUCED)
    value: str | None = column(_SHOWN, IDX, "Valeur de l'identifiant ; nulle si c'est un NIR.", level=REDUCED)


@Entity(table=t.contact, subject="person_id", description="Moyens de joindre la personne.")
class Contact:
    email: str | None = column(t.contact.c.email, COORD, "Adresse électronique.")
    phones: list[str] | None = column(t.contact.c.phones, COORD, "Numéros de téléphone, le mobile en premier.")
    address: Address | None = embedded(COORD, "Adresse postale.")
    origin: v.ContactOrigin | None = column(
        t.contact.c.origin,
        COORD,
        "Contact de la personne, ou du dossier que le foyer partage.",
    )
    authorisation: v.ContactAuthorisation | None = column(
        t.contact.c.authorisation,
        COORD,
        "Autorisation d'utiliser ces coordonnées ; un refus interdit l'invitation.",
    )
    provenance: Provenance | None = provenance(IDX, "Origine des coordonnées.")


@Entity(table=t.contact, subject="person_id", description="Adresse postale.")
class Address:
    street: str | None = column(t.contact.c.street, COORD, "Numéro et voie.")
    postal_code: str | None = column(t.contact.c.postal_code, COORD, "Code postal.")
    city: str | None = column(t.contact.c.city, COORD, "Nom de la commune.")
    city_code: str | None = column(t.contact.c.city_code, COORD, "Code INSEE de la commune.")
    source: str | None = column(t.contact.c.address_source, IDX, "Système d'origine de l'adresse.")
    as_of: DateTime | None = column(t.contact.c.address_as_of, IDX, "Instant auquel il l'affirmait.")
