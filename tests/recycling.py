"""A test's database is used again where emptying it gives back the template, byte for byte of what a test can see.

Rows of tables that the template leaves empty are deleted. Any other difference (a definition, a privilege, a statistic,
a seeded row) makes the database unfit: it is dropped, and the next test gets a copy of the template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_RELATIONS = """
SELECT relnamespace = 'pg_catalog'::regnamespace AS catalog, oid::regclass::text AS name FROM pg_class
WHERE relkind = 'r' AND NOT relisshared AND relnamespace::regnamespace::text NOT LIKE 'pg\\_toast%'
AND relnamespace <> 'information_schema'::regnamespace ORDER BY 1, 2
"""
_EVER_WRITTEN = """
SELECT oid::regclass::text AS name FROM pg_class
WHERE oid = ANY ($1::text[]::regclass[]) AND (pg_stat_file(pg_relation_filepath(oid), true)).size > 0
"""
_SETTINGS = """
SELECT (SELECT datacl::text FROM pg_database WHERE datname = current_database()),
(SELECT count(*) FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase WHERE datname = current_database()),
(SELECT sum(relpages) || ' ' || sum(reltuples) FROM pg_class WHERE relkind IN ('r', 'i'))
"""
_DISCONNECT = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
NO_ROW = "(0,)"
"""The state of a table without a row."""
_RESTART = "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences"


@dataclass(frozen=True, slots=True)
class Baseline:
    """State of a database that no test has used: per relation, how many rows and their latest transaction."""

    catalogs: tuple[str, ...]
    tables: tuple[str, ...]
    states: tuple[str, ...]

    @property
    def empty(self) -> frozenset[str]:
        """Tables without a row."""
        return frozenset(table for table, state in zip(self.tables, self.states, strict=False) if state == NO_ROW)


async def baseline(connection: Connection) -> Baseline:
    """The state of the connected database."""
    relations = await connection.fetch(_RELATIONS)
    catalogs = tuple(row["name"] for row in relations if row["catalog"])
    tables = tuple(row["name"] for row in relations if not row["catalog"])
    return Baseline(catalogs, tables, await _states(connection, tables, catalogs))


async def emptied(connection: Connection, template: Baseline) -> bool:
    """Delete what a test wrote into the connected database; return whether it now is as the template.

    Whoever else is connected is disconnected.
    """
    await connection.execute(_DISCONNECT)
    states = await _states(connection, template.tables, template.catalogs)
    changed = [index for index, state in enumerate(states) if state != template.states[index]]
    tables = [template.tables[index] for index in changed if index < len(template.tables)]
    if len(tables) < len(changed) or not template.empty.issuperset(tables):
        return False
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            await connection.execute(f"DELETE FROM ONLY {table}")
        await connection.execute(_RESTART)
    return True


async def _states(connection: Connection, tables: tuple[str, ...], catalogs: tuple[str, ...]) -> tuple[str, ...]:
    """State of each table and catalog, then of what the shared catalogs and the statistics say of the database.

    A table whose file is empty has no row: counting those of the others only halves the time.
    """
    written = {row["name"] for row in await connection.fetch(_EVER_WRITTEN, tables)}
    counted = [*(table for table in tables if table in written), *catalogs]
    columns = [f"(SELECT (count(*), max(xmin::text::bigint))::text FROM ONLY {name})" for name in counted]
    row = await connection.fetchrow(f"SELECT {', '.join(columns)}")
    settings = await connection.fetchrow(_SETTINGS)
    assert row is not None
    assert settings is not None
    states = dict(zip(counted, row.values(), strict=True))
    return (*(states.get(name, NO_ROW) for name in (*tables, *catalogs)), *map(str, settings.values()))
