"""Source `ft-extrait`: the extract of France Travail for a Conseil départemental (CSV, `;`).

A row is a record group. It has neither NIR nor number: it is attached to the one known person of its département with
the same names, birth date and birth place (decision 0100), and never creates a person. `dif_*` at O is a constraint, at
N or NULL none. A modality of accompaniment makes France Travail the organisme référent, where the SAFIR code of its
agency is mapped to an organisation; from the first day of the accompaniment, an orientation. The last interview of the
PPAE dates that contract. Motives of registration are not taken: what their codes disclose isn't published. The file has
no date of its own: `--as-of`. Source of the format: docs/domain.md#france-travail and docs/domain.md#crosswalks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from subgraphs.kit.ingest.csv_rows import CsvSource, Row, date_of_file
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.person_registry import People, PersonRecord, Referent, ReferentOrganisation
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.text_forms import chosen, day, emails, optional_day
from subgraphs.kit.ingest.unit_of_work import Options, Organisation, RecordGroup
from subgraphs.kit.sensitive_organisations import sensitivity
from subgraphs.people import journey_tables, tables
from subgraphs.people.birth_places import FRANCE
from subgraphs.people.sources.ft_fields import FIELDS

NAME = "ft-extrait"
THEMES = {
    "dif_transport": "MOBILITE",
    "dif_familiale": "FAMILLE",
    "dif_sante": "SANTE",
    "dif_logement": "LOGEMENT",
    "dif_financiere": "FINANCES",
    "dif_admin_jur": "ADMIN_JURIDIQUE",
    "dif_inser_com": "INSERTION_COMMUNICATION",
}
"""Columns of difficulties → theme (docs/domain.md#crosswalks)."""
DIFFICULTIES = {"O": True, "OUI": True, "N": False, "NON": False}
CIVILITIES = {"MME": "MADAME", "M.": "MONSIEUR"}
PATHWAYS = {"SUIVI": "EMPLOI", "GUIDE": "EMPLOI", "RENFORCE": "EMPLOI", "GLOBAL": "SOCIO_PRO"}
"""Modalities of accompaniment → pathway: `global` is shared with a social worker."""
OCCUPATIONS = ("1", "2")
ABROAD = "99"
"""INSEE codes of countries begin so."""
COLUMNS = (
    "identifiant_unique_de",
    "civilite",
    "nom",
    "prenom",
    "code_lieu_naissance",
    "date_naissance",
    "departement",
    *(f"{column}_{number}" for number in OCCUPATIONS for column in ("rome", "appelation_rome")),
    "der_entretien_ppae",
    "der_entretien",
    "inscription",
    "categorie_inscription",
    "referent_nom",
    "referent_prenom",
    "referent_mail",
    "code_safir",
    "modalite_accompagnement",
    "suivi_debut",
    "suivi_fin_prev",
    *THEMES,
)


class FtExtract(CsvSource):
    """Reads the extract into `people`."""

    name = NAME
    reads = "extrait du croisement avec France Travail, CSV ou .xlsx"
    role = "people_ingest"
    columns = COLUMNS
    fields = FIELDS

    def group(self, row: Row, options: Options) -> RecordGroup:
        """Make what the extract says of one person, with the agency that follows it."""
        return _Row(self.people, row, date_of_file(options), options.organisations.get(row["code_safir"]))


@dataclass(frozen=True, slots=True, repr=False)
class _Row:
    """One row of one file."""

    people: People
    row: Row
    as_of: datetime
    agency: Organisation | None

    async def write(self, store: Store) -> Outcome:
        key = person_key(self.row["identifiant_unique_de"])
        if not await store.admit(tables.source_record, NAME, key, self.as_of):
            return Outcome.OLDER
        department = self.row["departement"]
        if not re.fullmatch(r"\d{2,3}|2[AB]", department):
            raise Refused("LEADING_ZERO_LOST" if re.fullmatch(r"\d", department) else "SCHEMA_INVALID", "departement")
        born = self._birth_place(store)
        abroad = born is not None and born.startswith(ABROAD)
        registered_on = optional_day_of_row(self.row, "inscription", store)
        record = PersonRecord(
            source=NAME,
            source_id=key,
            as_of=self.as_of,
            civility=chosen(value(self.row, "civilite"), CIVILITIES, "civilite", store.set_aside),
            first_name=self.row["prenom"] or None,
            last_name=self.row["nom"] or None,
            birth_date=day_of_row(self.row, "date_naissance"),
            department=department,
            birth_city_code=None if abroad else born,
            birth_country_code=born and (born if abroad else FRANCE),
            registration_status=None if registered_on is None else "INSCRIT",
            registered_on=registered_on,
            registration_category=value(self.row, "categorie_inscription"),
            referent_organisation=self._following(),
            referents=self._referents(store),
            by_identity=True,
        )
        person_id = await self.people.put(store, record)
        await self._constraints(store, key, person_id)
        await self._projects(store, key, person_id)
        await self._accompaniment(store, key, person_id)
        return store.outcome

    def _birth_place(self, store: Store) -> str | None:
        """INSEE code of the commune, or of the country (99…) of who was born abroad."""
        code = value(self.row, "code_lieu_naissance")
        if code is None or re.fullmatch(r"(\d{2}|2[AB])\d{3}", code):
            return code
        store.set_aside("VALUE_UNKNOWN", "code_lieu_naissance")
        return None

    def _following(self) -> ReferentOrganisation | None:
        """The agency as organisme référent, while a modality says that it follows the person."""
        if self.agency is None or value(self.row, "modalite_accompagnement") is None:
            return None
        return ReferentOrganisation(self.agency.siret, self.agency.structure, sensitivity(self.agency.sensitive, None))

    def _referents(self, store: Store) -> tuple[Referent, ...]:
        names = value(self.row, "referent_prenom"), value(self.row, "referent_nom")
        since = optional_day_of_row(self.row, "suivi_debut", store)
        addresses = emails(value(self.row, "referent_mail"), "referent_mail", store.set_aside)
        return tuple(Referent(email, *names, since=since) for email in addresses)

    async def _projects(self, store: Store, key: str, person_id: UUID) -> None:
        for number in OCCUPATIONS:
            place = {"source": NAME, "source_id": f"{key}:rome_{number}"}
            code = self.row[f"rome_{number}"]
            if not re.fullmatch(r"[A-N]\d{4}", code):
                if value(self.row, f"rome_{number}") is not None:
                    store.set_aside("VALUE_UNKNOWN", f"rome_{number}")
                await store.delete(journey_tables.project, **place)
                continue
            occupation = value(self.row, f"appelation_rome_{number}")
            values = {"person_id": person_id, "rome_code": code, "occupation": occupation, "as_of": self.as_of}
            await store.put(journey_tables.project, place, values, new={"id": store.new_key()})

    async def _accompaniment(self, store: Store, key: str, person_id: UUID) -> None:
        """The orientation to the agency, and the PPAE made there."""
        owner = None if self.agency is None else self.agency.siret
        shared = {"person_id": person_id, "organisation_siret": owner, "as_of": self.as_of}
        followed = self._following()
        starts_on, signed_on = (
            optional_day_of_row(self.row, name, store) for name in ("suivi_debut", "der_entretien_ppae")
        )
        orientation = {
            **shared,
            "pathway": chosen(
                value(self.row, "modalite_accompagnement"), PATHWAYS, "modalite_accompagnement", store.set_aside
            ),
            "starts_on": starts_on,
            "ends_on": optional_day_of_row(self.row, "suivi_fin_prev", store),
            "structure_id": followed and followed.structure,
        }
        contract = {**shared, "kind": "PPAE", "signed_on": signed_on}
        for table, name, values, present in (
            (journey_tables.orientation, "orientation", orientation, starts_on is not None),
            (journey_tables.contract, "ppae", contract, signed_on is not None),
        ):
            place = {"source": NAME, "source_id": f"{key}:{name}"}
            if present:
                await store.put(table, place, values, new={"id": store.new_key()})
            else:
                await store.delete(table, **place)

    async def _constraints(self, store: Store, key: str, person_id: UUID) -> None:
        interviewed_on = optional_day_of_row(self.row, "der_entretien", store)
        for column, theme in THEMES.items():
            place = {"source": NAME, "source_id": f"{key}:{theme}"}
            if chosen(value(self.row, column), DIFFICULTIES, column, store.set_aside):
                values = {
                    "person_id": person_id,
                    "theme": theme,
                    "state": "OUI",
                    "recorded_on": interviewed_on,
                    "recorded_by": None if self.agency is None else self.agency.siret,
                    "as_of": self.as_of,
                }
                await store.put(journey_tables.constraint, place, values, new={"id": store.new_key()})
            else:
                await store.delete(journey_tables.constraint, **place)


def value(row: Row, column: str) -> str | None:
    """The text of a cell, none where it is empty or NULL."""
    text = row[column]
    return None if text in ("", "NULL") else text


def day_of_row(row: Row, column: str) -> date | None:
    """The day of `AAAA-MM-JJ hh:mm:ss.0`, or none where the column is NULL."""
    text = row[column]
    return None if text == "NULL" else day(text[:10], column)


def optional_day_of_row(row: Row, column: str, store: Store) -> date | None:
    """As `day_of_row`; one that can't be read is set aside."""
    return optional_day((value(row, column) or "")[:10], column, store.set_aside)


def person_key(text: str) -> str:
    """The key of a person in the files of France Travail, a UUID; raises Refused."""
    try:
        return str(UUID(text))
    except ValueError:
        raise Refused("SCHEMA_INVALID", "identifiant_unique_de") from None
