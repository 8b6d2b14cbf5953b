"""Writes one stream: batches of lines and checkpoints, through one connection of the writing role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from hub.journal.chain import Chain, batch_payload
from hub.journal.checkpoint import START, Checkpoint, State
from hub.journal.record import Disclosure, Entry
from hub.journal.signing import Signer
from hub.journal.write.outside_copies import Keep, keep_nothing
from infra.connecting import connect

WRITE = """WITH line AS MATERIALIZED (
    SELECT line.stream, line.seq, entry.*, line.disclosures, line.digest, line.signature
    FROM ROWS FROM (
        json_to_recordset(('[' || convert_from($1, 'UTF8') || ']')::json)
        AS (stream uuid, seq bigint, entry json, disclosures json),
        unnest($2::bytea[]), unnest($3::bytea[])
    ) AS line (stream, seq, entry, disclosures, digest, signature),
    json_to_record(line.entry) AS entry (
        kind text, request uuid, at timestamptz, trace text, actor text, actor_kind text, organisation text,
        client text, purpose text, reference text, operation_hash text, operation_name text, decisions jsonb,
        visible_from timestamptz)
), entries AS (
    INSERT INTO journal.entry (stream, seq, kind, request, at, trace, actor, actor_kind, organisation, client, purpose,
                               reference, operation_hash, operation_name, decisions, visible_from, digest, signature)
    SELECT stream, seq, kind, request, at, trace, actor, actor_kind, organisation, client, purpose, reference,
           operation_hash, operation_name, decisions, visible_from, digest, signature FROM line
    RETURNING true
), disclosures AS (
    INSERT INTO journal.disclosure (stream, seq, rank, at, request, coordinates, masked, subjects)
    SELECT line.stream, line.seq, found.rank, line.at, line.request, found.coordinates, found.masked,
           ARRAY (SELECT decode(subject, 'hex') FROM unnest(found.subjects) AS subject)
    FROM line, ROWS FROM (
        json_to_recordset(line.disclosures) AS (coordinates text[], masked text[], subjects text[])
    ) WITH ORDINALITY AS found (coordinates, masked, subjects, rank)
    RETURNING true
)
SELECT (SELECT count(*) FROM entries) AS entries, (SELECT count(*) FROM disclosures) AS disclosures"""
"""Writes a whole batch in one statement, which is a transaction: one round trip, all or nothing, and says how many rows
it wrote, since a trigger may write fewer."""

LAST = "SELECT number, digest FROM journal.checkpoint ORDER BY number DESC LIMIT 1"
ADD = """INSERT INTO journal.checkpoint (number, at, stream, seq, head, state, previous, key, digest, signature)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (number) DO NOTHING RETURNING true"""

End: TypeAlias = tuple[UUID, int, bytes]
"""A stream, its last place and the digest there."""
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Statement: TypeAlias = "PreparedStatement[asyncpg.Record]"


def batch(
    chain: Chain, signer: Signer, entries: Sequence[tuple[Entry, Sequence[Disclosure]]]
) -> tuple[bytes, list[bytes], list[bytes | None]]:
    """The parameters of WRITE for entries at the end of a stream: lines, digests, and a signature for the last line."""
    lines, digests = chain.extend(entries)
    signatures: list[bytes | None] = [None] * (len(digests) - 1)
    return lines, digests, [*signatures, signer.sign(batch_payload(chain.stream, chain.seq, chain.head))]


class NotWritten(Exception):
    """The database accepted a statement and did not write what it says."""


class Writer:
    """Writes a stream from its opening to its end; after a failure of any method, `abandon` must be called."""

    def __init__(self, connection: Connection, lines: Statement, signer: Signer, patience: float, keep: Keep) -> None:
        self.connection, self._lines = connection, lines
        self._signer, self._patience, self._keep = signer, patience, keep
        self._chain = Chain()
        self._passed = 0

    @staticmethod
    async def open(dsn: str, signer: Signer, patience: float, ends: Iterable[End], keep: Keep = keep_nothing) -> Writer:
        """Connect, open a stream and sign ends that others left; raises NotWritten and the errors of asyncpg."""
        connection = await connect(dsn, timeout=patience)
        try:
            writer = Writer(connection, await connection.prepare(WRITE, timeout=patience), signer, patience, keep)
            await writer._checkpoint(State.OPENED)
            for stream, seq, head in ends:
                await add(connection, signer, stream, seq, head, State.PASSED, patience=patience, keep=keep)
        except BaseException:
            connection.terminate()
            raise
        return writer

    async def write(self, entries: Sequence[tuple[Entry, Sequence[Disclosure]]]) -> None:
        """Commit entries at the end of the stream, with a signature on the last one; raises NotWritten too."""
        (written,) = await self._lines.fetch(*batch(self._chain, self._signer, entries), timeout=self._patience)
        if tuple(written) != (len(entries), sum(len(disclosures) for _, disclosures in entries)):
            raise NotWritten("fewer rows were written than the batch holds")

    @property
    def unsigned(self) -> int:
        """The entries of the stream that no checkpoint covers."""
        return self._chain.seq - self._passed

    async def pass_by(self) -> None:
        """Sign a checkpoint of the stream, unless the last one covers it."""
        if self._chain.seq > self._passed:
            await self._checkpoint(State.PASSED)

    async def close(self) -> None:
        """Sign the end of the stream, and close the connection."""
        await self._checkpoint(State.CLOSED)
        await self.connection.close(timeout=self._patience)

    def abandon(self) -> None:
        """End the connection without a checkpoint; committed lines stay verifiable."""
        self.connection.terminate()

    async def _checkpoint(self, state: State) -> None:
        chain = self._chain
        end = (chain.stream, chain.seq, chain.head)
        await add(self.connection, self._signer, *end, state, patience=self._patience, keep=self._keep)
        self._passed = chain.seq


async def add(
    connection: Connection,
    signer: Signer,
    stream: UUID,
    seq: int,
    head: bytes,
    state: State,
    *,
    at: datetime | None = None,
    patience: float | None = None,
    keep: Keep = keep_nothing,
) -> Checkpoint:
    """Append a signed checkpoint to the chain of checkpoints, dated now or `at`; on a conflict with another process,
    try the next place. Raises NotWritten if there is no conflict and yet no checkpoint."""
    tried = 0
    while True:
        last = await connection.fetchrow(LAST, timeout=patience)
        number, previous = (last["number"] + 1, last["digest"]) if last is not None else (1, START)
        if number == tried:
            raise NotWritten("the checkpoint was not written")
        tried = number
        checkpoint = Checkpoint(
            number, at or datetime.now(UTC), stream, seq, head.hex(), state, previous.hex(), signer.id
        )
        signature = checkpoint.signature(signer)
        values = (
            number,
            checkpoint.at,
            stream,
            seq,
            head,
            state,
            previous,
            signer.id,
            checkpoint.digest(),
            signature,
        )
        if await connection.fetchval(ADD, *values, timeout=patience):
            keep(checkpoint, signature)
            return checkpoint
