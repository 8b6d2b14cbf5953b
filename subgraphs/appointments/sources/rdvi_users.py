"""User files of RDV-Insertion (CSV or .xlsx): one row is one person, with identifiers, contact, referents, orientation.

They are what an organisation loads into RDV-Insertion, whose headings it chooses, and what RDV-Insertion exports
(upstream: rdv-insertion `app/services/exporters/generate_users_csv.rb`, `config/locales/models/user.fr.yml` and
`file_configuration.fr.yml`). A column that is not there says nothing: what an earlier file said stays. The file has no
date of its own: `--as-of`. A person who is not in the file is left alone: a file holds one organisation's choice.
"""

from __future__ import annotations

import re
from datetime import datetime

from subgraphs.appointments.sources.rdvi_values import CIVILITIES, NAME, PATHWAYS, ROLES, address
from subgraphs.kit.ingest.csv_rows import Row
from subgraphs.kit.ingest.ingestion_report import Refused, SetAside
from subgraphs.kit.ingest.person_registry import Orientation, People, PersonRecord, Referent
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.text_forms import (
    chosen,
    day,
    department_of_postal_code,
    emails,
    matricule,
    national_number,
    optional_day,
    phones,
)

REQUIRED = {
    "Prénom bénéficiaire": "first_name",
    "Nom bénéficiaire": "last_name",
    "Date de Naissance": "birth_date",
}
OPTIONAL = {
    "Civilité": "civility",
    "Nom de naissance": "birth_name",
    "Adresses Mails": "emails",
    "N° Téléphones": "phones",
    "CP Ville": "town",
    "Adresse": "address",
    "Code postal": "postal_code",
    "Ville": "city",
    "N° CAF": "matricule",
    "ID Iodas": "internal_id",
    "NIR": "nir",
    "ID France Travail": "france_travail_id",
    "Date d'entrée flux": "rights_since",
    "Référent": "referents",
    "Role": "role",
    "Type d'orientation": "pathway",
    "Date de début d'accompagnement": "orientation_start",
    "Date de fin d'accompagnement": "orientation_end",
}
COLUMNS = REQUIRED | OPTIONAL
SYNONYMS = {
    "Prénom": "Prénom bénéficiaire",
    "Nom": "Nom bénéficiaire",
    "Nom de famille": "Nom bénéficiaire",
    "Email": "Adresses Mails",
    "Mail": "Adresses Mails",
    "Adresse mail": "Adresses Mails",
    "Téléphone": "N° Téléphones",
    "Numéro de téléphone": "N° Téléphones",
    "Date de naissance (JJ/MM/AAAA)": "Date de Naissance",
    "Code postal Ville": "CP Ville",
    "CP": "Code postal",
    "Commune": "Ville",
    "Numéro CAF": "N° CAF",
    "Numéro d'allocataire": "N° CAF",
    "Identifiant interne": "ID Iodas",
    "ID interne au département": "ID Iodas",
    "ID bénéficiaire département": "ID Iodas",
    "ID bénéficiaire départment": "ID Iodas",
    "Numéro de sécurité sociale": "NIR",
    "ID Pôle Emploi": "ID France Travail",
    "Identifiant France Travail": "ID France Travail",
    "Date d'ouverture du droit": "Date d'entrée flux",
    "Date d'ouverture des droits": "Date d'entrée flux",
    "Rôle": "Role",
    "Rôle demandeur": "Role",
    "Rôle (demandeur/conjoint)": "Role",
    "Référents": "Référent",
    "Référent(s)": "Référent",
    "Emails référents": "Référent",
    "Email de l'agent référent": "Référent",
}
"""Other headings of these columns, in exports of RDV-Insertion and in what its users load."""
NAMES = {name: column for column, name in COLUMNS.items()}
FIELDS: Fields = {
    "Civilité": "Person.civility",
    "Prénom bénéficiaire": "Person.firstName",
    "Nom bénéficiaire": "Person.lastName",
    "Nom de naissance": "Person.birthName",
    "Adresses Mails": "Contact.email",
    "N° Téléphones": "Contact.phones",
    "Date de Naissance": "Person.birthDate",
    "CP Ville": "Address.postalCode Address.city",
    "Adresse": "Address.street Address.postalCode Address.city",
    "Code postal": "Address.postalCode",
    "Ville": "Address.city",
    ("N° CAF", "Role"): (Used.MATCH, Used.RECORD),
    "ID Iodas": ("SectorIdentifier.value", Used.RECORD),
    "ID France Travail": "SectorIdentifier.value",
    "NIR": Used.NIR,
    "Date d'entrée flux": "Rsa.rightsAndDutiesSince",
    "Référent": "Agent.email Referent.agent GroupMember.agent",
    "Type d'orientation": "Orientation.pathway",
    "Date de début d'accompagnement": "Orientation.startsOn",
    "Date de fin d'accompagnement": "Orientation.endsOn",
    "Structure d'orientation": Unkept.TECHNICAL,
    ("Date de création", "Nombre d'organisations", "Nom des organisations", "Archivé le"): Unkept.TECHNICAL,
    ("Première invitation envoyée le", "Dernière invitation envoyée le"): Unkept.SAID_BETTER,
    ("Dernière convocation envoyée le", "Date du dernier RDV", "Heure du dernier RDV"): Unkept.SAID_BETTER,
    ("Nature du dernier RDV", "Dernier RDV pris en autonomie ?", "Dernier RDV pris le"): Unkept.SAID_BETTER,
    ("Statut", "Date d'orientation"): Unkept.SAID_BETTER,
    "Rendez-vous d'orientation (RSA) honoré en - moins de 30 jours?": Unkept.NO_PURPOSE,
    "Rendez-vous d'orientation (RSA) honoré en - moins de 15 jours?": Unkept.NO_PURPOSE,
    "Statut de la catégorie de motifs": Unkept.NOT_SERVED_YET,
    ("Motif du dernier RDV", "Motif d'archivage", "Tags"): Unkept.FREE_TEXT,
}
_FIELDS_OF_COLUMNS = {
    "civility": ("civility",),
    "birth_name": ("birth_name",),
    "emails": ("email",),
    "phones": ("phones",),
    "matricule": ("matricule",),
    "internal_id": ("department_internal_id",),
    "nir": ("nir_hash", "nir_last_digits"),
    "france_travail_id": ("france_travail_id",),
    "rights_since": ("rsa_rights_and_duties_since",),
    "role": ("role",),
}
"""Columns of a person's record that a column of the file alone decides."""
_PLACES = ("town", "address", "postal_code", "city")


def record(row: Row, as_of: datetime, department: str | None, people: People, set_aside: SetAside) -> PersonRecord:
    """What a row says of its person; a value that can't be read is set aside."""
    cells = {COLUMNS[column]: text for column, text in row.items()}
    silent = {name for column, names in _FIELDS_OF_COLUMNS.items() if column not in cells for name in names}
    if not cells.keys() & set(_PLACES):
        silent |= {"street", "postal_code", "city"}
    row = Row(cells, OPTIONAL.values())
    street, postal_code, city = _place(row, set_aside)
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
    referents = None
    if "referents" in cells:
        referents = tuple(Referent(email) for email in emails(row["referents"], NAMES["referents"], set_aside))
    return PersonRecord(
        source=NAME,
        source_id=f"file:{key}",
        as_of=as_of,
        civility=chosen(row["civility"], CIVILITIES, NAMES["civility"], set_aside),
        first_name=row["first_name"] or None,
        last_name=row["last_name"] or None,
        birth_name=row["birth_name"] or None,
        birth_date=born,
        nir=row["nir"] or None,
        matricule=number,
        role=role,
        france_travail_id=national_number(row["france_travail_id"]) or None,
        department=department,
        department_internal_id=row["internal_id"] or None,
        email=addresses[0] if addresses else None,
        phones=phones(row["phones"], NAMES["phones"], set_aside),
        street=street,
        postal_code=postal_code,
        city=city,
        rsa_rights_and_duties_since=optional_day(row["rights_since"], NAMES["rights_since"], set_aside),
        referents=referents,
        withheld=frozenset(silent),
    )


def orientation(row: Row, set_aside: SetAside) -> Orientation | None:
    """The orientation in force that a row says, none where it says no first day of it."""
    pathway, start, end = (row.get(NAMES[name], "") for name in ("pathway", "orientation_start", "orientation_end"))
    starts_on = optional_day(start, NAMES["orientation_start"], set_aside)
    ends_on = optional_day(end, NAMES["orientation_end"], set_aside)
    kind = chosen(pathway, PATHWAYS, NAMES["pathway"], set_aside)
    return None if starts_on is None else Orientation(kind, starts_on, ends_on)


def _place(row: Row, set_aside: SetAside) -> tuple[str | None, str | None, str | None]:
    """Street, postal code and town, from columns of their own, else from an address or from « CP Ville »."""
    street, postal_code, city = address(row["address"])
    if row["town"]:
        postal_code, city = _town(row["town"], set_aside)
    code = row["postal_code"]
    if code and not re.fullmatch(r"\d{5}", code, re.ASCII):
        lost = re.fullmatch(r"\d{4}", code, re.ASCII)
        set_aside("LEADING_ZERO_LOST" if lost else "VALUE_UNKNOWN", NAMES["postal_code"])
        code = ""
    if row["address"] and street is None and code:
        street = " ".join(row["address"].split())
    elif row["address"] and street is None and postal_code is None:
        set_aside("VALUE_UNKNOWN", NAMES["address"])
    return street, code or postal_code, row["city"] or city


def _town(text: str, set_aside: SetAside) -> tuple[str | None, str | None]:
    """Postal code and town; a code of four digits has lost its zero."""
    town = re.fullmatch(r"(\d{4,5})\s+(.+)", text)
    if town is None:
        return None, text or None
    if len(town[1]) < 5:
        set_aside("LEADING_ZERO_LOST", NAMES["town"])
        return None, town[2]
    return town[1], town[2]
