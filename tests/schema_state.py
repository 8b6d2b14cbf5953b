"""Reads a schema of the database, and the one that its declarations would make, as comparable rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
from sqlalchemy import MetaData
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from subgraphs.kit.change_sources import watched
from subgraphs.kit.row_security import protections, statements
from tests.conftest import Database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
State = dict[str, set[tuple[object, ...]]]

TABLES = """
    SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class
    WHERE relnamespace = $1::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
"""
COLUMNS = """
    SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attcollation::regcollation::text,
        pg_get_expr(adbin, adrelid)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = $1::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' AND attnum > 0
        AND NOT attisdropped
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = $1::regnamespace AND contype <> 'n' AND conname <> 'alembic_version_pkc'
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename <> 'alembic_version'"
POLICIES = (
    "SELECT tablename, policyname, permissive, roles, cmd, qual, with_check FROM pg_policies WHERE schemaname = $1"
)
TRIGGERS = """
    SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = $1::regnamespace AND tgname LIKE 'note\\_%'
"""
FUNCTIONS = """
    SELECT proname, proconfig, prosrc FROM pg_proc WHERE pronamespace = $1::regnamespace AND proname LIKE 'note\\_%'
"""
QUERIES = {
    "tables": TABLES,
    "columns": COLUMNS,
    "constraints": CONSTRAINTS,
    "indexes": INDEXES,
    "policies": POLICIES,
    "triggers": TRIGGERS,
    "functions": FUNCTIONS,
}


@dataclass(frozen=True, slots=True)
class States:
    """A schema as its migrations made it, and as its declarations would."""

    migrated: State
    declared: State

    @property
    def differences(self) -> list[str]:
        """What only one of them has, a line each."""
        return [
            f"{kind}: {row}: {origin}"
            for kind in QUERIES
            for origin, rows in (
                ("declared, made by no migration", self.declared[kind] - self.migrated[kind]),
                ("made by a migration, not declared", self.migrated[kind] - self.declared[kind]),
            )
            for row in sorted(rows, key=str)
        ]


async def states(database: Database, metadata: MetaData, types: Iterable[type]) -> States:
    """Both states of the schema of `metadata`; the database is left as it was."""
    schema = metadata.schema
    assert schema is not None
    connection = await database.connect()
    transaction = connection.transaction()
    await transaction.start()
    try:
        migrated = await _state(connection, schema)
        await connection.execute(f"ALTER SCHEMA {schema} RENAME TO {schema}_migrated; CREATE SCHEMA {schema}")
        for statement in _declared(metadata, types):
            await connection.execute(statement)
        return States(migrated, await _state(connection, schema))
    finally:
        await transaction.rollback()
        await connection.close()


def _declared(metadata: MetaData, types: Iterable[type]) -> Iterable[str]:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in metadata.sorted_tables:
        yield str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            yield str(CreateIndex(index).compile(dialect=dialect))
    for protection in protections(metadata, types):
        yield from statements(protection)
    for watched_table in watched(metadata, types):
        yield from watched_table.statements


async def _state(connection: Connection, schema: str) -> State:
    results = {name: await connection.fetch(query, schema) for name, query in QUERIES.items()}
    return {name: {_comparable(row) for row in rows} for name, rows in results.items()}


def _comparable(row: asyncpg.Record) -> tuple[object, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)
