"""Finds streams that a killed process left without a last checkpoint, for the next hub that starts to sign."""

from __future__ import annotations

from uuid import UUID

import asyncpg

UNSIGNED_STREAMS = """WITH RECURSIVE found AS (
    (SELECT stream FROM journal.checkpoint ORDER BY stream LIMIT 1)
    UNION ALL
    SELECT (SELECT stream FROM journal.checkpoint WHERE stream > found.stream ORDER BY stream LIMIT 1)
    FROM found WHERE found.stream IS NOT NULL
)
SELECT found.stream, line.seq, line.digest FROM found,
LATERAL (SELECT seq, state FROM journal.checkpoint WHERE stream = found.stream ORDER BY number DESC LIMIT 1) AS said,
LATERAL (SELECT seq, digest FROM journal.entry WHERE stream = found.stream ORDER BY seq DESC LIMIT 1) AS line
WHERE said.state <> 'CLOSED' AND line.seq > said.seq"""
"""One index look-up for each stream. A stream of a running process may be among them; its own checkpoints follow."""


async def unsigned_streams(reader_dsn: str, patience: float) -> list[tuple[UUID, int, bytes]]:
    """Stream, place and digest of each; raises the errors of asyncpg."""
    connection = await asyncpg.connect(reader_dsn, timeout=patience)
    try:
        return [tuple(row) for row in await connection.fetch(UNSIGNED_STREAMS, timeout=patience)]
    finally:
        await connection.close(timeout=patience)
