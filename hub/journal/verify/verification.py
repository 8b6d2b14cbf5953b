"""Verify the journal: lines against their chain, chains against the checkpoints, these against their signatures.

All is read in one snapshot, so that hubs may write meanwhile. Verification starts at the roots that the last closing of
months left, else at the beginning.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from hub.journal.chain import Line
from hub.journal.signing import Trust
from hub.journal.verify.checkpoint_trail import CheckpointTrail, Fault, Finding, StreamState, read_trail
from hub.journal.verify.reordering import reordered
from hub.journal.verify.stored_lines import lines


@dataclass(slots=True)
class Verification:
    """The result. `unsigned`: lines after the last checkpoint of their stream, which a living hub signs within seconds
    and a killed one leaves to the next start; `expired`: lines before a root, whose months were about to be dropped.
    """

    trail: CheckpointTrail
    entries: int = 0
    unsigned: int = 0
    expired: int = 0

    @property
    def findings(self) -> list[Finding]:
        """What is wrong, checkpoints first."""
        return self.trail.findings


STREAMS = """WITH RECURSIVE found AS (
    (SELECT stream FROM journal.entry ORDER BY stream LIMIT 1)
    UNION ALL
    SELECT (SELECT stream FROM journal.entry WHERE stream > found.stream ORDER BY stream LIMIT 1)
    FROM found WHERE found.stream IS NOT NULL
) SELECT stream FROM found WHERE stream IS NOT NULL"""
"""Distinct streams, by one look into the index for each."""

ALONE = """SELECT stream, min(seq) AS first, max(seq) AS last FROM journal.disclosure LEFT JOIN journal.entry
USING (stream, seq, at, request) WHERE entry.kind IS NULL GROUP BY stream"""
"""Disclosures without their entry."""


async def verify(connection: asyncpg.Connection[asyncpg.Record], trust: Trust, kept: str | None = None) -> Verification:
    """Verify all that the reading role's connection sees; `kept` is an anchor of an earlier time."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = Verification(await read_trail(connection, trust, kept))
        for (stream,) in await connection.fetch(STREAMS):
            found.trail.known(stream)
        for stream, known in found.trail.streams.items():
            await _verify_stream(lines(connection, stream), stream, known, found)
        for row in await connection.fetch(ALONE):
            found.findings.append(Finding(Fault.REMOVED, row["stream"], row["first"], row["last"]))
    return found


async def _verify_stream(
    rows: AsyncIterator[tuple[Line, bytes]], stream: UUID, known: StreamState, found: Verification
) -> None:
    (place, head), signed = known.root, known.root[0]
    bad: list[tuple[Line, bytes, bytes]] = []
    async for line, digest in rows:
        if line.seq <= known.root[0]:
            found.expired += 1
            continue
        found.entries += 1
        if line.seq <= place:
            found.findings.append(Finding(Fault.ADDED, stream, line.seq, line.seq))
            continue
        if line.seq > place + 1:
            found.findings.append(Finding(Fault.REMOVED, stream, place + 1, line.seq - 1))
        elif line.digest(head) != digest:
            bad.append((line, head, digest))
        if (pin := known.pins.get(line.seq)) is not None:
            if pin != digest and not bad:
                found.findings.append(Finding(Fault.CHANGED, stream, signed + 1, line.seq))
            signed = line.seq
        place, head = line.seq, digest
    found.findings.extend(_explained(stream, bad))
    found.unsigned += place - signed
    if not known.opened:
        found.findings.append(Finding(Fault.ADDED, stream, 1, place))
    elif known.closed is not None and place > known.closed:
        found.findings.append(Finding(Fault.ADDED, stream, known.closed + 1, place))
    if (last := max(known.pins, default=0)) > place:
        found.findings.append(Finding(Fault.TRUNCATED, stream, place + 1, last))


def _explained(stream: UUID, bad: list[tuple[Line, bytes, bytes]]) -> Iterable[Finding]:
    """Lines that disagree with their chain: the same lines in another order, or others; neighbours as one finding."""
    if reordered(bad):
        return [Finding(Fault.REORDERED, stream, bad[0][0].seq, bad[-1][0].seq)]
    ranges: list[list[int]] = []
    for line, _, _ in bad:
        if ranges and ranges[-1][1] == line.seq - 1:
            ranges[-1][1] = line.seq
        else:
            ranges.append([line.seq, line.seq])
    return [Finding(Fault.CHANGED, stream, first, last) for first, last in ranges]
