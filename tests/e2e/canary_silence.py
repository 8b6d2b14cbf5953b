"""The world of the whole model, changed in all that one actor may not read under one purpose, and only in that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import asyncpg
import orjson
from sqlalchemy import ARRAY, Column

from schema.facts import Fact, link_key
from tests.conftest import Database
from tests.e2e.canary_mint import Mint
from tests.e2e.canary_model import AGENTS, Model, Planted, insert
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
        readable = (row.row.person for row in model.rows if self._read(row))
        self.known = set(readable)

    async def fall(self, database: Database) -> None:
        """Change whatever may not be read."""
        owner = await database.connect()
        try:
            async with owner.transaction():
                await owner.execute("SET LOCAL session_replication_role = replica")
                for row in self.model.rows:
                    await self._change(owner, row)
                await self._links(owner)
        finally:
            await owner.close()

    async def _change(self, owner: asyncpg.Connection[asyncpg.Record], row: Planted) -> None:
        fate = CHANGED if self._read(row) else self.random.choice((GONE, TWICE, CHANGED))
        if row.table.name == AGENTS or (fate is TWICE and row.table.single):
            return
        if fate is GONE:
            where = _where(row)
            await owner.execute(f"DELETE FROM {row.table.name} WHERE {where}", _json(row.values))
        else:
            names = [column for column in row.table.table.columns if self._free(row, column)]
            changed = {column.name: self._replacement(row, column) for column in names}
            if fate is TWICE:
                columns = row.table.table.columns
                own = [column for column in columns if column.primary_key and not row.table.values(column)]
                own += [columns.source_id] if "source_id" in columns else []
                keys = {column.name: self._replacement(row, column) for column in own}
                doubled = {**row.values, **changed, **keys, row.table.subject: row.row.person}
                await insert(owner, row.table.name, doubled)
            elif changed:
                await _update(owner, row, changed)
        self.done[fate] += 1

    def _read(self, row: Planted) -> bool:
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
                for row in self.model.rows:
                    if row.row.person == person and row.table.name != AGENTS:
                        await owner.execute(f"DELETE FROM {row.table.name} WHERE {row.table.subject} = $1", person)
                await owner.execute("DELETE FROM access.person WHERE person_id = $1", person)
                self.done["someone gone"] += 1


def _json(values: Mapping[str, Any]) -> str:
    return orjson.dumps({str(name): value for name, value in values.items()}).decode()


def _where(row: Planted) -> str:
    """The row itself, of the JSON of its values."""
    names = ", ".join(column.name for column in row.table.table.primary_key.columns)
    key_of_row = f"SELECT {names} FROM jsonb_populate_record(NULL::{row.table.name}, $1::jsonb)"
    return f"({names}) = ({key_of_row})"


async def _update(owner: asyncpg.Connection[asyncpg.Record], row: Planted, changed: Mapping[str, Any]) -> None:
    names = ", ".join(changed)
    values_of_row = f"SELECT {names} FROM jsonb_populate_record(NULL::{row.table.name}, $2::jsonb)"
    sql = f"UPDATE {row.table.name} SET ({names}) = ({values_of_row}) WHERE {_where(row)}"
    assert await owner.execute(sql, _json(row.values), _json(changed)) == "UPDATE 1", sql
