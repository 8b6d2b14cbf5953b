"""One transaction per fetch, or per mutation, whose settings hold the actor's scopes for row-level security.

BEGIN and all settings take one round trip, then one data statement runs; COMMIT follows when the connection is reused.
Settings are local to the transaction; if one had survived an earlier transaction of the connection, the connection is
dropped and nothing is read. Errors of PostgreSQL may quote values: only their SQLSTATE is logged.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from schema.context import Context
from subgraphs.kit.access import SCOPES_SEPARATOR, SCOPES_SETTING
from subgraphs.kit.back_end import BackEnd
from subgraphs.kit.connection_pool import STATEMENT_SECONDS, Connections
from subgraphs.kit.deadlines import Deadlines
from subgraphs.kit.errors import DatabaseUnavailable, RequestFailed

ORGANISATION_SETTING = "spie.organisation"
"""Setting of a transaction that holds the actor's organisation, empty for none."""

ACTOR_SETTING = "spie.actor"
"""Setting of a transaction that writes: the keyed hash of its actor, whose requests alone it sees."""

BEGUN = "SELECT 1"
"""What PostgreSQL says of `begin`: a row was selected, so that no setting had been there."""
ENDS = "COMMIT; "
"""Before `begin`, in the same round trip: ends the transaction of who had the connection, and all of its settings."""

log = logging.getLogger("spie.subgraph")


def begin(
    scopes: Sequence[str], organisation: str | None, seconds: float = STATEMENT_SECONDS, writer: str | None = None
) -> str:
    """Return the statements that open an actor's transaction, as one text. The last one selects a row (`BEGUN`) unless
    a setting of an earlier transaction is still there. Values stand in it as hexadecimal digits, which end no literal.
    Each of its statements is ended by PostgreSQL after `seconds`. A transaction reads only, unless it has a `writer`.

    Raises RequestFailed CONTEXT_REFUSED for a scope that holds the separator.
    """
    scope_text = SCOPES_SEPARATOR.join(scopes)
    if scopes and scope_text.count(SCOPES_SEPARATOR) != len(scopes) - 1:
        raise RequestFailed("CONTEXT_REFUSED", "Le contexte de l'appel n'est pas valable.")
    values = scope_text.encode().hex(), (organisation or "").encode().hex(), max(1, round(seconds * 1000))
    if writer is None:
        return _BEGIN % values
    return _BEGIN_WRITING % (*values[:2], writer.encode().hex(), values[2])


def _begin(mode: str, names: Sequence[str]) -> str:
    """The statements that open a transaction, with a place for the value of each of these settings."""
    return "BEGIN {mode}; SELECT {set}, set_config('statement_timeout', '%d', true) WHERE {clean}".format(
        mode=mode,
        set=", ".join(f"set_config('{name}', convert_from('\\x%s', 'UTF8'), true)" for name in names),
        clean=" AND ".join(f"coalesce(current_setting('{name}', true), '') = ''" for name in names),
    )


_BEGIN = _begin("READ ONLY", (SCOPES_SETTING, ORGANISATION_SETTING))
_BEGIN_WRITING = _begin("READ WRITE", (SCOPES_SETTING, ORGANISATION_SETTING, ACTOR_SETTING))


class Database:
    """Connections of one query role.

    A transaction ends together with the beginning of the next one on its connection, or in the background if no request
    waits: no request waits for a COMMIT that writes nothing.

    `statements` counts data statements, for benches and tests.
    """

    def __init__(self, dsn: str, connections: int = 10) -> None:
        self.connections = Connections(dsn, connections)
        self.statements = 0
        self._deadlines = Deadlines()

    async def open(self) -> None:
        """Allow connections to be opened."""
        self.connections.open()

    async def close(self) -> None:
        """Close idle connections and open no others."""
        await self.connections.close()

    async def probe(self, schema: str) -> None:
        """Read, as any request would, how far a schema has come; raises what `fetch` raises."""
        await self.fetch((), None, f"SELECT version_num FROM {schema}.alembic_version", ())  # noqa: S608 - a name of ours

    async def fetch(
        self,
        scopes: Sequence[str],
        organisation: str | None,
        sql: str,
        arguments: Sequence[Any],
        seconds: float | None = None,
    ) -> list[asyncpg.Record]:
        """Return the rows of one data statement.

        The statement ends after `seconds`, the time that its request has left. Raises DatabaseUnavailable, or
        RequestFailed INTERNAL_ERROR.
        """
        limit = STATEMENT_SECONDS if seconds is None else min(seconds, STATEMENT_SECONDS)
        begins = begin(scopes, organisation, limit)
        try:
            connection = await self.connections.acquire()
            answered = False
            try:
                ends = ENDS if connection.is_in_transaction() else ""
                with self._deadlines.within(limit):
                    if await connection.execute(ends + begins) != BEGUN:
                        log.critical("a setting survived its transaction")
                        raise DatabaseUnavailable
                    self.statements += 1
                    rows = await connection.rows(sql, arguments)
                answered = True
                return rows
            except (asyncpg.PostgresError, asyncpg.InterfaceError):
                answered = True  # what failed is rolled back where it ends
                raise
            finally:
                if not answered:  # a cancelled statement runs until its back end sees that the connection is gone
                    connection.terminate()
                self.connections.release(connection)
        except asyncpg.PostgresError as error:
            raise _failure(error) from None
        except (OSError, TimeoutError, asyncpg.InterfaceError) as error:
            if isinstance(error, ValueError):
                log.error("a parameter was not of its type")
                raise _internal() from None
            log.error("database unreachable: %s", type(error).__name__)
            raise DatabaseUnavailable from None

    @asynccontextmanager
    async def writing(self, context: Context, writer: str) -> AsyncIterator[Transaction]:
        """A transaction that writes for the actor of a context, whose hash is `writer`: committed at the end of the
        block, before the answer; rolled back if the block fails. Raises DatabaseUnavailable, or RequestFailed
        INTERNAL_ERROR."""
        limit = min(context.seconds, STATEMENT_SECONDS)
        begins = begin(context.scopes, context.organisation, limit, writer)
        try:
            connection = await self.connections.acquire()
            ended = False
            try:
                with self._deadlines.within(limit):
                    ends = ENDS if connection.is_in_transaction() else ""
                    if await connection.execute(ends + begins) != BEGUN:
                        log.critical("a setting survived its transaction")
                        raise DatabaseUnavailable
                    try:
                        yield Transaction(self, connection)
                    except RequestFailed:
                        await connection.execute("ROLLBACK")
                        ended = True
                        raise
                    await connection.execute("COMMIT")
                ended = True
            finally:
                if not ended:
                    connection.terminate()
                self.connections.release(connection)
        except asyncpg.PostgresError as error:
            raise _failure(error) from None
        except (OSError, TimeoutError, asyncpg.InterfaceError) as error:
            log.error("a write did not end: %s", type(error).__name__)
            raise DatabaseUnavailable from None


@dataclass(frozen=True, slots=True)
class Transaction:
    """An open transaction that writes."""

    database: Database
    connection: BackEnd

    async def rows(self, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        """Return the rows of one of its statements."""
        self.database.statements += 1
        return await self.connection.rows(sql, arguments)


_UNREACHABLE = ("08", "57", "53")
"""Classes of SQLSTATE: connection, operator intervention (a statement that took too long too), resources."""


def _failure(error: asyncpg.PostgresError) -> RequestFailed:
    state = getattr(error, "sqlstate", None) or "?"
    log.error("database error %s", state)
    if state.startswith(_UNREACHABLE):
        return DatabaseUnavailable()
    return _internal()


def _internal() -> RequestFailed:
    return RequestFailed("INTERNAL_ERROR", "Le sous-graphe n'a pas pu répondre.")
