"""Where the reading of an account stands: its cursor, and the circuit that lets a failing source rest.

Rests are timed by the database, so that no clock of another machine lengthens one.
"""

from __future__ import annotations

import asyncpg

from hub.sync.link_settings import SyncLink
from hub.sync.refusals import PASSING, sync_refused


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

    async def reached(self, cursor: str | None) -> None:
        """Everything up to this cursor is committed; None at the end."""
        await self._written(
            "UPDATE runs.sync_state SET cursor = $3 WHERE source = $1 AND account = $2 RETURNING cursor", cursor
        )

    async def ended(self, code: str | None) -> None:
        """The reading ended well, or with this code."""
        if code is not None and code not in PASSING:
            return
        await self._written(
            "UPDATE runs.sync_state SET failures = CASE WHEN $3 THEN failures + 1 ELSE 0 END,"
            " rests_until = CASE WHEN $3 AND failures + 1 >= $4 THEN now() + make_interval(secs => $5) END"
            " WHERE source = $1 AND account = $2 RETURNING failures",
            code is not None,
            self._link.failures,
            self._link.pause,
        )

    async def _written(self, statement: str, *values: object) -> asyncpg.Record:
        connection = await asyncpg.connect(self._dsn)
        try:
            row = await connection.fetchrow(statement, self._link.source, self._link.account, *values)
            assert row is not None
            return row
        finally:
            await connection.close()
