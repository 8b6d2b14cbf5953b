"""Who was told what of one person, newest first: what the person itself may read of the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

PAGE = """SELECT entry.at, entry.stream, entry.seq, found.rank, entry.actor_kind, entry.organisation, entry.purpose,
       found.coordinates, found.masked
FROM journal.disclosure AS found JOIN journal.entry USING (stream, seq, at)
WHERE found.subjects @> ARRAY[$1::bytea]
  AND (entry.at, entry.stream, entry.seq, found.rank) < ($2, $3, $4, $5)
ORDER BY entry.at DESC, entry.stream DESC, entry.seq DESC, found.rank DESC LIMIT $6"""
PATIENCE = 5.0
"""Seconds for a connection, and for a page."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an access is in the list."""

    at: datetime
    stream: UUID
    seq: int
    rank: int


NEWEST = Place(datetime.fromisoformat("9999-01-01T00:00:00+00:00"), UUID(int=2**128 - 1), 0, 0)
"""Before every access."""


@dataclass(frozen=True, slots=True)
class Access:
    """One communication of data of the person."""

    place: Place
    actor_kind: str
    organisation: str | None
    purpose: str
    released: Sequence[str]
    masked: Sequence[str]


class View:
    """The journal as the reading role sees it, by connections made when they are needed. `dsn`: that role's address."""

    def __init__(self, dsn: str, connections: int = 4) -> None:
        self._dsn, self._connections = dsn, connections
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def accesses(self, pseudonym: str, after: Place, most: int) -> list[Access]:
        """The accesses after a place; raises what the connection raises."""
        if self._pool is None:
            self._pool = await asyncpg.create_pool(
                self._dsn, min_size=0, max_size=self._connections, timeout=PATIENCE, command_timeout=PATIENCE
            )
        values = (bytes.fromhex(pseudonym), after.at, after.stream, after.seq, after.rank, most)
        return [_access(row) for row in await self._pool.fetch(PAGE, *values)]

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None


def _access(row: asyncpg.Record) -> Access:
    place = Place(row["at"], row["stream"], row["seq"], row["rank"])
    return Access(place, row["actor_kind"], row["organisation"], row["purpose"], row["coordinates"], row["masked"])
