"""Source `droits`: the register of a Conseil départemental's DPO, with the rights that people exercise (CSV, `;`).

No system of the SPIE publishes objections, so that the format is ours. A row is a record group: all that is in force
for one person, so that a right that is lifted is a row with N.

    departement;identifiant_interne;date_naissance;opposition;limitation;effacement;maj
    08;DEMO000013;11/02/1990;O;N;;2026-11-02T09:30:00+01:00

`effacement` is the day from which the data are to be erased, and nobody else than the person and the officer reads
them; empty, none is planned.

A person is found by the internal id of its département and by its birth date, which must agree; a row creates nobody.
The newest `maj` counts, whatever the order of files. The day of an objection or a limitation is the first `maj` which
says it. Rows of several départements on one person act together: what one lifts stays as long as another says it, and
the earliest erasure is planned. A row whose internal id is another person's now leaves the one before.
Source of the rule: docs/policy.md#restriction; RGPD 17, 18 and 21.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from schema.days import day_of
from schema.facts import Fact
from subgraphs.kit import access
from subgraphs.kit.ingest.csv_rows import CsvSource, Row
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.person_registry import People
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Used
from subgraphs.kit.ingest.text_forms import day, instant
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup
from subgraphs.people import journey_tables, tables
from subgraphs.people.merged_people import survivors_of

NAME = "droits"
RESTRICTIONS = {"opposition": Fact.OPPOSITION, "limitation": Fact.LIMITATION}
DAYS = {"opposition": "opposed_on", "limitation": "limited_on"}
COLUMNS = ("departement", "identifiant_interne", "date_naissance", *RESTRICTIONS, "effacement", "maj")
FLAGS = {"O": True, "N": False}
FIELDS: Fields = {
    ("departement", "identifiant_interne", "date_naissance"): Used.MATCH,
    "opposition": "Person.restrictions Rights.opposedOn",
    "limitation": "Person.restrictions Rights.limitedOn",
    "effacement": "Person.erasurePlannedOn Rights.erasureDueOn",
    "maj": Used.AS_OF,
}


class RightsRegister(CsvSource):
    """Reads restrictions into `access.person`, where they act on the next request."""

    name = NAME
    reads = "registre des oppositions, limitations et effacements prévus tenu par le département, CSV ou .xlsx"
    role = "people_ingest"
    columns = COLUMNS
    fields = FIELDS

    def group(self, row: Row, options: Options) -> RecordGroup:
        """Make the rights that one person exercises; each row has its own date, `maj`."""
        return _Row(self.people, row)


@dataclass(frozen=True, slots=True, repr=False)
class _Row:
    """One row of one file."""

    people: People
    row: Row

    async def write(self, store: Store) -> Outcome:
        key = self.people.opaque_key(NAME, self.row["departement"], self.row["identifiant_interne"])
        updated_at = instant(self.row["maj"], "maj")
        if not await store.admit(tables.source_record, NAME, key, updated_at):
            return Outcome.OLDER
        for column in RESTRICTIONS:
            if self.row[column] not in FLAGS:
                raise Refused("SCHEMA_INVALID", column)
        erasure = day(self.row["effacement"], "effacement")
        people = await self._people(store)
        before = await _rows_of(store, key)
        days = self._days_of_rights(before[0] if before else {}, updated_at, erasure)
        await _remember(store, sorted(people) if any(days.values()) else (), key, updated_at, days, len(before))
        left = {UUID(str(row["person_id"])) for row in before} - people
        for person_id in people | left:
            about = await store.all(journey_tables.exercised_right, person_id=person_id)
            await store.put(access.person, {"person_id": person_id}, _in_force(about))
        for person_id in people | left:
            await self.people.put_restrictions(store, person_id)
        return store.outcome

    def _days_of_rights(
        self, before: Mapping[str, Any], updated_at: datetime, erasure: date | None
    ) -> dict[str, date | None]:
        """What the row says: the first day on which the register said that each right is in force, for as long as it
        is, and the day of an erasure."""
        days = {
            day: (before.get(day) or day_of(updated_at)) if FLAGS[self.row[column]] else None
            for column, day in DAYS.items()
        }
        return {**days, "erasure_on": erasure}

    async def _people(self, store: Store) -> set[UUID]:
        """The people of whom this is the internal id: several only if they were merged into one."""
        born = day(self.row["date_naissance"], "date_naissance")
        records = await store.all(
            tables.identity,
            department=self.row["departement"],
            department_internal_id=self.row["identifiant_interne"],
        )
        people = {UUID(str(row["person_id"])) for row in records}
        if len(set((await survivors_of(store, people)).values())) != 1:
            raise Refused("MATCH_SEVERAL" if people else "MATCH_NONE")
        if born is None or any(row["birth_date"] not in (None, born) for row in records):
            raise Refused("MATCH_CONFLICT", "date_naissance")
        return people


def _row_key(key: str, number: int) -> dict[str, str]:
    """Return the key under which one person of a register's row is kept; `number` counts its people from 0."""
    return {"source": NAME, "source_id": f"{key} {number}" if number else key}


async def _rows_of(store: Store, key: str) -> list[Mapping[str, Any]]:
    """Return what is kept of a register's row, one row for each of its people."""
    stored_rows: list[Mapping[str, Any]] = []
    while (row := await store.row(journey_tables.exercised_right, **_row_key(key, len(stored_rows)))) is not None:
        stored_rows.append(row)
    return stored_rows


async def _remember(
    store: Store,
    people: Sequence[UUID],
    key: str,
    updated_at: datetime,
    days: Mapping[str, date | None],
    before: int,
) -> None:
    """Keep what the row says for each of these people, so that none loses it when they are parted; `before` is how many
    it was kept for."""
    for number, person_id in enumerate(people):
        values = {**days, "person_id": person_id, "as_of": updated_at}
        await store.put(journey_tables.exercised_right, _row_key(key, number), values)
    for number in range(len(people), before):
        await store.delete(journey_tables.exercised_right, **_row_key(key, number))


def _in_force(about: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What acts of all rows of registers about a person: what one département lifts, another may say, and the earliest
    erasure is the one that is planned."""
    restrictions = 0
    for row in about:
        for column, fact in RESTRICTIONS.items():
            restrictions |= fact if row[DAYS[column]] is not None else 0
    erasures = [row["erasure_on"] for row in about if row["erasure_on"] is not None]
    return {"own_restrictions": restrictions, "own_erasure_on": min(erasures, default=None)}
