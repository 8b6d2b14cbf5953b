"""The journal as the reading role sees it, for whoever asks the hub."""

from __future__ import annotations

import asyncpg

from hub.journal.read.search import Access, Criteria, Place, search

PATIENCE = 5.0
"""Seconds for a connection, and for a page."""


class JournalReader:
    """Searches over connections made when they are needed. `dsn`: the reading role's address."""

    def __init__(self, dsn: str, connections: int = 4) -> None:
        self._dsn, self._connections = dsn, connections
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def accesses(self, criteria: Criteria, after: Place, limit: int) -> list[Access]:
        """The accesses after a place; raises what the connection raises."""
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
