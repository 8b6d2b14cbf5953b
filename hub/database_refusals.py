"""Connections to the database for one reading or writing, and what PostgreSQL refuses on them, with its mend."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg

from hub.errors import NotServed
from infra.connecting import connect


@contextmanager
def database_refusals() -> Iterator[None]:
    """Raise NotServed for what PostgreSQL refuses in the block."""
    try:
        yield
    except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError) as error:
        raise NotServed(
            "DATABASE_UNAVAILABLE",
            "La base de données ne répond plus : ce qui est écrit l'est en entier, relancez la même commande.",
            type(error).__name__,
        ) from None
    except asyncpg.PostgresError as error:
        raise NotServed(
            "DATABASE_REFUSED",
            "La base de données a refusé une opération : ce qui est écrit l'est en entier. Relancez la même commande ; "
            "si le refus revient, signalez-le à l'équipe du hub.",
            f"{type(error).__name__} {error.sqlstate}",
        ) from None


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection for the block; raises the errors of asyncpg."""
    connection = await connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()
