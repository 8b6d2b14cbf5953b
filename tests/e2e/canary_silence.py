"""The world of the whole model, changed in all that one actor may not read under one purpose, and only in that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import asyncpg
from sqlalchemy import ARRAY, Column

from schema.facts import Fact, link_key
from tests.conftest import Database
from tests.e2e.canary_columns import Personal, personal
from tests.e2e.canary_mint import Mint
from tests.e2e.canary_model import AGENTS, Model, Planted, as_json, insert
from tests.e2e.canary_rights import DATES, Path, Rights
from tests.e2e.canary_ties import ELSEWHERE, OWNERS

ORGANISATIONS = ("organisation_siret", "recorded_by")
DECIDING = (
    "appointments.appointment.organisation_id",
    f"{AGENTS}.appointment_id",
    "people.referent.structure_id",
    "people.person_constraint.theme",
    "people.objective.theme",
    "people.orientation.structure_id",
    "offers.referral.service_id",
    *(f"{table}.{column}" for table, columns in DATES.values() for column in columns),
    "offers.referral.prescriber_structure_id",
    "offers.job_application.company_id",
    "offers.immersion_agreement.sensitivity",
    "trainings.placement.session_id",
)
"""Columns that stay: whether the rest of the row is read hangs on them."""
AS_ORDINARY = {"people.person.structure_id": "Person.referentOrganisation"}
"""A link that may not be told is as no link at all."""
COARSENED: Mapping[tuple[str, str], tuple[frozenset[tuple[str, str]], str | None]] = {
    ("appointments.appointment.motive_category", "psychologue"): (frozenset({("Motive", "SAN")}), None),
    ("appointments.invitation.motive_category", "psychologue"): (frozenset({("Motive", "SAN")}), None),
    ("appointments.appointment.status", "ABSENT"): (
        frozenset({("Appointment.status", "ASSIDU"), ("OrientationAppointment.status", "ASSIDU")}),
        "INCONNU",
    ),
}
"""Values that a field coarsens for whoever lacks a stricter category: by type or field, and an ordinary one told like
it."""
FIRST_NUMBER = 60_000
"""More than the values of the world."""
GONE, TWICE, CHANGED = "gone", "twice", "changed"


class Silence:
    """Changes of a copy of the world; `done` counts them."""

    def __init__(self, model: Model, actor: str, purpose: str) -> None:
        self.model, self.rights = model, Rights(model.actors[actor], purpose)
        self.random, self.mint, self.done = Random(f"{actor} {purpose}"), Mint(FIRST_NUMBER), Counter[str]()
        self.read = [self._reads_any(row) for row in model.rows]
        self.known = {row.row.person for row, is_read in zip(model.rows, self.read, strict=True) if is_read}

    async def fall(self, database: Database) -> None:
        """Change whatever may not be read."""
        owner = await database.connect()
        try:
            async with owner.transaction():
                await owner.execute("SET LOCAL session_replication_role = replica")
                await self._rows(owner)
                await self._links(owner)
        finally:
            await owner.close()

    async def _rows(self, owner: asyncpg.Connection[asyncpg.Record]) -> None:
        """Change the rows, those together whose statement is the same: each is changed once."""
        gone: dict[Personal, list[Mapping[str, Any]]] = {}
        twice: dict[Personal, list[Mapping[str, Any]]] = {}
        changed: dict[tuple[Personal, tuple[str, ...]], list[Mapping[str, Any]]] = {}
        for row, is_read in zip(self.model.rows, self.read, strict=True):
            fate = CHANGED if is_read else self.random.choice((GONE, TWICE, CHANGED))
            if row.table.name == AGENTS or (fate is TWICE and row.table.single):
                continue
            if fate is GONE:
                gone.setdefault(row.table, []).append(row.values)
            else:
                values = {column.name: self._replacement(row, column) for column in self._free_columns(row)}
                if fate is TWICE:
                    twice.setdefault(row.table, []).append(self._double(row, values))
                elif values:
                    changed.setdefault((row.table, tuple(values)), []).append({**row.values, **values})
            self.done[fate] += 1
        for table, rows in gone.items():
            await _delete(owner, table, rows)
        for table, rows in twice.items():
            await insert(owner, table.name, *rows)
        for (table, names), rows in changed.items():
            await _update(owner, table, names, rows)

    def _free_columns(self, row: Planted) -> list[Column[Any]]:
        return [column for column in row.table.table.columns if self._free(row, column)]

    def _double(self, row: Planted, changed: Mapping[str, Any]) -> Mapping[str, Any]:
        """Another row like this one, with these values."""
        columns = row.table.table.columns
        own = [column for column in columns if column.primary_key and not row.table.values(column)]
        own += [columns.source_id] if "source_id" in columns else []
        keys = {column.name: self._replacement(row, column) for column in own}
        return {**row.values, **changed, **keys, row.table.subject: row.row.person}

    def _reads_any(self, row: Planted) -> bool:
        """Whether anything of the row is told, or felt."""
        return any(self._open(row, column.name) for column in row.table.table.columns)

    def _open(self, row: Planted, name: str) -> bool:
        table = row.table
        paths: list[Path] = [*table.disclosed.get(name, ()), *table.felt.get(name, ()), *table.led.get(name, ())]
        return self.rights.reads(self.model.subjects[row.row.person], row.row, paths)

    def _free(self, row: Planted, column: Column[Any]) -> bool:
        """Whether a column may hold anything else without the actor's knowing."""
        where, name = f"{row.table.name}.{column.name}", column.name
        if name in ORGANISATIONS:
            return bool(row.values[name] != self.rights.organisation)
        if column.primary_key or name == row.table.subject or where in DECIDING:
            return False
        if name.endswith("_key"):
            return not self._open(row, name.removesuffix("_key"))
        coarse = COARSENED.get((where, str(row.values[name])))
        return not (self._open(row, name) if coarse is None else self._reads_whole(row, name, coarse[0]))

    def _reads_whole(self, row: Planted, name: str, stricter: frozenset[tuple[str, str]]) -> bool:
        """Whether the actor may read a value of this row though it is of a stricter category."""
        protected = replace(row.row, protected=row.row.protected | stricter)
        return self.rights.reads(self.model.subjects[row.row.person], protected, row.table.disclosed[name])

    def _replacement(self, row: Planted, column: Column[Any]) -> Any:
        where, name = f"{row.table.name}.{column.name}", column.name
        closed = row.table.values(column)
        if name in ORGANISATIONS:
            return self.random.choice([siret for siret in (*OWNERS, ELSEWHERE) if siret != self.rights.organisation])
        if where in AS_ORDINARY:
            return None
        if (where, str(row.values[name])) in COARSENED:
            return COARSENED[where, str(row.values[name])][1]
        if closed:
            value = self.random.choice(closed)
            return [value] if isinstance(column.type, ARRAY) else value
        return self.mint.value(column, where, row.row, ())

    async def _links(self, owner: asyncpg.Connection[asyncpg.Record]) -> None:
        """What ties people to others than the actor; people of whom it knows nothing are restricted, or go."""
        keys = [link_key(Fact[relation], scope) for relation, scope in self.rights.scopes]
        await owner.execute("DELETE FROM access.link WHERE NOT key = ANY ($1)", keys)
        for person in sorted(set(self.model.persons.values()) - self.known):
            if self.random.random() < 0.5:
                for table in personal().values():
                    if table.name != AGENTS:
                        await owner.execute(f"DELETE FROM {table.name} WHERE {table.subject} = $1", person)
                await owner.execute("DELETE FROM access.person WHERE person_id = $1", person)
                self.done["someone gone"] += 1


def _keys(table: Personal, rows: str) -> str:
    """The condition that a row of the table is one of `rows`."""
    names = [column.name for column in table.table.primary_key.columns]
    return " AND ".join(f"{table.name}.{name} = {rows}.{name}" for name in names)


async def _delete(
    owner: asyncpg.Connection[asyncpg.Record], table: Personal, rows: Sequence[Mapping[str, Any]]
) -> None:
    listed = f"jsonb_populate_recordset(NULL::{table.name}, $1::jsonb) AS listed"
    sql = f"DELETE FROM {table.name} USING {listed} WHERE {_keys(table, 'listed')}"
    assert await owner.execute(sql, as_json(rows)) == f"DELETE {len(rows)}", sql


async def _update(
    owner: asyncpg.Connection[asyncpg.Record],
    table: Personal,
    names: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Give rows of the table new values of the columns `names`."""
    listed = f"jsonb_populate_recordset(NULL::{table.name}, $1::jsonb) AS listed"
    assigned = ", ".join(f"{name} = listed.{name}" for name in names)
    sql = f"UPDATE {table.name} SET {assigned} FROM {listed} WHERE {_keys(table, 'listed')}"
    assert await owner.execute(sql, as_json(rows)) == f"UPDATE {len(rows)}", sql
