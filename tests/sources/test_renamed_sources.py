"""A database in which referrals bore the name of DORA is, once migrated, what reading them today would write."""

from __future__ import annotations

from pathlib import Path

from infra.migrate import upgrade
from infra.schema_versions import HISTORIES
from tests.conftest import Database
from tests.e2e.site import demonstration
from tests.sources.test_stored_nirs import COLUMNS, contents, stamp, version

RENAMED = {"access": "0007", "people": "0028", "offers": "0014", "runs": "0007"}
"""The revision of each schema that renames the source."""


async def test_rows_of_a_renamed_source_bear_its_name_everywhere(fresh_database: Database, tmp_path: Path) -> None:
    await demonstration(fresh_database, tmp_path)
    connection = await fresh_database.connect()
    try:
        await connection.execute("DELETE FROM offers.referral_terms")  # DORA's own, which came with a later migration
        await connection.execute("INSERT INTO runs.sync_state (source, account) VALUES ('orientations', 'essai')")
        expected = await contents(connection)
        bearing = set()
        for table, column in await connection.fetch(COLUMNS, list(RENAMED)):
            earlier = f"UPDATE {table} SET {column} = 'dora' WHERE {column} = 'orientations'"
            if await connection.execute(earlier) != "UPDATE 0":
                bearing.add(table)
        assert {"access.link", "offers.referral", "people.identity", "runs.sync_state"} <= bearing
        heads = {schema: await version(connection, schema) for schema in RENAMED}
        for history in HISTORIES:
            if history.schema in RENAMED:
                await stamp(connection, history.schema, f"{int(RENAMED[history.schema]) - 1:04}")
                await upgrade(fresh_database.admin_dsn, history, fresh_database.keys, RENAMED[history.schema])
        for schema, head in heads.items():
            await stamp(connection, schema, head)
        assert await contents(connection) == expected
        forced = "SELECT relforcerowsecurity FROM pg_class WHERE oid = 'people.identity'::regclass"
        assert await connection.fetchval(forced)
    finally:
        await connection.close()
