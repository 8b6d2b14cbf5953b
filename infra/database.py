"""The database that the demo and the commands work on: that of DATABASE_URL, else the embedded cluster's."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from infra.connecting import connect
from infra.database_refusals import missing, other_keys, unreachable
from infra.keys import Keys
from infra.postgresql import cluster
from infra.postgresql.configuration import ADMINISTRATOR
from infra.roles import dsn, password
from infra.schema_versions import check_versions, histories_of

NAME = "spie"
"""The application's database in an embedded cluster."""


@contextmanager
def administrator(
    url: str | None, name: str, root: Path, keys: Keys, *, create: bool = True, adopt: bool = True
) -> Iterator[str]:
    """Yield the administrator's address of a database, for `infra.migrate.migrate`.

    `url` is the value of DATABASE_URL; without it, the cluster `name` of the clone at `root` runs until the end of the
    block; `create` makes it if it is missing, `adopt` gives it the administrator's password of these keys. Raises
    SetupRefused.
    """
    if url:
        yield url
        return
    with cluster(name, root, password(ADMINISTRATOR, keys), create=create, adopt=adopt) as running:
        yield running.admin_dsn(NAME)


async def check_database(url: str, roles: Collection[str], keys: Keys) -> None:
    """Raise SetupRefused unless each role enters the database with its key and finds this code's schemas there.

    Nothing is changed. Codes: DATABASE_UNREACHABLE, DATABASE_MISSING, DATABASE_KEYS, DATABASE_OLDER, DATABASE_NEWER.
    """
    for role in roles:
        try:
            connection = await connect(dsn(url, role, keys))
        except asyncpg.InvalidAuthorizationSpecificationError as error:
            raise other_keys(str(keys.directory), f"{role}: {type(error).__name__}") from None
        except asyncpg.InvalidCatalogNameError as error:
            raise missing(type(error).__name__) from None
        except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise unreachable(error) from None
        try:
            await check_versions(connection, histories_of(role))
        finally:
            await connection.close()


async def administrator_connection(url: str) -> asyncpg.Connection[asyncpg.Record]:
    """Connect as the administrator; raises SetupRefused (DATABASE_MISSING, DATABASE_UNREACHABLE)."""
    try:
        return await connect(url)
    except asyncpg.InvalidCatalogNameError as error:
        raise missing(type(error).__name__) from None
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise unreachable(error) from None
