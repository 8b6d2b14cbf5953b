"""What was written before there were chains is kept, chained, and verifies."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from infra.keys import Keys
from infra.migrate import config as alembic_config
from infra.migrate import migrate
from infra.role_names import JOURNAL
from infra.roles import prepare_roles
from infra.schema_versions import HISTORIES
from tests.conftest import Database
from tests.journal.sample_journal import adopted, checked, findings, rows, tamper, written

ENTRY = """INSERT INTO journal.entry (kind, request, at, trace, actor, actor_kind, client, purpose, operation_hash,
                          decisions)
SELECT kind, md5(number::text)::uuid, timestamptz '2026-09-20 12:00:00.5+02' + number * interval '10 days', 't', 'a',
       'dpo', 'c', 'droits', 'h', CASE kind WHEN 'INTENT' THEN '{}' ELSE '{"NOT_HELD": 2, "ALLOW": 1}' END::jsonb
FROM generate_series(1, 6) AS number, unnest(ARRAY['INTENT', 'DISCLOSURE']) AS kind ORDER BY number"""
DISCLOSURE = """INSERT INTO journal.disclosure (request, coordinates, masked, subjects)
SELECT md5(number::text)::uuid, ARRAY['Person.id', 'Person.' || rank], ARRAY['Person.rsa'],
       ARRAY['\\x00ff'::bytea, '\\x01']
FROM generate_series(1, 6) AS number, generate_series(1, 2) AS rank"""


async def test_entries_from_before_the_chain_are_kept_and_verify(fresh_database: Database, keys: Keys) -> None:
    admin = await fresh_database.connect()
    try:
        await admin.execute("DROP SCHEMA journal, journal_keys CASCADE")
        await prepare_roles(admin, keys)
        await to_revision(fresh_database, "0001")
        await admin.execute(ENTRY)
        await admin.execute(DISCLOSURE)
    finally:
        await admin.close()
    await migrate(fresh_database.admin_dsn, keys)
    left = await rows(
        fresh_database, "SELECT count(*) FROM journal.entry UNION ALL SELECT count(*) FROM journal.disclosure"
    )
    assert [row["count"] for row in left] == [12, 12]
    verification = await checked(fresh_database)
    assert (verification.entries, verification.unsigned) == (12, 12)
    assert await findings(fresh_database) == [("ENTRIES_ADDED", 1, 12)]  # until an operator answers for them
    await written(fresh_database)
    await adopted(fresh_database)
    assert await findings(fresh_database) == []
    await tamper(fresh_database, "UPDATE journal.entry SET actor = 'b' WHERE seq = 3 AND actor = 'a'")
    assert await findings(fresh_database) == [("ENTRIES_CHANGED", 3, 3)]


async def to_revision(database: Database, revision: str) -> None:
    """Bring the journal, and nothing else, to this revision."""
    (history,) = (candidate for candidate in HISTORIES if candidate.schema == JOURNAL)

    def upgrade(connection: Connection) -> None:
        config = alembic_config(history)
        config.attributes.update(connection=connection, schema=JOURNAL)
        command.upgrade(config, revision)

    engine = create_async_engine(database.admin_dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SET LOCAL ROLE {history.owner}"))
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()
