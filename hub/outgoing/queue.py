"""The outgoing queue of one system, as the role that sends reads and settles it.

A process that sends to a system holds a lock of the database for it, which a killed one loses with its connection: two
never send the same item at once, and what one left is taken up by another under the same key.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from hub.outgoing.message import Waiting
from hub.outgoing.systems import System
from subgraphs.kit.ingest.row_map import Connection
from subgraphs.kit.write.outgoing import AuthorUnread, opened
from subgraphs.kit.write.transmission import TransmissionReason, TransmissionState

CHANNEL = "spie_outgoing"
"""Notified by the transaction that queues an item."""
LOCK = "SELECT pg_try_advisory_lock(hashtextextended('spie outgoing ' || $1, 0))"
NEXT = """
SELECT item_id::text, key::text, author, queued_at, queued_at < now() - $2::interval AS is_late
FROM {schema}.outgoing WHERE system = $1 AND due_at <= now() AND item_id <> ALL ($3::uuid[])
ORDER BY queued_at, item_id LIMIT 1
"""
LATE = """
SELECT item_id::text FROM {schema}.outgoing WHERE system = $1 AND queued_at < now() - $2::interval
ORDER BY queued_at, item_id
"""
WAITING = "SELECT count(*) FROM {schema}.outgoing WHERE system = $1"
POSTPONE = """
UPDATE {schema}.outgoing SET attempts = attempts + 1,
    due_at = date_trunc('second', now() + least($2::interval * 2 ^ least(attempts, 20), $3::interval))
WHERE item_id = $1
"""
SETTLE = """
UPDATE {table} SET transmission_state = $2, transmission_since = now(), transmission_reason = $3, transmission_code = $4
WHERE id = $1 AND transmission_state = 'PENDING'
"""
ACCEPT = """
UPDATE {table} SET source = $2, source_id = $3, transmission_state = 'ACCEPTED', transmission_since = now()
WHERE id = $1 AND transmission_state = 'PENDING'
"""
REPLACE = """
UPDATE {table} SET id = $1, transmission_state = 'ACCEPTED', transmission_since = now(),
    recorded_by = coalesce($5, recorded_by)
WHERE source = $2 AND source_id = $3 AND transmission_state IS NULL AND person_id = $4 RETURNING true
"""


@dataclass(frozen=True, slots=True, repr=False)
class Due:
    """An item whose turn it is: None for one whose author this installation did not seal, or sealed in a form that this
    release can't read; late: it is given up."""

    item: str
    waiting: Waiting | None
    is_late: bool
    is_unread: bool = False


class _NoMatch(Exception):
    """No item of this person came in under the key."""


class Queue:
    """The queue of a system; `secret` opens who wrote."""

    def __init__(self, connection: Connection, system: System, secret: bytes) -> None:
        self._connection, self._system, self._secret = connection, system, secret

    async def hold(self) -> bool:
        """Take the lock of the system for as long as the connection lasts; False if another process has it."""
        return bool(await self._connection.fetchval(LOCK, self._system.name))

    async def due(self, give_up: float, besides: Collection[str]) -> Due | None:
        """The item that waits for longest, besides these."""
        row = await self._connection.fetchrow(
            self._sql(NEXT), self._system.name, timedelta(seconds=give_up), list(besides)
        )
        if row is None:
            return None
        try:
            author = opened(self._secret, row["item_id"], self._system.name, row["author"])
        except AuthorUnread:
            return Due(row["item_id"], None, row["is_late"], is_unread=True)
        queued_at: datetime = row["queued_at"]
        waiting = None if author is None else Waiting(row["item_id"], row["key"], queued_at, author)
        return Due(row["item_id"], waiting, row["is_late"])

    async def waiting(self) -> int:
        """How many items wait, whether or not their turn has come."""
        return int(await self._connection.fetchval(self._sql(WAITING), self._system.name))

    async def expire(self, give_up: float) -> int:
        """Give up what was written so many seconds ago, and say how much that was."""
        late = await self._connection.fetch(self._sql(LATE), self._system.name, timedelta(seconds=give_up))
        for row in late:
            await self.reject(row["item_id"], TransmissionReason.EXPIRED)
        return len(late)

    async def postpone(self, item: str, pause: float, longest: float) -> None:
        """Let an item wait for longer after each time that it was not answered."""
        await self._connection.execute(self._sql(POSTPONE), item, timedelta(seconds=pause), timedelta(seconds=longest))

    async def reject(self, item: str, reason: TransmissionReason, code: str | None = None) -> None:
        """The item is not, and will not be, in the system."""
        async with self._connection.transaction():
            await self._connection.execute(self._sql(SETTLE), item, TransmissionState.REJECTED.name, reason.name, code)
            await self._leave(item)

    async def accept(self, item: str, key: str) -> None:
        """The system has the item under this key of its own, and keeps it from now on: what comes in of it from there
        is this item, even if it came in before its answer. The key of another item, or of another person's, is left to
        that one, and the item stays as it was written."""
        source = self._system.name
        async with self._connection.transaction():
            try:
                async with self._connection.transaction():
                    await self._connection.execute(self._sql(ACCEPT), item, source, key)
            except asyncpg.UniqueViolationError:
                if not await self._replaced_by_incoming(item, key):
                    accepted = TransmissionState.ACCEPTED.name
                    await self._connection.execute(self._sql(SETTLE), item, accepted, None, None)
            await self._leave(item)

    async def _replaced_by_incoming(self, item: str, key: str) -> bool:
        """Whether the item that came in under this key is the one that was written, and has its id now."""
        written = await self._connection.fetchrow(
            self._sql("SELECT person_id, recorded_by FROM {table} WHERE id = $1"), item
        )
        if written is None:
            return False
        try:
            async with self._connection.transaction():
                await self._connection.execute(self._sql("DELETE FROM {table} WHERE id = $1"), item)
                if await self._connection.fetchval(self._sql(REPLACE), item, self._system.name, key, *written) is None:
                    raise _NoMatch
        except _NoMatch:
            return False
        return True

    async def _leave(self, item: str) -> None:
        await self._connection.execute(self._sql("DELETE FROM {schema}.outgoing WHERE item_id = $1"), item)

    def _sql(self, statement: str) -> str:
        return statement.format(schema=self._system.schema, table=self._system.table)
