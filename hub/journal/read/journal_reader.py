"""Reads the journal for requests, as the reading role."""

from __future__ import annotations

from logging import getLogger

import asyncpg

from hub.errors import NotServed
from hub.journal.read.search import Access, Criteria, Place, search
from infra.connecting import connections

log = getLogger(__name__)
PATIENCE = 5.0
"""Timeout of a connection and of a page, in seconds."""
MONTHS = """SELECT coalesce(min(ahead), 7)::int FROM (
    SELECT ahead, to_char(now() AT TIME ZONE 'UTC' + make_interval(months => ahead), '_YYYY_MM') AS month
    FROM generate_series(0, 6) AS ahead
) AS months
WHERE to_regclass('journal.entry' || month) IS NULL OR to_regclass('journal.disclosure' || month) IS NULL"""
"""How many months in a row have their partitions, from this one."""


class JournalReader:
    """Searches over a pool that is opened when needed; `dsn`: the database address of the reading role."""

    def __init__(self, dsn: str, connections: int = 4) -> None:
        self._dsn, self._connections = dsn, connections
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def accesses(self, criteria: Criteria, after: Place, limit: int) -> list[Access]:
        """The accesses after a place; raises the errors of asyncpg."""
        return await search(await self._opened(), criteria, after, limit)

    async def probe(self) -> None:
        """Raise NotServed (JOURNAL_MONTH_MISSING) if no entry of this month can be written, else the errors of
        asyncpg."""
        ahead = await self.months_ahead()
        if ahead < 0:
            raise NotServed(
                "JOURNAL_MONTH_MISSING",
                "Le journal n'a pas de place pour ce mois : lancez « hub journal expire » ou « hub database migrate ».",
                "no partition for this month",
            )
        if ahead == 0:
            log.error("journal: no partition for next month: run hub journal expire or hub database migrate")

    async def months_ahead(self) -> int:
        """How many months after this one have a place for entries: -1 if this one has none. Raises the errors of
        asyncpg."""
        return int(await (await self._opened()).fetchval(MONTHS)) - 1

    async def _opened(self) -> asyncpg.Pool[asyncpg.Record]:
        if self._pool is None:
            self._pool = await connections(self._dsn, self._connections, timeout=PATIENCE, command_timeout=PATIENCE)
        return self._pool

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None
