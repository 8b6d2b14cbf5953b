"""The data path: one transaction per fetch, with the actor's scopes as its settings, for row security to read.

BEGIN and all settings in one round trip, one data statement, COMMIT. Settings are local to the transaction; if one had
survived an earlier transaction of the connection, the connection is dropped and nothing is read. Errors of PostgreSQL
may quote values: only their SQLSTATE goes any farther.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg

from subgraphs.kit.access import SCOPES_SEPARATOR, SCOPES_SETTING
from subgraphs.kit.errors import DatabaseUnavailable, RequestFailed

ORGANISATION_SETTING = "spie.organisation"
"""Setting of a transaction that holds the actor's organisation, empty for none."""

BEGUN = "SELECT 1"
"""What PostgreSQL says of `begin`: a row was selected, so that no setting had been there."""
CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 30.0

log = logging.getLogger("spie.subgraph")
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def begin(scopes: Sequence[str], organisation: str | None) -> str:
    """The statements that open an actor's transaction, as one text. The last one selects a row (`BEGUN`) unless a
    setting of an earlier transaction is still there. Values stand in it as hexadecimal digits, which end no literal.

    Raises RequestFailed CONTEXT_REFUSED for a scope that could pass for two.
    """
    if any(SCOPES_SEPARATOR in scope for scope in scopes):
        raise RequestFailed("CONTEXT_REFUSED", "Le contexte de l'appel n'est pas valable.")
    values = (SCOPES_SEPARATOR.join(scopes).encode().hex(), (organisation or "").encode().hex())
    return _BEGIN % values


_NAMES = (SCOPES_SETTING, ORGANISATION_SETTING)
_BEGIN = "BEGIN READ ONLY; SELECT {set} WHERE {clean}".format(
    set=", ".join(f"set_config('{name}', convert_from('\\x%s', 'UTF8'), true)" for name in _NAMES),
    clean=" AND ".join(f"coalesce(current_setting('{name}', true), '') = ''" for name in _NAMES),
)


class Database:
    """Connections of one query role, opened when they are needed, so that a database may start later.

    `statements` counts data statements, for benches and tests.
    """

    def __init__(self, dsn: str, connections: int = 10) -> None:
        self._dsn, self._connections = dsn, connections
        self._idle: list[Connection] = []
        self._free: asyncio.Semaphore | None = None
        self.statements = 0

    async def open(self) -> None:
        """From now on connections may be opened."""
        self._free = asyncio.Semaphore(self._connections)

    async def close(self) -> None:
        """Open none any more, and close those that wait for a request."""
        self._free = None
        while self._idle:
            self._idle.pop().terminate()

    async def fetch(
        self, scopes: Sequence[str], organisation: str | None, sql: str, arguments: Sequence[Any]
    ) -> list[asyncpg.Record]:
        """Rows of one data statement; raises DatabaseUnavailable, or RequestFailed INTERNAL_ERROR."""
        begins = begin(scopes, organisation)
        try:
            async with self.connection() as connection:
                if await connection.execute(begins) != BEGUN:
                    log.critical("a setting survived its transaction")
                    connection.terminate()
                    raise DatabaseUnavailable
                self.statements += 1
                try:
                    rows = await connection.fetch(sql, *arguments)
                except (asyncpg.PostgresError, asyncpg.InterfaceError):
                    if not connection.is_closed():
                        await connection.execute("ROLLBACK")
                    raise
                await connection.execute("COMMIT")
                return rows
        except asyncpg.PostgresError as error:
            raise _told(error) from None
        except (OSError, TimeoutError, asyncpg.InterfaceError) as error:
            if isinstance(error, ValueError):
                log.error("a parameter was not of its type")
                raise _internal() from None
            log.error("database unreachable: %s", type(error).__name__)
            raise DatabaseUnavailable from None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for the time of a transaction; one is dropped that is left inside of it, or by a cancellation.

        Raises DatabaseUnavailable before `open` and after `close`, and where none gets free.
        """
        free = self._free
        if free is None:
            raise DatabaseUnavailable
        if free.locked():
            await asyncio.wait_for(free.acquire(), CONNECT_SECONDS)
        else:
            await free.acquire()
        connection: Connection | None = None
        try:
            while self._idle and connection is None:
                connection = self._idle.pop()
                connection = None if connection.is_closed() else connection
            if connection is None:
                connection = await self._connect()
            yield connection
        except (asyncpg.PostgresError, asyncpg.InterfaceError):
            raise
        except BaseException:  # a cancelled statement may still run
            if connection is not None:
                connection.terminate()
            raise
        finally:
            free.release()
            if connection is None or connection.is_closed():
                pass
            elif self._free is not free or connection.is_in_transaction():
                connection.terminate()
            else:
                self._idle.append(connection)

    async def _connect(self) -> Connection:
        return await asyncpg.connect(
            self._dsn,
            statement_cache_size=1000,
            max_cached_statement_lifetime=0,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings={"jit": "off", "application_name": "spie-subgraph", "DateStyle": "ISO"},
        )


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
