"""Make a database ready, from nothing or from any earlier state: database, roles, schemas, migrations per schema.

Migrations are Alembic's, a chain per schema with its version table in that schema, run as the schema's owner in one
transaction. A chain lives in `…/migrations/versions`; all share `infra/alembic/env.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from infra.connecting import connect
from infra.database_refusals import other_keys, unreachable
from infra.errors import SetupRefused
from infra.keys import Keys
from infra.role_names import JOURNAL, JOURNAL_KEYS, LOGINS, QUARANTINE, RUNS, SCHEMAS
from infra.roles import address, password, prepare_roles, require_server, set_passwords
from infra.schema_versions import HISTORIES, ROOT, History, newer, note_serves_from, refuse_newer

MAINTENANCE = "postgres"
"""The database of every server, from which others are created."""
LOCK = 0x73706965
"""The advisory lock of a process that prepares a database."""


def config(history: History) -> Config:
    """The Alembic configuration of this chain."""
    configuration = Config()
    configuration.set_main_option("script_location", _escaped(ROOT / "infra" / "alembic"))
    configuration.set_main_option("path_separator", "newline")
    configuration.set_main_option("version_locations", _escaped(history.location))
    return configuration


async def migrate(admin_dsn: str, keys: Keys) -> None:
    """Create the database if it is missing and migrate it to the newest state; raises SetupRefused.

    Nothing is changed in a database that other code has taken further, or whose roles have other passwords than those
    of these keys.
    """
    async with _server(admin_dsn) as server:
        name = _name(admin_dsn)
        existing = await server.fetchval("SELECT true FROM pg_database WHERE datname = $1", name)
        await _refuse_other_passwords(server, admin_dsn, keys)
        if not existing:
            await _create(server, admin_dsn)
        connection = await _connect(admin_dsn)
        try:
            await _prepare(connection, admin_dsn, keys)
        finally:
            await connection.close()


async def make_empty(admin_dsn: str, keys: Keys) -> None:
    """Create a database without any schema, beside roles that are as they must be, for what a backup puts into it."""
    async with _server(admin_dsn) as server:
        await _create(server, admin_dsn)
        connection = await _connect(admin_dsn)
        try:
            await require_server(connection)
            async with connection.transaction():
                await prepare_roles(connection, keys)
                schemas = ", ".join((*SCHEMAS, JOURNAL, JOURNAL_KEYS, RUNS, QUARANTINE))
                await connection.execute(f"DROP SCHEMA {schemas} CASCADE")
        finally:
            await connection.close()


async def renew_passwords(admin_dsn: str, keys: Keys) -> None:
    """Give the roles that the server has the passwords of these keys; raises SetupRefused."""
    async with _server(admin_dsn) as server, server.transaction():
        await set_passwords(server, keys)


@asynccontextmanager
async def _server(admin_dsn: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """The maintenance database, one process at a time per server, since roles belong to the server."""
    try:
        parts = urlsplit(admin_dsn)
    except ValueError as error:
        raise unreachable(error) from None
    server = await _connect(urlunsplit(parts._replace(path=f"/{MAINTENANCE}")))
    try:
        await server.execute("SELECT pg_advisory_lock($1)", LOCK)
        yield server
    except asyncpg.InsufficientPrivilegeError as error:
        raise SetupRefused(
            "ADMINISTRATOR_UNFIT",
            "L'utilisateur de DATABASE_URL ne peut pas préparer la base : il doit la posséder, pouvoir créer des rôles "
            "(CREATEROLE), et avoir créé lui-même les rôles du hub s'ils existent déjà.",
            type(error).__name__,
        ) from error
    finally:
        await server.close()


async def _create(server: asyncpg.Connection[asyncpg.Record], admin_dsn: str) -> None:
    quoted = await server.fetchval("SELECT quote_ident($1)", _name(admin_dsn))
    await server.execute(f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING 'UTF8'")


def _name(admin_dsn: str) -> str:
    """The name of the database of an address."""
    return unquote(urlsplit(admin_dsn).path.lstrip("/"))


async def _refuse_other_passwords(server: asyncpg.Connection[asyncpg.Record], admin_dsn: str, keys: Keys) -> None:
    """Raise SetupRefused (DATABASE_KEYS) if a role that is there has another password than that of these keys."""
    role = await server.fetchval("SELECT rolname FROM pg_roles WHERE rolname = ANY($1) ORDER BY 1 LIMIT 1", LOGINS)
    if role is None:
        return
    try:
        await (await connect(address(admin_dsn, role, password(role, keys)))).close()
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise other_keys(str(keys.directory), type(error).__name__) from None
    except asyncpg.PostgresError:  # the password is right: another database of this server, or none yet
        return


async def _prepare(connection: asyncpg.Connection[asyncpg.Record], admin_dsn: str, keys: Keys) -> None:
    await require_server(connection)
    await refuse_newer(connection, HISTORIES)
    async with connection.transaction():
        await prepare_roles(connection, keys)
    for history in HISTORIES:
        await upgrade(admin_dsn, history, keys)
    async with connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {JOURNAL}_owner; SELECT {JOURNAL}.open_months(); RESET ROLE")
        for history in HISTORIES:
            await _close_versions(connection, history)


async def _connect(dsn: str) -> asyncpg.Connection[asyncpg.Record]:
    try:
        return await connect(dsn)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise unreachable(error) from None


async def upgrade(dsn: str, history: History, keys: Keys, revision: str = "head") -> None:
    """Migrate one schema to its newest state, or to an earlier revision.

    Raises SetupRefused if its migrations are not installed, or if other code has taken the schema further than they go.
    """
    if not any(history.location.glob("*.py")):
        raise SetupRefused(
            "MIGRATIONS_MISSING",
            f"Les migrations du schéma {history.schema} ne sont pas installées : réinstallez le paquet spie-hub.",
            f"no migration in {history.location}",
        )

    async def connected() -> asyncpg.Connection[asyncpg.Record]:
        return await connect(dsn)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connected, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SET LOCAL ROLE {history.owner}"))
            await connection.run_sync(_run, history, keys, revision)
    except CommandError as error:
        if not isinstance(error.__cause__, ResolutionError):
            raise
        raise newer(history.schema, str(error)) from error
    finally:
        await engine.dispose()


def _run(connection: Connection, history: History, keys: Keys, revision: str) -> None:
    configuration = config(history)
    configuration.attributes.update(connection=connection, schema=history.schema, nir_key=lambda: _nir_key(keys))
    command.upgrade(configuration, revision)


def _nir_key(keys: Keys) -> bytes:
    """The key of the hashes of NIRs, for a migration that needs it; raises SetupRefused."""
    return Keys.load(keys.directory, ("nir",)).nir


async def _close_versions(connection: asyncpg.Connection[asyncpg.Record], history: History) -> None:
    """Let the schema's roles read the version table, and nothing more that default privileges gave them."""
    await connection.execute(f"SET LOCAL ROLE {history.owner}")
    await note_serves_from(connection, history)
    table = f"{history.schema}.alembic_version"
    for (grantee,) in await connection.fetch(
        "SELECT DISTINCT grantee::regrole::text FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = $1::regclass"
        " AND grantee <> relowner AND grantee <> 0",
        table,
    ):
        await connection.execute(f"REVOKE ALL ON {table} FROM {grantee}")
    await connection.execute(f"GRANT SELECT ON {table} TO {', '.join(history.readers)}")


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
