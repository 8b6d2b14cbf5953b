"""The data path: one transaction per fetch, with the actor's scopes as its settings, for row security to read.

BEGIN, one statement for all settings, one data statement, COMMIT. Settings are local to the transaction; if one had
survived an earlier transaction of the connection, the connection is dropped and nothing is read. Errors of PostgreSQL
may quote values: only their SQLSTATE goes any farther.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, TypeAlias

import asyncpg

from subgraphs.kit.access import SCOPES_SEPARATOR, SCOPES_SETTING
from subgraphs.kit.errors import DatabaseUnavailable, RequestFailed

ORGANISATION_SETTING = "spie.organisation"
"""Setting of a transaction that holds the actor's organisation, empty for none."""

SETTINGS = (
    f"SELECT coalesce(current_setting('{SCOPES_SETTING}', true), '') = '' "
    f"AND coalesce(current_setting('{ORGANISATION_SETTING}', true), '') = '', "
    f"set_config('{SCOPES_SETTING}', $1, true), set_config('{ORGANISATION_SETTING}', $2, true)"
)
CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 30.0

log = logging.getLogger("spie.subgraph")
Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"


class Database:
    """Connections of one query role. `statements` counts data statements, for benches and tests."""

    def __init__(self, dsn: str, connections: int = 10) -> None:
        self._dsn, self._connections = dsn, connections
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self.statements = 0

    async def open(self) -> None:
        """Make the pool; connections are opened when they are needed, so that a database may start later."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=self._connections,
            statement_cache_size=1000,
            max_cached_statement_lifetime=0,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            reset=_reset,
            server_settings={"jit": "off", "application_name": "spie-subgraph"},
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def fetch(
        self, scopes: Sequence[str], organisation: str | None, sql: str, arguments: Sequence[Any]
    ) -> list[asyncpg.Record]:
        """Rows of one data statement; raises DatabaseUnavailable, or RequestFailed INTERNAL_ERROR."""
        if self._pool is None:
            raise DatabaseUnavailable
        try:
            async with self._pool.acquire(timeout=CONNECT_SECONDS) as connection, connection.transaction(readonly=True):
                await self._settle(connection, scopes, organisation)
                self.statements += 1
                return await connection.fetch(sql, *arguments)
        except asyncpg.PostgresError as error:
            raise _told(error) from None
        except (OSError, TimeoutError, asyncpg.InterfaceError) as error:
            if isinstance(error, ValueError):
                log.error("a parameter was not of its type")
                raise _internal() from None
            log.error("database unreachable: %s", type(error).__name__)
            raise DatabaseUnavailable from None

    async def _settle(self, connection: Connection, scopes: Sequence[str], organisation: str | None) -> None:
        if any(SCOPES_SEPARATOR in scope for scope in scopes):
            raise RequestFailed("CONTEXT_REFUSED", "Le contexte de l'appel n'est pas valable.")
        clean = await connection.fetchval(SETTINGS, SCOPES_SEPARATOR.join(scopes), organisation or "")
        if clean is not True:
            log.critical("a setting survived its transaction")
            connection.terminate()
            raise DatabaseUnavailable


async def _reset(connection: Any) -> None:
    if connection.is_in_transaction():
        connection.terminate()


_UNREACHABLE = ("08", "57P", "53")
"""Classes of SQLSTATE: connection, operator intervention, resources."""


def _told(error: asyncpg.PostgresError) -> RequestFailed:
    state = getattr(error, "sqlstate", None) or "?"
    log.error("database error %s", state)
    if state.startswith(_UNREACHABLE):
        return DatabaseUnavailable()
    return _internal()


def _internal() -> RequestFailed:
    return RequestFailed("INTERNAL_ERROR", "Le sous-graphe n'a pas pu répondre.")
