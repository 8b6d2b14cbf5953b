"""The table of subscriptions, and who works on one: an advisory lock, which ends with the connection of its worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
LOCK = 0x5B1E
"""The space of advisory locks of subscriptions."""
COLUMNS = (
    "id, number, client, purpose, host, created_at, ends_at, sealed, state, reason, cursor, failures, failing_since,"
    " next_at, last_success_at, delivered, key IS NOT NULL AS own"
)
WITHHELD = "state = 'SUSPENDED' AND next_at IS NOT NULL"
"""Suspended by the hub, which looks again; one that its subscriber let down waits for whoever resumes it."""
READY = f"(state = 'ACTIVE' OR {WITHHELD}) AND (next_at IS NULL OR next_at <= now())"
DUE = f"SELECT number FROM access.subscription WHERE {READY} AND ($1 OR next_at IS NOT NULL) ORDER BY number"  # noqa: S608 - our own condition
NEXT = (
    "SELECT extract(epoch FROM min(next_at) - now())::float8 FROM access.subscription"
    " WHERE state IN ('ACTIVE', 'SUSPENDED')"
)
STOPPABLE = f"id = $1 AND (state = 'ACTIVE' OR {WITHHELD})"
STOPPED = f"UPDATE access.subscription SET state = $2, reason = $3, next_at = now() + $4::interval WHERE {STOPPABLE}"  # noqa: S608 - our own condition
RECALLED = f"UPDATE access.subscription SET next_at = now() WHERE {WITHHELD}"  # noqa: S608 - our own condition
REVIVED = f"UPDATE access.subscription SET state = 'ACTIVE', reason = NULL, next_at = NULL WHERE id = $1 AND {WITHHELD}"  # noqa: S608 - our own condition
ADVANCED = (
    "UPDATE access.subscription SET cursor = $2, failures = 0, failing_since = NULL, reason = NULL, next_at = NULL,"
    " last_success_at = CASE WHEN $3 THEN now() ELSE last_success_at END, delivered = delivered + $3::int WHERE id = $1"
)
POSTPONED = "UPDATE access.subscription SET next_at = now() + make_interval(secs => $2) WHERE id = $1"
FAILED = (
    "UPDATE access.subscription SET failures = failures + 1, failing_since = coalesce(failing_since, now()),"
    " reason = $2, next_at = now() + make_interval(secs => $3) WHERE id = $1"
    " RETURNING extract(epoch FROM now() - failing_since)::float8"
)


@dataclass(frozen=True, slots=True, repr=False)
class Subscription:
    """A row: `host` of its address, `state`, and where its subscriber is in the changes; `own`: made by its
    application, not by the operator."""

    id: UUID
    number: int
    client: str
    purpose: str
    host: str
    created_at: datetime
    ends_at: datetime
    sealed: bytes
    state: str
    reason: str | None
    cursor: str
    failures: int
    failing_since: datetime | None
    next_at: datetime | None
    last_success_at: datetime | None
    delivered: int
    own: bool


class SubscriptionStore:
    """The subscriptions on connections of a pool; raises the errors of asyncpg."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool

    async def due(self, *, changed: bool) -> list[int]:
        """Those to be tried again by now, and with `changed` all that do not wait."""
        return [row["number"] for row in await self._pool.fetch(DUE, changed)]

    async def seconds_to_next(self) -> float | None:
        """Until the next of them is to be tried again."""
        seconds: float | None = await self._pool.fetchval(NEXT)
        return seconds

    async def recall(self) -> None:
        """Look again at once at all that the hub has suspended: its settings may be others since."""
        await self._pool.execute(RECALLED)

    async def all(self) -> list[Subscription]:
        """Every subscription, in the order in which they were made."""
        rows = await self._pool.fetch(f"SELECT {COLUMNS} FROM access.subscription ORDER BY number")  # noqa: S608 - our own columns
        return [Subscription(**row) for row in rows]

    @asynccontextmanager
    async def locked(self, number: int) -> AsyncIterator[LockedSubscription | None]:
        """The subscription for this worker alone; None if another one has it."""
        async with self._pool.acquire() as connection:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCK, number % 2**31):
                yield None
                return
            try:
                yield LockedSubscription(connection, number)
            finally:
                await connection.execute("SELECT pg_advisory_unlock($1, $2)", LOCK, number % 2**31)


@dataclass(frozen=True, slots=True, repr=False)
class LockedSubscription:
    """A subscription that no other worker touches; each step is committed at once."""

    connection: Connection
    number: int

    async def read(self) -> Subscription | None:
        """The row as it is now; None unless it is active or suspended by the hub, and due."""
        sql = f"SELECT {COLUMNS} FROM access.subscription WHERE number = $1 AND {READY}"  # noqa: S608 - our own columns
        row = await self.connection.fetchrow(sql, self.number)
        return None if row is None else Subscription(**row)

    async def stop(self, identifier: UUID, state: str, reason: str, look_again: float | None = None) -> None:
        """Note that nothing is sent any more, and why, until the hub looks again after so many seconds, if ever."""
        pause = None if look_again is None else timedelta(seconds=look_again)
        await self.connection.execute(STOPPED, identifier, state, reason, pause)

    async def revive(self, identifier: UUID) -> None:
        """Note that what the hub had suspended goes on."""
        await self.connection.execute(REVIVED, identifier)

    async def advance(self, identifier: UUID, cursor: str, *, delivered: bool) -> None:
        """Note that the subscriber has all that comes before the cursor."""
        await self.connection.execute(ADVANCED, identifier, cursor, delivered)

    async def postpone(self, identifier: UUID, seconds: float) -> None:
        """Note that the next round waits so long."""
        await self.connection.execute(POSTPONED, identifier, seconds)

    async def fail(self, identifier: UUID, reason: str, seconds: float) -> float:
        """Note why a notification was not taken, and when to try again; the seconds for which none was."""
        failing: float = await self.connection.fetchval(FAILED, identifier, reason, seconds)
        return failing


async def pause(connection: Connection, identifier: UUID) -> bool:
    """Send nothing until it is resumed; whether it was active."""
    return await _changed(connection, "state = 'PAUSED' WHERE state = 'ACTIVE'", identifier)


async def resume(connection: Connection, identifier: UUID) -> bool:
    """Go on where it stopped, whoever stopped it; whether it was stopped and has not ended."""
    return await _changed(connection, "state = 'ACTIVE' WHERE state IN ('PAUSED', 'SUSPENDED')", identifier)


async def remove(connection: Connection, identifier: UUID) -> bool:
    """Forget it; whether it was there."""
    return await connection.execute("DELETE FROM access.subscription WHERE id = $1", identifier) != "DELETE 0"


async def _changed(connection: Connection, change: str, identifier: UUID) -> bool:
    anew = "reason = NULL, failures = 0, failing_since = NULL, next_at = NULL"
    sql = f"UPDATE access.subscription SET {anew}, {change} AND id = $1"  # noqa: S608 - our own texts
    return await connection.execute(sql, identifier) != "UPDATE 0"
