"""Structures that a council gives to Carnet de bord (CSV): who they are and where.

A structure is told by its name, which is one within a deployment (`--department`): its key is a hash of both. Who is in
charge of it, with whom its row is repeated, is not taken. The file has no date of its own: `--as-of`. Source of the
format: docs/domain.md#carnet-de-bord.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from subgraphs.kit.ingest.catalogue import revise
from subgraphs.kit.ingest.csv_rows import CsvSource, Row, date_of_file
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.person_registry import People
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.text_forms import emails, phones
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup
from subgraphs.kit.sensitive_organisations import strictest
from subgraphs.offers import tables

NAME = "carnet-structures"
PRODUCER = "carnet-de-bord"
FIELDS: Fields = {
    "Nom": ("Structure.name", Used.RECORD, Used.REVEALS),
    "Description": "Structure.description",
    "Téléphones": "Structure.phone",
    "Adresse": "Structure.street",
    "Adresse (complément)": Unkept.SAID_BETTER,
    "Code postal": "Structure.postalCode",
    "Ville": "Structure.city",
    "Site web": "Structure.website",
    "Courriel": "Structure.email",
    "Siret": "Structure.siret",
    ("Courriel responsable", "Prénom responsable", "Nom responsable"): Unkept.PROFESSIONAL,
    ("Fonction responsable", "Téléphones responsable"): Unkept.PROFESSIONAL,
}


class CarnetStructures(CsvSource):
    """Reads structures into the public offer."""

    name = NAME
    reads = "structures que le département donne à Carnet de bord, CSV ou .xlsx"
    role = "offers_ingest"
    columns = ("Nom", "Siret", "Ville")
    optional = ("Description", "Téléphones", "Adresse", "Code postal", "Site web", "Courriel")
    fields = FIELDS

    def group(self, row: Row, options: Options) -> RecordGroup:
        """Make one structure of a row."""
        return _Structure(self.people, row, date_of_file(options), options.department)


@dataclass(frozen=True, slots=True, repr=False)
class _Structure:
    """One row of one file."""

    people: People
    row: Row
    as_of: datetime
    department: str | None

    async def write(self, store: Store) -> Outcome:
        """Write the structure, unless a newer state of it is known."""
        if not self.row["Nom"]:
            raise Refused("SCHEMA_INVALID", "Nom")
        key = f"{PRODUCER}--{self.people.opaque_key(NAME, self.department or '', self.row['Nom'])}"
        numbers = phones(self.row["Téléphones"], "Téléphones", store.set_aside)
        addresses = emails(self.row["Courriel"], "Courriel", store.set_aside)
        values: dict[str, Any] = {
            "producer": PRODUCER,
            "name": self.row["Nom"],
            "description": self.row["Description"] or None,
            "siret": self._number(store, "Siret", r"\d{14}"),
            "networks": [],
            "sensitivity": strictest([], self.row["Nom"]),
            "phone": numbers[0] if numbers else None,
            "email": addresses[0] if addresses else None,
            "website": self.row["Site web"] or None,
            "street": self.row["Adresse"] or None,
            "postal_code": self._number(store, "Code postal", r"\d{5}"),
            "city": self.row["Ville"] or None,
            "source": NAME,
            "source_id": key,
        }
        return await revise(store, tables.structure, key, values, self.as_of)

    def _number(self, store: Store, column: str, form: str) -> str | None:
        """A number without spaces; one of another form is set aside."""
        number = re.sub(r"\s", "", self.row[column])
        if re.fullmatch(form, number, re.ASCII):
            return number
        if number:
            store.set_aside("VALUE_UNKNOWN", column)
        return None
