"""Source `ft-extrait`: the extract of France Travail for a Conseil départemental (CSV, `;`), read for its constraints.

A row is a record group. It bears neither NIR nor number: it is attached to the one known person of its département with
the same names and birth date, and never makes a person. `dif_*` at O is a constraint, at N or NULL none. The file has
no date of its own: `--as-of`, else the time it was written. Source of the format: domain model §5 and §13.5.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from subgraphs.kit.ingest import Options, Session
from subgraphs.kit.ingest_csv import Row, rows, written_at
from subgraphs.kit.ingest_people import People, PersonRecord
from subgraphs.kit.ingest_report import Outcome, Refused, Report
from subgraphs.kit.ingest_store import Store
from subgraphs.kit.ingest_text import day
from subgraphs.people import tables

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
"""Columns of difficulties → theme (domain model §13.5)."""
PRESENT = ("O", "OUI")
CIVILITIES = {"MME": "MADAME", "M.": "MONSIEUR"}
COLUMNS = (
    "identifiant_unique_de",
    "civilite",
    "nom",
    "prenom",
    "date_naissance",
    "departement",
    "der_entretien",
    *THEMES,
)


class FtExtract:
    """Reads the constraints of the extract into `people`."""

    name = NAME
    role = "people_ingest"

    def __init__(self, people: People) -> None:
        self._people = people

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""
        report = Report(NAME)
        for path in paths:
            try:
                report.open(path)
            except Refused as refused:
                report.refuse_file(refused)
            else:
                await self._file(path, options.as_of or written_at(path), session, report)
        return report

    async def _file(self, path: Path, as_of: datetime, session: Session, report: Report) -> None:
        found = rows(path, COLUMNS)
        while True:
            try:
                row = next(found)
            except StopIteration:
                return
            except Refused as refused:
                report.stop(refused)
                return
            report.begin()
            if isinstance(row, Refused):
                report.refuse(row)
            else:
                await session.unit(report, _Row(self._people, row, as_of).write)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of one file."""

    people: People
    row: Row
    as_of: datetime

    async def write(self, store: Store) -> Outcome:
        key = _key(self.row["identifiant_unique_de"])
        if not await store.admit(tables.source_record, NAME, key, self.as_of):
            return Outcome.OLDER
        department = self.row["departement"]
        if not re.fullmatch(r"\d{2,3}|2[AB]", department):
            raise Refused("LEADING_ZERO_LOST" if re.fullmatch(r"\d", department) else "SCHEMA_INVALID", "departement")
        record = PersonRecord(
            source=NAME,
            source_id=key,
            as_of=self.as_of,
            civility=CIVILITIES.get(self.row["civilite"].upper()),
            first_name=self.row["prenom"] or None,
            last_name=self.row["nom"] or None,
            birth_date=_day(self.row, "date_naissance"),
            department=department,
            by_identity=True,
        )
        await self._constraints(store, key, await self.people.put(store, record))
        return store.outcome

    async def _constraints(self, store: Store, key: str, person_id: UUID) -> None:
        met = _day(self.row, "der_entretien")
        for column, theme in THEMES.items():
            place = {"source": NAME, "source_id": f"{key}:{theme}"}
            if self.row[column].upper() in PRESENT:
                values = {
                    "person_id": person_id,
                    "theme": theme,
                    "state": "OUI",
                    "recorded_on": met,
                    "as_of": self.as_of,
                }
                await store.put(tables.constraint, place, values, new={"id": uuid4()})
            else:
                await store.delete(tables.constraint, **place)


def _day(row: Row, column: str) -> date | None:
    """The day of `AAAA-MM-JJ hh:mm:ss.0`, or none where the column is NULL."""
    text = row[column]
    return None if text == "NULL" else day(text[:10], column)


def _key(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Refused("SCHEMA_INVALID", "identifiant_unique_de") from None
