"""The data path: one transaction per fetch, with the actor's scopes as its settings, for row security to read.

BEGIN and all settings in one round trip, one data statement; COMMIT when the connection goes on. Settings are local to
the transaction; if one had survived an earlier transaction of the connection, the connection is dropped and nothing is
read. Errors of PostgreSQL may quote values: only their SQLSTATE goes any farther.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import asyncpg

from subgraphs.kit.access import SCOPES_SEPARATOR, SCOPES_SETTING
from subgraphs.kit.connection_pool import STATEMENT_SECONDS, Connections
from subgraphs.kit.deadlines import Deadlines
from subgraphs.kit.errors import DatabaseUnavailable, RequestFailed

ORGANISATION_SETTING = "spie.organisation"
"""Setting of a transaction that holds the actor's organisation, empty for none."""

BEGUN = "SELECT 1"
"""What PostgreSQL says of `begin`: a row was selected, so that no setting had been there."""
ENDS = "COMMIT; "
"""Before `begin`, in the same round trip: ends the transaction of who had the connection, and all of its settings."""

log = logging.getLogger("spie.subgraph")


def begin(scopes: Sequence[str], organisation: str | None) -> str:
    """The statements that open an actor's transaction, as one text. The last one selects a row (`BEGUN`) unless a
    setting of an earlier transaction is still there. Values stand in it as hexadecimal digits, which end no literal.

    Raises RequestFailed CONTEXT_REFUSED for a scope that could pass for two.
    """
    told = SCOPES_SEPARATOR.join(scopes)
    if scopes and told.count(SCOPES_SEPARATOR) != len(scopes) - 1:
        raise RequestFailed("CONTEXT_REFUSED", "Le contexte de l'appel n'est pas valable.")
    return f"{_HEAD}{told.encode().hex()}{_MIDDLE}{(organisation or '').encode().hex()}{_TAIL}"


_NAMES = (SCOPES_SETTING, ORGANISATION_SETTING)
_HEAD, _MIDDLE, _TAIL = "BEGIN READ ONLY; SELECT {set} WHERE {clean}".format(
    set=", ".join(f"set_config('{name}', convert_from('\\x%s', 'UTF8'), true)" for name in _NAMES),
    clean=" AND ".join(f"coalesce(current_setting('{name}', true), '') = ''" for name in _NAMES),
).split("%s")


class Database:
    """Connections of one query role.

    A transaction ends when its connection goes on: with the next one's beginning where somebody waits, else in the
    background. Nobody waits for a COMMIT that writes nothing, and rows are read while they are new to the processor.

    `statements` counts data statements, for benches and tests.
    """

    def __init__(self, dsn: str, connections: int = 10) -> None:
        self.connections = Connections(dsn, connections)
        self.statements = 0
        self._deadlines = Deadlines()

    async def open(self) -> None:
        """From now on connections may be opened."""
        self.connections.open()

    async def close(self) -> None:
        """Open none any more, and close those that wait for a request."""
        await self.connections.close()

    async def fetch(
        self, scopes: Sequence[str], organisation: str | None, sql: str, arguments: Sequence[Any]
    ) -> list[asyncpg.Record]:
        """Rows of one data statement; raises DatabaseUnavailable, or RequestFailed INTERNAL_ERROR."""
        begins = begin(scopes, organisation)
        try:
            connection = await self.connections.take()
            told = False
            try:
                ends = ENDS if connection.is_in_transaction() else ""
                with self._deadlines.within(STATEMENT_SECONDS):
                    if await connection.execute(ends + begins) != BEGUN:
                        log.critical("a setting survived its transaction")
                        raise DatabaseUnavailable
                    self.statements += 1
                    rows = await connection.fetch(sql, *arguments)
                told = True
                return rows
            except (asyncpg.PostgresError, asyncpg.InterfaceError):
                told = True  # what failed is rolled back where it ends
                raise
            finally:
                if not told:  # a cancelled statement may still run
                    connection.terminate()
                self.connections.leave(connection)
        except asyncpg.PostgresError as error:
            raise _told(error) from None
        except (OSError, TimeoutError, asyncpg.InterfaceError) as error:
            if isinstance(error, ValueError):
                log.error("a parameter was not of its type")
                raise _internal() from None
            log.error("database unreachable: %s", type(error).__name__)
            raise DatabaseUnavailable from None


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
