"""User files of RDV-Insertion (CSV, `;`): one row is one person, with identifiers, contact and referent.

The file has no date of its own: `--as-of`. A person who is not in the file is left alone:
a file holds one organisation's choice of people.
"""

from __future__ import annotations

import re
from datetime import datetime

from subgraphs.appointments.sources.rdvi_values import CIVILITIES, NAME, ROLES
from subgraphs.kit.ingest.csv_rows import Row
from subgraphs.kit.ingest.ingestion_report import Refused, SetAside
from subgraphs.kit.ingest.person_registry import People, PersonRecord, Referent
from subgraphs.kit.ingest.source_fields import Fields, Used
from subgraphs.kit.ingest.text_forms import (
    chosen,
    day,
    department_of_postal_code,
    emails,
    matricule,
    optional_day,
    phones,
)

COLUMNS = {
    "Civilité": "civility",
    "Prénom bénéficiaire": "first_name",
    "Nom bénéficiaire": "last_name",
    "Adresses Mails": "emails",
    "N° Téléphones": "phones",
    "Date de Naissance": "birth_date",
    "CP Ville": "town",
    "N° CAF": "matricule",
    "ID Iodas": "internal_id",
    "Référent": "referents",
    "Role": "role",
}
SYNONYMS = {
    "Prénom": "Prénom bénéficiaire",
    "Nom": "Nom bénéficiaire",
    "Nom de famille": "Nom bénéficiaire",
    "Email": "Adresses Mails",
    "Mail": "Adresses Mails",
    "Téléphone": "N° Téléphones",
    "Numéro de téléphone": "N° Téléphones",
    "Date de naissance (JJ/MM/AAAA)": "Date de Naissance",
    "Code postal Ville": "CP Ville",
    "Numéro CAF": "N° CAF",
    "Numéro d'allocataire": "N° CAF",
    "Identifiant interne": "ID Iodas",
    "Rôle demandeur": "Role",
    "Emails référents": "Référent",
}
"""Other headings of these columns, as tools that export users write them."""
NAMES = {name: column for column, name in COLUMNS.items()}
FIELDS: Fields = {
    "Civilité": "Person.civility",
    "Prénom bénéficiaire": "Person.firstName",
    "Nom bénéficiaire": "Person.lastName",
    "Adresses Mails": "Contact.email",
    "N° Téléphones": "Contact.phones",
    "Date de Naissance": "Person.birthDate",
    "CP Ville": "Address.postalCode Address.city",
    ("N° CAF", "Role"): (Used.MATCH, Used.RECORD),
    "ID Iodas": ("SectorIdentifier.value", Used.RECORD),
    "Référent": "Agent.email Referent.agent GroupMember.agent",
}


def record(row: Row, as_of: datetime, department: str | None, people: People, set_aside: SetAside) -> PersonRecord:
    """What a row says of its person; a value that can't be read is set aside."""
    row = {COLUMNS[column]: text for column, text in row.items()}
    postal_code, city = _town(row["town"], set_aside)
    department = department or department_of_postal_code(postal_code)
    if department is None:
        raise Refused("DEPARTMENT_UNKNOWN", NAMES["town"])
    number = matricule(row["matricule"])
    if row["matricule"] and number is None:
        set_aside("VALUE_UNKNOWN", NAMES["matricule"])
    role = chosen(row["role"], ROLES, NAMES["role"], set_aside)
    if row["internal_id"]:
        born = optional_day(row["birth_date"], NAMES["birth_date"], set_aside)
        key = people.opaque_key(department, row["internal_id"])
    elif number is not None and role is not None:
        born = day(row["birth_date"], NAMES["birth_date"])
        key = people.opaque_key(department, number, role, str(born))
    else:
        raise Refused("KEY_MISSING", NAMES["internal_id"])
    addresses = emails(row["emails"], NAMES["emails"], set_aside)
    return PersonRecord(
        source=NAME,
        source_id=f"file:{key}",
        as_of=as_of,
        civility=chosen(row["civility"], CIVILITIES, NAMES["civility"], set_aside),
        first_name=row["first_name"] or None,
        last_name=row["last_name"] or None,
        birth_date=born,
        matricule=number,
        role=role,
        department=department,
        department_internal_id=row["internal_id"] or None,
        email=addresses[0] if addresses else None,
        phones=phones(row["phones"], NAMES["phones"], set_aside),
        postal_code=postal_code,
        city=city,
        referents=tuple(Referent(email) for email in emails(row["referents"], NAMES["referents"], set_aside)),
    )


def _town(text: str, set_aside: SetAside) -> tuple[str | None, str | None]:
    """Postal code and town; a code of four digits has lost its zero."""
    town = re.fullmatch(r"(\d{4,5})\s+(.+)", text)
    if town is None:
        return None, text or None
    if len(town[1]) < 5:
        set_aside("LEADING_ZERO_LOST", NAMES["town"])
        return None, town[2]
    return town[1], town[2]
