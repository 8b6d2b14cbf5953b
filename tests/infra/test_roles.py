"""What each database role can do, and above all can't."""

from __future__ import annotations

import asyncpg
import pytest

from infra.keys import Keys
from infra.migrate import migrate
from infra.role_names import INGESTS, LOGINS, OWNERS, QUERIES, SCHEMAS
from infra.roles import dsn, missing_extensions, password
from infra.schema_versions import HISTORIES
from schema.subgraphs import SUBGRAPHS
from tests.conftest import Database


async def test_no_role_of_ours_is_above_row_security(database: Database) -> None:
    connection = await database.connect()
    rows = await connection.fetch(
        "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
        " OR rolreplication AS above FROM pg_roles WHERE rolname = ANY($1)",
        [*OWNERS, *LOGINS],
    )
    await connection.close()
    assert {row["rolname"]: row["rolcanlogin"] for row in rows} == {
        **dict.fromkeys(OWNERS, False),
        **dict.fromkeys(LOGINS, True),
    }
    assert not any(row["above"] for row in rows)


async def test_each_schema_has_its_owner_and_its_version_table(database: Database) -> None:
    connection = await database.connect()
    namespaces = await connection.fetch("SELECT nspname, nspowner::regrole::text FROM pg_namespace")
    tables = await connection.fetch(
        "SELECT relnamespace::regnamespace::text, relowner::regrole::text FROM pg_class"
        " WHERE relname = 'alembic_version'"
    )
    await connection.close()
    owners = {row[0]: row[1] for row in namespaces}
    for schema in SCHEMAS:
        assert owners[schema] == f"{schema}_owner"
    assert owners["journal"] == owners["journal_keys"] == "journal_owner"
    assert owners["runs"] == owners["quarantine"] == "runs_owner"
    assert {row[0]: row[1] for row in tables} == {history.schema: history.owner for history in HISTORIES}


@pytest.mark.parametrize("role", LOGINS)
async def test_a_role_that_logs_in_can_make_nothing_and_change_no_version(database: Database, role: str) -> None:
    connection = await database.connect(role)
    for statement in (
        "CREATE TABLE public.mine (id integer)",
        "CREATE TEMPORARY TABLE mine (id integer)",
        "CREATE SCHEMA mine",
        *(f"CREATE TABLE {history.schema}.mine (id integer)" for history in HISTORIES),
        *(f"UPDATE {history.schema}.alembic_version SET version_num = ''" for history in HISTORIES),
        *(f"INSERT INTO {history.schema}.alembic_version VALUES ('')" for history in HISTORIES),
        *(f"DELETE FROM {history.schema}.alembic_version" for history in HISTORIES),
        *(f"SET ROLE {owner}" for owner in OWNERS),
        "SELECT rolpassword FROM pg_authid",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize("schema", SUBGRAPHS)
async def test_a_subgraph_role_cannot_enter_another_subgraphs_schema(database: Database, schema: str) -> None:
    connection = await database.connect()
    entered = {
        (role, entered_schema)
        for role in (f"{schema}_query", f"{schema}_ingest")
        for entered_schema in (*SCHEMAS, "journal", "journal_keys", "runs", "quarantine")
        if await connection.fetchval("SELECT has_schema_privilege($1, $2, 'USAGE')", role, entered_schema)
    }
    await connection.close()
    expected = {
        (role, entered_schema)
        for role in (f"{schema}_query", f"{schema}_ingest")
        for entered_schema in (schema, "access")
    }
    assert entered == expected


async def test_a_table_made_later_is_open_to_the_roles_of_its_schema_only(fresh_database: Database) -> None:
    connection = await fresh_database.connect()
    privileges: dict[tuple[str, str], set[str]] = {}
    for owner, table in (
        ("offers_owner", "offers.later"),
        ("journal_owner", "journal.later"),
        ("journal_owner", "journal_keys.later"),
        ("runs_owner", "runs.later"),
        ("runs_owner", "quarantine.later"),
    ):
        await connection.execute(f"SET ROLE {owner}")
        await connection.execute(f"CREATE TABLE {table} (id integer)")
        await connection.execute("RESET ROLE")
        for role in LOGINS:
            for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"):
                if await connection.fetchval("SELECT has_table_privilege($1, $2, $3)", role, table, privilege):
                    privileges.setdefault((table, role), set()).add(privilege)
    await connection.close()
    assert privileges == {
        ("offers.later", "offers_query"): {"SELECT"},
        ("offers.later", "offers_write"): {"SELECT"},
        ("offers.later", "offers_ingest"): {"SELECT", "INSERT", "UPDATE", "DELETE"},
        ("offers.later", "ingest"): {"SELECT", "INSERT", "UPDATE", "DELETE"},
        ("journal.later", "journal_writer"): {"INSERT"},
        ("journal.later", "journal_reader"): {"SELECT"},
        ("journal_keys.later", "journal_keeper"): {"SELECT", "INSERT", "DELETE"},
        ("runs.later", "runs_writer"): {"SELECT", "INSERT", "UPDATE", "DELETE"},
        ("runs.later", "runs_reader"): {"SELECT"},
        ("quarantine.later", "quarantine_keeper"): {"SELECT", "UPDATE", "DELETE"},
        ("quarantine.later", "quarantine_writer"): {"INSERT", "DELETE"},
    }


async def test_a_wrong_password_opens_no_role(database: Database, keys: Keys) -> None:
    for role in (QUERIES[0], INGESTS[0], "journal_writer"):
        wrong_keys = Keys(keys.directory, {**keys.values, f"role-{role}": keys.values["role-journal_reader"]})
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(dsn(database.admin_dsn, role, wrong_keys))


async def test_migrating_again_changes_no_row_and_no_password(fresh_database: Database, keys: Keys) -> None:
    connection = await fresh_database.connect()
    await connection.execute(
        "INSERT INTO access.person (person_id) VALUES ('00000000-0000-4000-8000-000000000001')",
    )
    await migrate(fresh_database.admin_dsn, keys)
    assert await connection.fetchval("SELECT count(*) FROM access.person") == 1
    await connection.close()
    await (await fresh_database.connect("people_query")).close()


def test_a_role_replaces_the_user_and_keeps_server_database_and_options(keys: Keys) -> None:
    secret = password("people_query", keys)
    assert dsn("postgresql://me:pw@db.example:5433/spie?ssl=require", "people_query", keys) == (
        f"postgresql://people_query:{secret}@db.example:5433/spie?ssl=require"
    )
    assert dsn("postgresql:///spie?host=/run/pg", "people_query", keys) == (
        f"postgresql://people_query:{secret}@/spie?host=/run/pg"
    )
    with pytest.raises(ValueError, match="people_owner"):
        dsn("postgresql:///spie", "people_owner", keys)


async def test_a_server_says_which_extension_it_lacks(database: Database) -> None:
    connection = await database.connect()
    assert await missing_extensions(connection, ("plpgsql", "no_such_extension")) == ["no_such_extension"]
    await connection.close()
