"""The database that commands work on: the server of `DATABASE_URL`, else the cluster of this clone.

A command changes nothing of it that its name does not say: most find a database that is ready, or refuse. Only `hub
database` and, on the embedded cluster of development, what serves make it so.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import asyncpg

from hub.cli.options import ROOT
from hub.errors import NotServed
from infra.connecting import connect
from infra.database import administrator, check_database
from infra.errors import SetupRefused
from infra.keys import Keys
from infra.role_names import POOLED
from infra.roles import Dsn, dsn, require_no_user
from subgraphs.kit.connection_pool import SETTINGS

CLUSTER = "demo"
"""The embedded cluster of the commands."""
POOL = "DATABASE_POOL_URL"
"""The variable of a pool of transactions (pgbouncer), by which the roles of `POOLED` enter."""
_TRACKED = ("application_name", "DateStyle")
"""Settings that a pool gives to each client as it asks for them."""


@contextmanager
def database(keys: Keys, *roles: str) -> Iterator[Dsn]:
    """Yield a function from these roles to their address in the database, which is ready; raises SetupRefused."""
    with administered(keys) as url:
        asyncio.run(check_database(url, roles, keys))
        yield lambda role: dsn(url, role, keys)


@contextmanager
def administered(keys: Keys, *, create: bool = False, adopt: bool = False) -> Iterator[str]:
    """Yield the administrator's address of the database, which the caller checks; raises SetupRefused.

    On the embedded cluster, the folder of the keys holds the key `database`; `create` and `adopt` are those of
    `administrator`."""
    url = os.environ.get("DATABASE_URL")
    owner_keys = keys if url else Keys.load(keys.directory, ("database",))
    with administrator(url, CLUSTER, ROOT, owner_keys, create=create, adopt=adopt) as address:
        yield address


@contextmanager
def served_database(keys: Keys, *roles: str) -> Iterator[Dsn]:
    """Yield the same as `database`; the embedded cluster is made, migrated and given these keys' passwords first.

    Raises SetupRefused, also (DATABASE_USER) for an address that opens the database to others than these roles."""
    url, pool = os.environ.get("DATABASE_URL"), os.environ.get(POOL)
    with ExitStack() as stack:
        if url:
            require_no_user(url)
        else:
            if pool:
                raise _unfit_pool("il demande DATABASE_URL, où entrent les autres rôles", "no DATABASE_URL")
            from infra.migrate import migrate, renew_passwords

            owner_keys = Keys.load(keys.directory, ("database",))
            address = stack.enter_context(administered(keys, create=True, adopt=True))
            asyncio.run(renew_passwords(address, owner_keys))
            asyncio.run(migrate(address, owner_keys))
        direct = stack.enter_context(database(keys, *roles))
        if pool:
            require_no_user(pool)
            asyncio.run(_check_pool(pool, [role for role in roles if role in POOLED], keys))
            yield lambda role: dsn(pool, role, keys) if role in POOLED else direct(role)
        else:
            yield direct


async def _check_pool(url: str, roles: Collection[str], keys: Keys) -> None:
    """Raise SetupRefused unless each role enters by the pool, into a server with the settings of our connections."""
    await check_database(url, roles, keys)
    for role in roles:
        connection = await connect(dsn(url, role, keys), statement_cache_size=0)
        try:
            missed = [name for name, value in SETTINGS.items() if await _setting(connection, name) != value]
        finally:
            await connection.close()
        if missed := [name for name in missed if name not in _TRACKED]:
            query = "; ".join(f"SET {name} = '{SETTINGS[name]}'" for name in SETTINGS if name not in _TRACKED)
            raise _unfit_pool(
                f"ses connexions n'ont pas les réglages du hub ({', '.join(missed)}) : donnez-lui « {query} » en "
                "« connect_query », comme infra/pgbouncer/pgbouncer.ini",
                f"{role} lacks {', '.join(missed)}",
            )


async def _setting(connection: asyncpg.Connection[asyncpg.Record], name: str) -> str:
    return str(await connection.fetchval("SELECT current_setting($1)", name))


def _unfit_pool(why: str, detail: str) -> SetupRefused:
    return SetupRefused("DATABASE_POOL", f"DATABASE_POOL_URL ne convient pas : {why}.", detail)


@asynccontextmanager
async def reading(dsn: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Yield a connection inside a transaction that can't write; raises NotServed (DATABASE_UNAVAILABLE), which names
    the error alone, for PostgreSQL's text may quote values."""
    try:
        connection = await connect(dsn)
        try:
            async with connection.transaction(readonly=True):
                yield connection
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise NotServed(
            "DATABASE_UNAVAILABLE",
            "La base ne répond pas : vérifiez qu'elle est démarrée, puis relancez.",
            f"the database can't be read: {type(error).__name__}",
        ) from None
