"""Notebooks that Carnet de bord exports: what one item of the list says of its beneficiary.

A notebook has neither key nor date: its key is made of the names and the birth date, within the département given, and
its date is that of the file, `--as-of`. It is attached to the one known person of the France Travail number, or of the
names, and never creates one. Titles of objectives and actions are free text; members have neither name nor address;
`false` is what Carnet de bord says where nobody has answered: none of them is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from schema.confidential import Confidential
from schema.days import day_of
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused, SetAside
from subgraphs.kit.ingest.json_records import convert
from subgraphs.kit.ingest.person_registry import People, PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.text_forms import (
    chosen,
    day,
    department_of_postal_code,
    emails,
    instant,
    national_number,
    optional_day,
    phones,
)
from subgraphs.people import journey_tables as tables
from subgraphs.people.sources import carnet_values as v
from subgraphs.people.sources.carnet_forms import (
    ROME_CODE,
    beneficiary_key,
    chosen_matricule,
    chosen_postal_code,
    rights,
)
from subgraphs.people.tables import source_record


class Beneficiary(Confidential, frozen=True):
    """The person of a notebook."""

    firstname: str
    lastname: str
    date_of_birth: str
    email: str | None = None
    mobile_number: str | None = None
    address1: str | None = None
    postal_code: str | None = None
    city: str | None = None
    caf_number: str | None = None
    pe_number: str | None = None
    right_rsa: str | None = None
    right_are: bool | None = None
    right_ass: bool | None = None
    right_bonus: bool | None = None


class Action(Confidential, frozen=True):
    """An action of a target."""

    status: str | None = None
    created_at: str | None = None


class Target(Confidential, frozen=True):
    """An objective of a focus."""

    status: str | None = None
    created_at: str | None = None
    linked_to: str | None = None
    actions: tuple[Action, ...] | None = None


class Focus(Confidential, frozen=True):
    """A theme that is worked on; older exports link the theme, and not the objective, to a contract."""

    theme: str
    created_at: str | None = None
    linked_to: str | None = None
    targets: tuple[Target, ...] | None = None


class RomeCode(Confidential, frozen=True):
    """An occupation."""

    code: str
    description: str | None = None


class Project(Confidential, frozen=True):
    """A professional project."""

    rome_code: RomeCode | None = None


class Notebook(Confidential, frozen=True):
    """One notebook."""

    beneficiary: Beneficiary
    contract_type: str | None = None
    contract_sign_date: str | None = None
    contract_start_date: str | None = None
    contract_end_date: str | None = None
    education_level: str | None = None
    work_situation: str | None = None
    focuses: tuple[Focus, ...] | None = None
    professional_projects: tuple[Project, ...] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class NotebookGroup:
    """One item of the list, as of the day of the file; `department` is the option given."""

    people: People
    item: object
    as_of: datetime
    department: str | None

    async def write(self, store: Store) -> Outcome:
        """Write the beneficiary, and replace what the notebook said before."""
        notebook = convert(self.item, Notebook)
        person = notebook.beneficiary
        born = day(person.date_of_birth, "beneficiary.date_of_birth")
        deployment = self.department or ""
        key = beneficiary_key(self.people, deployment, person.lastname, person.firstname, born)
        if not await store.admit(source_record, v.NAME, f"carnet:{key}", self.as_of):
            return Outcome.OLDER
        person_id = await self.people.put(store, self._record(notebook, key, born, store.set_aside))
        prefix = f"carnet:{deployment}:"
        for table, rows in (
            (tables.constraint, _constraints(notebook, store.set_aside)),
            (tables.objective, _objectives(notebook, store.set_aside)),
            (tables.project, _projects(notebook, store.set_aside)),
            (tables.contract, _contracts(notebook, store.set_aside)),
        ):
            keyed = {f"{prefix}{key}:{name}": row for name, row in rows}
            await replace(store, table, person_id, prefix, keyed, self.as_of)
        return store.outcome

    def _record(self, notebook: Notebook, key: str, born: date | None, set_aside: SetAside) -> PersonRecord:
        person = notebook.beneficiary
        postal_code = chosen_postal_code(person.postal_code, "beneficiary.postal_code", set_aside)
        department = self.department or department_of_postal_code(postal_code)
        if department is None:
            raise Refused("DEPARTMENT_UNKNOWN", "beneficiary.postal_code")
        addresses = emails(person.email, "beneficiary.email", set_aside)
        status = chosen(person.right_rsa, v.RSA_STATUSES, "beneficiary.right_rsa", set_aside)
        level = chosen(notebook.education_level, v.EDUCATION_LEVELS, "education_level", set_aside)
        return PersonRecord(
            source=v.NAME,
            source_id=f"carnet:{key}",
            as_of=self.as_of,
            first_name=person.firstname.strip() or None,
            last_name=person.lastname.strip() or None,
            birth_date=born,
            matricule=chosen_matricule(person.caf_number, "beneficiary.caf_number", set_aside),
            france_travail_id=national_number(person.pe_number or "") or None,
            department=department,
            email=addresses[0] if addresses else None,
            phones=phones(person.mobile_number, "beneficiary.mobile_number", set_aside),
            street=person.address1 or None,
            postal_code=postal_code,
            city=person.city or None,
            rsa=rights(status),
            work_situation=chosen(notebook.work_situation, v.WORK_SITUATIONS, "work_situation", set_aside),
            unemployment_insurance=person.right_are or None,
            specific_solidarity=person.right_ass or None,
            activity_bonus=person.right_bonus or None,
            education_level=level,
            education_code=level,
            by_identity=True,
        )


async def replace(
    store: Store, table: Table, person_id: UUID, prefix: str, rows: Mapping[str, Mapping[str, Any]], as_of: datetime
) -> None:
    """Write a person's rows by their keys, and delete its other rows of this source whose keys begin as theirs."""
    for row in await store.all(table, person_id=person_id):
        if row["source"] == v.NAME and row["source_id"].startswith(prefix) and row["source_id"] not in rows:
            await store.delete(table, id=row["id"])
    for source_id, values in rows.items():
        place = {"source": v.NAME, "source_id": source_id}
        await store.put(table, place, {**values, "person_id": person_id, "as_of": as_of}, new={"id": store.new_key()})


Keyed = Iterator[tuple[str, Mapping[str, Any]]]
"""Rows with their keys within the notebook."""


def _constraints(notebook: Notebook, set_aside: SetAside) -> Keyed:
    """A difficulty for each theme that is one, since the first focus on it."""
    first_days: dict[str, date | None] = {}
    for place, focus in enumerate(notebook.focuses or ()):
        theme = chosen(focus.theme, v.THEMES, f"focuses[{place}].theme", set_aside)
        if theme is not None and theme in v.DIFFICULTIES.values():
            created_at = _instant(focus.created_at, f"focuses[{place}].created_at", set_aside)
            days = (first_days.get(theme), created_at and day_of(created_at))
            first_days[theme] = min(filter(None, days), default=None)
    for theme, recorded_on in first_days.items():
        yield theme, {"theme": theme, "state": "OUI", "recorded_on": recorded_on}


def _objectives(notebook: Notebook, set_aside: SetAside) -> Keyed:
    """The objectives; those of one theme and instant, which nothing else tells apart, are numbered."""
    uses_by_name: Counter[str] = Counter()
    for number, focus in enumerate(notebook.focuses or ()):
        theme = chosen(focus.theme, v.THEMES, f"focuses[{number}].theme", set_aside)
        if theme is None:
            continue
        for place, target in enumerate(focus.targets or ()):
            path = f"focuses[{number}].targets[{place}]"
            created_at = _instant(target.created_at, f"{path}.created_at", set_aside)
            name = f"{theme}:{created_at and created_at.isoformat()}"
            uses_by_name[name] += 1
            actions = sorted(target.actions or (), key=lambda action: action.created_at or "")
            statuses = [chosen(action.status, v.PROGRESS, f"{path}.actions.status", set_aside) for action in actions]
            yield (
                f"objectif:{name}:{uses_by_name[name]}",
                {
                    "theme": theme,
                    "status": chosen(target.status, v.PROGRESS, f"{path}.status", set_aside),
                    "contract_kind": _contract_kind(
                        target.linked_to or focus.linked_to, f"{path}.linked_to", set_aside
                    ),
                    "recorded_on": created_at and day_of(created_at),
                    "action_statuses": [status for status in statuses if status is not None],
                },
            )


def _projects(notebook: Notebook, set_aside: SetAside) -> Keyed:
    for place, project in enumerate(notebook.professional_projects or ()):
        occupation = project.rome_code
        if occupation is None:
            continue
        code = occupation.code.strip()
        if re.fullmatch(ROME_CODE, code):
            yield f"rome:{code}", {"rome_code": code, "occupation": occupation.description or None}
        else:
            set_aside("VALUE_UNKNOWN", f"professional_projects[{place}].rome_code.code")


def _contracts(notebook: Notebook, set_aside: SetAside) -> Keyed:
    kind = _contract_kind(notebook.contract_type, "contract_type", set_aside)
    if kind is not None:
        days = {
            column: optional_day(getattr(notebook, name), name, set_aside)
            for column, name in (
                ("signed_on", "contract_sign_date"),
                ("starts_on", "contract_start_date"),
                ("ends_on", "contract_end_date"),
            )
        }
        yield "contrat", {"kind": kind, **days}


def _contract_kind(text: str | None, path: str, set_aside: SetAside) -> str | None:
    return None if text == v.NO_CONTRACT else chosen(text, v.CONTRACTS, path, set_aside)


def _instant(text: str | None, path: str, set_aside: SetAside) -> datetime | None:
    """An instant; one that can't be read is set aside."""
    if not text:
        return None
    try:
        return instant(text, path)
    except Refused as refused:
        set_aside(refused.code, refused.path)
        return None
