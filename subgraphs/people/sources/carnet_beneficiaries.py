"""Beneficiaries that a council gives to Carnet de bord (CSV): who they are, their situation, and who follows them.

A row bears the internal id of its council, by which it may make a person. An empty cell says nothing: what an earlier
file said stays. The structure that follows is one that the settings map to an organisation, by its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from subgraphs.kit.ingest.csv_rows import Row
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.person_registry import People, PersonRecord, Referent, ReferentOrganisation
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.text_forms import chosen, day, department_of_postal_code, emails, national_number, phones
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.kit.sensitive_organisations import sensitivity
from subgraphs.people import journey_tables as tables
from subgraphs.people.nir import NIR_COLUMNS
from subgraphs.people.sources import carnet_values as v
from subgraphs.people.sources.carnet_forms import (
    ROME_CODE,
    beneficiary_key,
    chosen_matricule,
    chosen_postal_code,
    rights,
)
from subgraphs.people.tables import source_record

INTERNAL_ID, FIRST_NAME, LAST_NAME, BORN = "Identifiant dans le SI*", "Prénom*", "Nom*", "Date de naissance*"
COLUMNS = (INTERNAL_ID, FIRST_NAME, LAST_NAME, BORN)
STRUCTURE, FOLLOWERS, OCCUPATION = "Structure", "Accompagnateurs", "Emploi recherché (code ROME)"
DECIDED: dict[str, frozenset[str]] = {
    "NIR": NIR_COLUMNS,
    "Téléphone": frozenset({"phones"}),
    "Email": frozenset({"email"}),
    "Adresse": frozenset({"street"}),
    "Code postal": frozenset({"postal_code"}),
    "Ville": frozenset({"city"}),
    "Situation": frozenset({"work_situation"}),
    "Numéro allocataire CAF/MSA": frozenset({"matricule"}),
    "Identifiant Pôle emploi": frozenset({"france_travail_id"}),
    "Droits RSA": frozenset({"rsa_status"}),
    "Droits ARE": frozenset({"unemployment_insurance"}),
    "Droits ASS": frozenset({"specific_solidarity"}),
    "Prime d'activité": frozenset({"activity_bonus"}),
    "Niveau de formation": frozenset({"education_level", "education_code"}),
    STRUCTURE: frozenset({"referent_organisation", "structure_id"}),
}
"""Columns of `people.identity` that a cell decides, if it is filled."""
OPTIONAL = (*DECIDED, OCCUPATION, FOLLOWERS)
FLAGS = {"oui": True, "non": False}


def follower_structure(row: Row, options: Options, store: Store, column: str) -> ReferentOrganisation | None:
    """The organisation of the structure that a cell names; one that the settings do not map is set aside."""
    organisation = options.organisations.get(row[column])
    if organisation is None:
        if row[column]:
            store.set_aside("VALUE_UNKNOWN", column)
        return None
    revealed = sensitivity(organisation.sensitive, row[column])
    return ReferentOrganisation(organisation.siret, organisation.structure, revealed)


@dataclass(frozen=True, slots=True, repr=False)
class BeneficiaryRow:
    """One row, as of the day of the file."""

    people: People
    row: Row
    as_of: datetime
    options: Options

    async def write(self, store: Store) -> Outcome:
        """Write the beneficiary.

        The same row on the same day does not say again who follows: a file of reorientations may have changed it.
        """
        if not self.row[INTERNAL_ID]:
            raise Refused("KEY_MISSING", INTERNAL_ID)
        born = day(self.row[BORN], BORN)
        deployment = self.options.department or ""
        key = beneficiary_key(self.people, deployment, self.row[LAST_NAME], self.row[FIRST_NAME], born)
        place = f"beneficiaire:{key}"
        digest = bytes.fromhex(self.people.opaque_key(*(f"{name}={text}" for name, text in sorted(self.row.items()))))
        before = await store.row(source_record, source=v.NAME, source_id=place)
        if not await store.admit(source_record, v.NAME, place, self.as_of):
            return Outcome.OLDER
        again = before is not None and (before["as_of"], before["digest"]) == (self.as_of, digest)
        person_id = await self.people.put(store, self._record(place, store, again=again))
        notebook = await store.row(source_record, source=v.NAME, source_id=f"carnet:{key}")
        if notebook is None or notebook["as_of"] < self.as_of:
            await self._project(store, f"carnet:{deployment}:{key}", person_id)
        await store.put(source_record, {"source": v.NAME, "source_id": place}, {"digest": digest})
        return store.outcome

    def _record(self, place: str, store: Store, *, again: bool) -> PersonRecord:
        row, set_aside = self.row, store.set_aside
        postal_code = chosen_postal_code(row["Code postal"], "Code postal", set_aside)
        department = self.options.department or department_of_postal_code(postal_code)
        if department is None:
            raise Refused("DEPARTMENT_UNKNOWN", "Code postal")
        addresses = emails(row["Email"], "Email", set_aside)
        followers = emails(row[FOLLOWERS], FOLLOWERS, set_aside)
        level = chosen(row["Niveau de formation"], v.EDUCATION_LEVELS, "Niveau de formation", set_aside)
        empty = [names for column, names in DECIDED.items() if not row[column] or (again and column == STRUCTURE)]
        return PersonRecord(
            source=v.NAME,
            source_id=place,
            as_of=self.as_of,
            first_name=row[FIRST_NAME] or None,
            last_name=row[LAST_NAME] or None,
            birth_date=day(row[BORN], BORN),
            nir=row["NIR"] or None,
            matricule=chosen_matricule(row["Numéro allocataire CAF/MSA"], "Numéro allocataire CAF/MSA", set_aside),
            france_travail_id=national_number(row["Identifiant Pôle emploi"]) or None,
            department=department,
            department_internal_id=row[INTERNAL_ID],
            email=addresses[0] if addresses else None,
            phones=phones(row["Téléphone"], "Téléphone", set_aside),
            street=row["Adresse"] or None,
            postal_code=postal_code,
            city=row["Ville"] or None,
            rsa=rights(chosen(row["Droits RSA"], v.RSA_STATUSES, "Droits RSA", set_aside)),
            work_situation=chosen(row["Situation"], v.WORK_SITUATIONS, "Situation", set_aside),
            education_level=level,
            education_code=level,
            referent_organisation=follower_structure(row, self.options, store, STRUCTURE),
            referents=None if again or not followers else tuple(Referent(email) for email in followers),
            unemployment_insurance=chosen(row["Droits ARE"], FLAGS, "Droits ARE", set_aside),
            specific_solidarity=chosen(row["Droits ASS"], FLAGS, "Droits ASS", set_aside),
            activity_bonus=chosen(row["Prime d'activité"], FLAGS, "Prime d'activité", set_aside),
            withheld=frozenset().union(*empty),
        )

    async def _project(self, store: Store, prefix: str, person_id: UUID) -> None:
        """The occupation looked for, which the beneficiary's notebook holds or replaces, if it is as new."""
        text = self.row[OCCUPATION]
        occupation = re.fullmatch(rf"(?P<name>.*?)\s*\(?(?P<code>{ROME_CODE})\)?", text)
        if occupation is None:
            if text:
                store.set_aside("VALUE_UNKNOWN", OCCUPATION)
            return
        values = {"rome_code": occupation["code"], "occupation": occupation["name"] or None}
        place = {"source": v.NAME, "source_id": f"{prefix}:rome:{occupation['code']}"}
        values |= {"person_id": person_id, "as_of": self.as_of}
        await store.put(tables.project, place, values, new={"id": store.new_key()})
