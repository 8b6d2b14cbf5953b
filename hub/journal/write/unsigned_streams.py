"""Finds ends of streams that a killed process or a lost connection left, for the next hub that opens one to sign."""

from __future__ import annotations

from uuid import UUID

from hub.journal.chain import batch_payload
from hub.journal.signing import Signer
from infra.connecting import connect

UNSIGNED_STREAMS = """WITH RECURSIVE found AS (
    (SELECT stream FROM journal.checkpoint ORDER BY stream LIMIT 1)
    UNION ALL
    SELECT (SELECT stream FROM journal.checkpoint WHERE stream > found.stream ORDER BY stream LIMIT 1)
    FROM found WHERE found.stream IS NOT NULL
)
SELECT found.stream, line.seq, line.digest, line.signature FROM found,
LATERAL (SELECT seq, state FROM journal.checkpoint WHERE stream = found.stream ORDER BY number DESC LIMIT 1) AS said,
LATERAL (SELECT seq, digest, signature FROM journal.entry WHERE stream = found.stream ORDER BY seq DESC LIMIT 1) AS line
WHERE said.state <> 'CLOSED' AND line.seq > said.seq"""
"""One index look-up for each stream. A stream of a running process may be among them; its own checkpoints follow."""


async def unsigned_ends(reader_dsn: str, signer: Signer, patience: float) -> list[tuple[UUID, int, bytes]]:
    """Stream, place and digest of each end that a hub signed with its batch; raises the errors of asyncpg.

    One without a signature of this key is left as it is, for verification to tell.
    """
    connection = await connect(reader_dsn, timeout=patience)
    try:
        rows = await connection.fetch(UNSIGNED_STREAMS, timeout=patience)
    finally:
        await connection.close(timeout=patience)
    return [
        (stream, seq, digest)
        for stream, seq, digest, signature in rows
        if signature is not None and signer.signed(signature, batch_payload(stream, seq, digest))
    ]
