"""Source `cnaf-contact`: the CNAF's file of ways of contact (CSV, `;`): two telephones and an e-mail for each dossier.

A row is a record group and creates no person: its dossier is already known from the flux of the CNAF, and is found by
its matricule and by the NIR, where the file has that column, or the names of its responsible adult. The contact belongs
to the dossier, not to a person: both adults have it, and lose it when they leave the dossier. Dates of rights and all
other columns are dropped unseen. The file has no date of its own: `--as-of`.

Spreadsheets through which these files go take off zeros on the left: a matricule is padded to seven. Source of
the format: docs/domain.md#cnaf.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from subgraphs.kit.ingest.csv_rows import CsvSource, Row, date_of_file
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.person_registry import DossierContact, People
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.text_forms import emails, matricule, mobiles_first, phones
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup

NAME = "cnaf-contact"
MATRICULE = "MATRICULE"
LAST_NAME, FIRST_NAME = "NOM RESPONSABLE DOSSIER", "PRENOM RESPONSABLE DOSSIER"
PHONES = ("NUMERO TELEPHONE DOSSIER", "NUMERO TELEPHONE 2 DOSSIER")
EMAIL = "ADRESSE ELECTRONIQUE DOSSIER"
COLUMNS = (MATRICULE, LAST_NAME, FIRST_NAME, *PHONES, EMAIL)
NIR = "NIR"
FIELDS: Fields = {
    MATRICULE: (Used.RECORD, Used.MATCH),
    (LAST_NAME, FIRST_NAME): Used.MATCH,
    NIR: Used.NIR,
    PHONES: "Contact.phones",
    EMAIL: "Contact.email",
    ("ROLE PERSONNE", "TYPE PERSONNE", "NUMERO DEMANDE RSA"): Unkept.SAID_BETTER,
    ("DATE DEMANDE RSA", "DATE DEBUT DROITS - DEVOIRS"): Unkept.SAID_BETTER,
    "TAGS": Unkept.FREE_TEXT,
}


class CnafContact(CsvSource):
    """Reads ways of contact into `people`."""

    name = NAME
    reads = (
        "coordonnées de contact de la CNAF, par dossier, CSV ou .xlsx ; après le flux, qui dit qui est dans le dossier"
    )
    role = "people_ingest"
    columns = COLUMNS
    optional = (NIR,)
    fields = FIELDS

    def group(self, row: Row, options: Options) -> RecordGroup:
        """Make the ways of contact of one dossier."""
        return _Row(self.people, row, date_of_file(options), options.department)


@dataclass(frozen=True, slots=True, repr=False)
class _Row:
    """One row of one file."""

    people: People
    row: Row
    as_of: datetime
    department: str | None

    async def write(self, store: Store) -> Outcome:
        contact = DossierContact(
            source=NAME,
            as_of=self.as_of,
            matricule=_matricule(self.row[MATRICULE]),
            first_name=self.row[FIRST_NAME],
            last_name=self.row[LAST_NAME],
            nir=self.row[NIR] or None,
            department=self.department,
            email=next(iter(emails(self.row[EMAIL], EMAIL, store.set_aside)), None),
            phones=mobiles_first(
                number for column in PHONES for number in phones(self.row[column], column, store.set_aside)
            ),
        )
        return await self.people.put_dossier_contact(store, contact)


def _matricule(text: str) -> str:
    number = matricule(text)
    if number is None:
        raise Refused("SCHEMA_INVALID", MATRICULE)
    return number
