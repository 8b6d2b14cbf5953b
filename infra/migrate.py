"""Make a database ready, from nothing or from any earlier state: database, roles, schemas, migrations per schema.

Migrations are Alembic's, a chain per schema with its version table in that schema, run as the schema's owner in one
transaction. A chain lives in `…/migrations/versions`; all share `infra/alembic/env.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
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

from infra.errors import SetupRefused
from infra.keys import Keys
from infra.roles import ACCESS, JOURNAL, prepare_roles, require_server
from schema.subgraphs import SUBGRAPHS

ROOT = Path(__file__).resolve().parent.parent
MAINTENANCE = "postgres"
"""The database of every server, from which others are created."""
LOCK = 0x73706965
"""The advisory lock of a process that prepares a database."""


@dataclass(frozen=True, slots=True)
class History:
    """The migrations of one schema."""

    schema: str
    location: Path

    @property
    def owner(self) -> str:
        """The role that runs the migrations and owns what they make."""
        return f"{self.schema}_owner"

    @property
    def config(self) -> Config:
        """The Alembic configuration of this chain."""
        config = Config()
        config.set_main_option("script_location", _escaped(ROOT / "infra" / "alembic"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", _escaped(self.location))
        return config


HISTORIES = (
    History(ACCESS, ROOT / "infra" / "access" / "migrations" / "versions"),
    *(History(schema, ROOT / "subgraphs" / schema / "migrations" / "versions") for schema in SUBGRAPHS),
    History(JOURNAL, ROOT / "hub" / "journal" / "migrations" / "versions"),
)
"""Every chain, in order: `access` first, which the row security of the subgraphs reads."""


async def migrate(admin_dsn: str, keys: Keys) -> None:
    """Create the database if it is missing and migrate it to the newest state; raises SetupRefused.

    One process at a time per server, since roles belong to the server: the lock is on its maintenance database.
    """
    try:
        parts = urlsplit(admin_dsn)
    except ValueError as error:
        raise _unreachable(error) from None
    lock = await _connect(urlunsplit(parts._replace(path=f"/{MAINTENANCE}")))
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", LOCK)
        await _ensure_database(lock, unquote(parts.path.lstrip("/")))
        connection = await _connect(admin_dsn)
        try:
            await _prepare(connection, admin_dsn, keys)
        finally:
            await connection.close()
    except asyncpg.InsufficientPrivilegeError as error:
        raise SetupRefused(
            "ADMINISTRATOR_UNFIT",
            "L'utilisateur de DATABASE_URL ne peut pas préparer la base : il doit la posséder, pouvoir créer des rôles "
            "(CREATEROLE), et avoir créé lui-même les rôles du hub s'ils existent déjà.",
            type(error).__name__,
        ) from error
    finally:
        await lock.close()


async def _prepare(connection: asyncpg.Connection[asyncpg.Record], admin_dsn: str, keys: Keys) -> None:
    await require_server(connection)
    async with connection.transaction():
        await prepare_roles(connection, keys)
    for history in HISTORIES:
        await upgrade(admin_dsn, history)
    async with connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {JOURNAL}_owner; SELECT {JOURNAL}.open_months(); RESET ROLE")
        for history in HISTORIES:
            await _close_versions(connection, history)


async def _connect(dsn: str) -> asyncpg.Connection[asyncpg.Record]:
    try:
        return await asyncpg.connect(dsn)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _unreachable(error) from None


def _unreachable(error: Exception) -> SetupRefused:
    """Make the refusal without the error's text, which may quote the password of the address."""
    return SetupRefused(
        "DATABASE_UNREACHABLE",
        "La base de données ne répond pas ou refuse l'administrateur : vérifiez DATABASE_URL et le serveur.",
        type(error).__name__,
    )


async def _ensure_database(connection: asyncpg.Connection[asyncpg.Record], name: str) -> None:
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
        quoted = await connection.fetchval("SELECT quote_ident($1)", name)
        await connection.execute(f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING 'UTF8'")


async def upgrade(dsn: str, history: History) -> None:
    """Migrate one schema to its newest state.

    Raises SetupRefused if its migrations are not installed, or if other code has taken the schema further than they go.
    """
    if not any(history.location.glob("*.py")):
        raise SetupRefused(
            "MIGRATIONS_MISSING",
            f"Les migrations du schéma {history.schema} ne sont pas installées : réinstallez le paquet spie-hub.",
            f"no migration in {history.location}",
        )

    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(dsn)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SET LOCAL ROLE {history.owner}"))
            await connection.run_sync(_run, history)
    except CommandError as error:
        if not isinstance(error.__cause__, ResolutionError):
            raise
        raise SetupRefused(
            "DATABASE_NEWER",
            f"La base porte, dans le schéma {history.schema}, une migration que ce code n'a pas (autre branche, ou "
            "version plus récente) : revenez au code qui l'a faite. Si la base n'est que celle de la démonstration, "
            "« make clean » puis « make demo » la refont.",
            str(error),
        ) from error
    finally:
        await engine.dispose()


def _run(connection: Connection, history: History) -> None:
    config = history.config
    config.attributes.update(connection=connection, schema=history.schema)
    command.upgrade(config, "head")


async def _close_versions(connection: asyncpg.Connection[asyncpg.Record], history: History) -> None:
    """Revoke from the schema's roles what default privileges gave them on the version table."""
    await connection.execute(f"SET LOCAL ROLE {history.owner}")
    table = f"{history.schema}.alembic_version"
    for (grantee,) in await connection.fetch(
        "SELECT DISTINCT grantee::regrole::text FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = $1::regclass"
        " AND grantee <> relowner AND grantee <> 0",
        table,
    ):
        await connection.execute(f"REVOKE ALL ON {table} FROM {grantee}")


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
