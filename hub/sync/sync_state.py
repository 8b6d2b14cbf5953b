"""Where the reading of an account stands: its cursor, its slot in a schedule, and the circuit that lets it rest.

Rests and slots are timed by the database, so that no clock of another machine lengthens one, and a restart forgets
none.
"""

from __future__ import annotations

import asyncpg

from hub.sync.link_settings import SyncLink
from hub.sync.refusals import LASTING, PASSING, sync_refused
from infra.connecting import connect

_ENDED = """
UPDATE runs.sync_state SET reading_since = NULL, failures = CASE WHEN $3 THEN failures + 1 ELSE 0 END,
    retry_at = CASE WHEN $3 THEN now() + make_interval(secs => rest.seconds) END,
    rests_until = CASE WHEN $4 AND failures + 1 >= $5 THEN now() + make_interval(secs => rest.seconds) END
FROM (SELECT least($6 * 2 ^ least(30, greatest(0, failures + 1 - $5)), greatest($6, $7)) AS seconds
    FROM runs.sync_state WHERE source = $1 AND account = $2) AS rest
WHERE source = $1 AND account = $2 RETURNING failures
"""
_WAIT = """
SELECT greatest(0, extract(epoch FROM CASE
    WHEN failures >= $4 THEN retry_at
    WHEN reading_since IS NOT NULL OR slot_at IS NULL THEN now()
    ELSE least(slot_at + make_interval(secs => $3), retry_at)
END - now()))::float8 AS seconds FROM runs.sync_state WHERE source = $1 AND account = $2
"""
_SLOT = """
INSERT INTO runs.sync_state (source, account, slot_at) VALUES ($1, $2, now()) ON CONFLICT (source, account)
DO UPDATE SET slot_at = coalesce(sync_state.slot_at + make_interval(
    secs => $3 * greatest(0, floor(extract(epoch FROM now() - sync_state.slot_at)::float8 / $3 + 0.01))), now())
RETURNING slot_at
"""


class SyncState:
    """The row of one account, read and written by the role that keeps runs."""

    def __init__(self, dsn: str, link: SyncLink) -> None:
        self._dsn, self._link = dsn, link

    async def begin(self) -> str | None:
        """The cursor of an earlier reading that was broken off; raises NotServed (SYNC_CIRCUIT_OPEN).

        A reading that is admitted after a rest is the one probe of the next rest."""
        row = await self._written(
            "INSERT INTO runs.sync_state (source, account) VALUES ($1, $2) ON CONFLICT (source, account)"
            " DO UPDATE SET failures = sync_state.failures RETURNING cursor, rests_until > now() AS rests"
        )
        if row["rests"]:
            raise sync_refused("SYNC_CIRCUIT_OPEN", "the source rests after failures")
        cursor: str | None = row["cursor"]
        return cursor

    async def reading(self) -> None:
        """The reading has begun; if it never ends, a schedule takes it up at once."""
        await self._written(
            "UPDATE runs.sync_state SET reading_since = now() WHERE source = $1 AND account = $2 RETURNING cursor"
        )

    async def reached(self, cursor: str | None) -> None:
        """Everything up to this cursor is committed; None at the end."""
        await self._written(
            "UPDATE runs.sync_state SET cursor = $3 WHERE source = $1 AND account = $2 RETURNING cursor", cursor
        )

    async def ended(self, code: str | None) -> None:
        """The reading went to its end, or failed with this code."""
        link, passing = self._link, code in PASSING
        failed = passing or code in LASTING
        await self._written(_ENDED, failed, passing, link.failures, link.pause, link.longest_pause)

    async def wait(self, interval: float) -> float:
        """Seconds until a schedule reads the account again: its next slot, sooner to try again after a failure, later
        while it rests; none for the first reading, and after one that was broken off."""
        row = await self._row(_WAIT, interval, self._link.failures)
        return 0.0 if row is None else float(row["seconds"])

    async def take_slot(self, interval: float) -> None:
        """Move to the slot that has come: a whole number of rhythms after the one before, however late it is, or hardly
        early by another clock."""
        await self._written(_SLOT, interval)

    async def _written(self, statement: str, *values: object) -> asyncpg.Record:
        row = await self._row(statement, *values)
        assert row is not None
        return row

    async def _row(self, statement: str, *values: object) -> asyncpg.Record | None:
        connection = await connect(self._dsn)
        try:
            return await connection.fetchrow(statement, self._link.source, self._link.account, *values)
        finally:
            await connection.close()
