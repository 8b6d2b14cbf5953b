"""Which database is worked on, and how it is made ready."""

from __future__ import annotations

import asyncio
import hmac
from base64 import b64decode
from hashlib import pbkdf2_hmac, sha256
from pathlib import Path

import asyncpg
import pytest

from infra.database import NAME, administrator
from infra.errors import SetupRefused
from infra.keys import Keys
from infra.migrate import migrate, upgrade
from infra.postgresql import Cluster, cluster
from infra.postgresql.cluster_home import home
from infra.postgresql.erase import erase
from infra.roles import dsn
from infra.schema_versions import History
from infra.scram import verifier
from tests.conftest import Database


def test_a_given_server_takes_over_and_no_cluster_starts(database: Database, keys: Keys, tmp_path: Path) -> None:
    with administrator(database.admin_dsn, "demo", tmp_path, keys) as url:
        assert url == database.admin_dsn
    assert not home(tmp_path).exists()


def test_without_a_server_the_embedded_one_is_made_ready_twice_and_erased(keys: Keys, tmp_path: Path) -> None:
    for _ in range(2):
        with administrator(None, "demo", tmp_path, keys) as url:
            asyncio.run(migrate(url, keys))
            assert asyncio.run(_current(dsn(url, "offers_query", keys))) == (NAME, "offers_query")
            with pytest.raises(SetupRefused, match="CLUSTER_IN_USE"):
                erase(tmp_path)
    erase(tmp_path)
    assert not home(tmp_path).exists()


async def _current(address: str) -> tuple[str, str]:
    connection = await asyncpg.connect(address)
    row = await connection.fetchrow("SELECT current_database(), current_user")
    await connection.close()
    assert row is not None
    return row[0], row[1]


async def test_processes_that_migrate_at_once_both_succeed(postgresql: Cluster, keys: Keys) -> None:
    name = 'at "once'
    try:
        await asyncio.gather(*(migrate(postgresql.admin_dsn(name), keys) for _ in range(3)))
        assert await _current(dsn(postgresql.admin_dsn(name), "people_query", keys)) == (name, "people_query")
    finally:
        connection = await asyncpg.connect(postgresql.admin_dsn())
        await connection.execute('DROP DATABASE IF EXISTS "at ""once" WITH (FORCE)')
        await connection.close()


async def test_an_administrator_of_databases_and_roles_is_enough(keys: Keys, tmp_path: Path) -> None:
    """A hosted server gives no superuser: CREATEROLE and CREATEDB must do."""
    with cluster("hosted", tmp_path, "secret", durable=False) as running:
        connection = await asyncpg.connect(running.admin_dsn())
        await connection.execute("CREATE ROLE hosted LOGIN CREATEDB CREATEROLE PASSWORD 'hosted'")
        await connection.close()
        url = running.dsn("spie", "hosted", "hosted")
        for _ in range(2):
            await migrate(url, keys)
        assert await _current(dsn(url, "people_query", keys)) == ("spie", "people_query")
    erase(tmp_path)


async def test_an_administrator_of_too_little_is_told_what_is_missing(postgresql: Cluster, keys: Keys) -> None:
    connection = await asyncpg.connect(postgresql.admin_dsn())
    await connection.execute("CREATE ROLE hosted LOGIN CREATEDB CREATEROLE PASSWORD 'hosted'")
    try:
        with pytest.raises(SetupRefused, match="ADMINISTRATOR_UNFIT"):
            await migrate(postgresql.dsn("hosted", "hosted", "hosted"), keys)
    finally:
        await connection.execute("DROP DATABASE IF EXISTS hosted WITH (FORCE)")
        await connection.execute("DROP ROLE hosted")
        await connection.close()


async def test_a_server_that_does_not_answer_is_said_so_without_its_password(tmp_path: Path, keys: Keys) -> None:
    with pytest.raises(SetupRefused) as refused:
        await migrate(f"postgresql://admin:hunter2@/spie?host={tmp_path}", keys)
    assert refused.value.code == "DATABASE_UNREACHABLE"
    assert "hunter2" not in str(refused.value) + refused.value.message


async def test_a_base_that_is_not_in_utf8_is_refused(postgresql: Cluster, keys: Keys) -> None:
    connection = await asyncpg.connect(postgresql.admin_dsn())
    try:
        await connection.execute(
            "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc"
        )
        with pytest.raises(SetupRefused, match="SERVER_UNFIT"):
            await migrate(postgresql.admin_dsn("latin"), keys)
    finally:
        await connection.execute("DROP DATABASE IF EXISTS latin")
        await connection.close()


async def test_a_schema_whose_migrations_were_not_installed_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(SetupRefused, match="MIGRATIONS_MISSING"):
        await upgrade(database.admin_dsn, History("offers", tmp_path), database.keys)


async def test_a_database_that_other_code_took_further_is_refused_in_one_line(fresh_database: Database) -> None:
    connection = await fresh_database.connect()
    await connection.execute("UPDATE offers.alembic_version SET version_num = '9999'")
    await connection.close()
    with pytest.raises(SetupRefused, match="DATABASE_NEWER"):
        await migrate(fresh_database.admin_dsn, fresh_database.keys)


def test_a_verifier_is_that_of_rfc_7677_and_never_twice_the_same() -> None:
    mechanism, iterations_salt, keys = verifier("pencil").split("$")
    iterations, salt = iterations_salt.split(":")
    stored, server = (b64decode(part) for part in keys.split(":"))
    salted = pbkdf2_hmac("sha256", b"pencil", b64decode(salt), int(iterations))
    assert mechanism == "SCRAM-SHA-256"
    assert stored == sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    assert server == hmac.digest(salted, b"Server Key", "sha256")
    assert verifier("pencil") != verifier("pencil")
