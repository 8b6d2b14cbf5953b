"""Reads the journal for requests, as the reading role."""

from __future__ import annotations

import asyncpg

from hub.journal.read.search import Access, Criteria, Place, search

PATIENCE = 5.0
"""Timeout of a connection and of a page, in seconds."""


class JournalReader:
    """Searches over a pool that is opened when needed; `dsn`: the database address of the reading role."""

    def __init__(self, dsn: str, connections: int = 4) -> None:
        self._dsn, self._connections = dsn, connections
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def accesses(self, criteria: Criteria, after: Place, limit: int) -> list[Access]:
        """The accesses after a place; raises the errors of asyncpg."""
        if self._pool is None:
            self._pool = await asyncpg.create_pool(
                self._dsn, min_size=0, max_size=self._connections, timeout=PATIENCE, command_timeout=PATIENCE
            )
        return await search(self._pool, criteria, after, limit)

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None
