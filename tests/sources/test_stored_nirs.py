"""A database written before the gate holds no NIR once migrated, and reading its files again changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from infra.migrate import upgrade
from infra.schema_versions import HISTORIES
from schema.nir import covered
from subgraphs.kit import access
from tests.conftest import Database
from tests.sources.ingestion import versions
from tests.sources.test_msa_dossiers import NUMBER, ingest_dossier

MENDED = {"access": "0005", "people": "0012", "appointments": "0005", "offers": "0009", "trainings": "0008"}
"""The revision of each schema that mends it."""
COLUMNS = """
SELECT c.oid::regclass::text, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND c.relkind = 'r' AND c.relname <> 'alembic_version' AND attnum > 0
  AND attgenerated = '' AND atttypid = 'text'::regtype
"""


async def contents(connection: Any) -> dict[str, list[str]]:
    """Every row of every table, as text; not what is noted of changes, which a migration makes too."""
    noted = {table.fullname for table in access.NOTED}
    tables = sorted({row[0] for row in await connection.fetch(COLUMNS, list(MENDED))} - noted)
    return {
        table: sorted(row[0] for row in await connection.fetch(f"SELECT written::text FROM {table} AS written"))
        for table in tables
    }


async def version(connection: Any, schema: str) -> str:
    return str(await connection.fetchval(f"SELECT version_num FROM {schema}.alembic_version"))


async def stamp(connection: Any, schema: str, revision: str) -> None:
    """Let a schema say that it is at this revision."""
    await connection.execute(f"UPDATE {schema}.alembic_version SET version_num = $1", revision)


async def test_a_migration_mends_what_was_stored(fresh_database: Database, tmp_path: Path) -> None:
    assert await ingest_dossier(fresh_database, tmp_path, NUMBER) == []
    connection = await fresh_database.connect()
    try:
        expected = await contents(connection)
        cover = covered(NUMBER, fresh_database.keys.nir, "MSA:081")
        spoiled = 0
        for table, column in await connection.fetch(COLUMNS, list(MENDED)):
            status = await connection.execute(
                f"UPDATE {table} SET {column} = replace({column}, $1, $2) WHERE position($1 in {column}) > 0",
                cover,
                NUMBER,
            )
            spoiled += status != "UPDATE 0"
        assert spoiled >= 10
        await connection.execute("UPDATE people.contact SET street = street || ' (NIR ' || $1 || ')'", NUMBER)
        heads = {schema: await version(connection, schema) for schema in MENDED}
        for history in HISTORIES:
            if history.schema in MENDED:
                await stamp(connection, history.schema, f"{int(MENDED[history.schema]) - 1:04}")
                await upgrade(fresh_database.admin_dsn, history, fresh_database.keys, MENDED[history.schema])
        for schema, head in heads.items():
            await stamp(connection, schema, head)

        mended = await contents(connection)
        assert [table for table, rows in mended.items() if NUMBER[:13] in "".join(rows)] == []
        assert {table: mended[table] for table in mended if table != "people.contact"} == {
            table: rows for table, rows in expected.items() if table != "people.contact"
        }
        assert await connection.fetch("SELECT street FROM people.contact WHERE street IS NOT NULL") == []
        forced = "SELECT relforcerowsecurity FROM pg_class WHERE oid = 'people.identity'::regclass"
        assert await connection.fetchval(forced)
    finally:
        await connection.close()
    assert await ingest_dossier(fresh_database, tmp_path, NUMBER) == []
    written = await versions(fresh_database)
    assert await ingest_dossier(fresh_database, tmp_path, NUMBER) == []
    assert await versions(fresh_database) == written
