"""Verifies the journal: lines against their chain, chains against checkpoints, checkpoints against their signatures.

Everything is read in one snapshot, so that hubs may write meanwhile. Verification starts at the roots that the last
retention run left, else at the beginning.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from hub.journal.chain import Line, batch_payload
from hub.journal.signing import Trust
from hub.journal.verify.checkpoint_trail import (
    NONE_KEPT,
    Anchors,
    CheckpointTrail,
    Fault,
    Finding,
    StreamState,
    read_trail,
)
from hub.journal.verify.person_keys import key_findings, unknown_pseudonyms
from hub.journal.verify.reordering import reordered
from hub.journal.verify.stored_lines import lines


@dataclass(slots=True)
class Verification:
    """The result. `unsigned`: lines after the last checkpoint of their stream, signed with their batch, which a
    running hub covers within seconds and the next start for a killed one; `ends`: last place and digest of each
    stream, as they were verified; `strangers`: pseudonyms that no key makes and no command erased.
    """

    trail: CheckpointTrail
    entries: int = 0
    unsigned: int = 0
    ends: dict[UUID, tuple[int, bytes]] = field(default_factory=dict)
    strangers: set[bytes] = field(default_factory=set)

    @property
    def findings(self) -> list[Finding]:
        """The faults, those of checkpoints first."""
        return self.trail.findings


STREAMS = """WITH RECURSIVE found AS (
    (SELECT stream FROM journal.entry ORDER BY stream LIMIT 1)
    UNION ALL
    SELECT (SELECT stream FROM journal.entry WHERE stream > found.stream ORDER BY stream LIMIT 1)
    FROM found WHERE found.stream IS NOT NULL
) SELECT stream FROM found WHERE stream IS NOT NULL"""
"""The distinct streams, by one index look-up for each."""

SIGNED = """SELECT seq, digest, signature FROM journal.entry
WHERE stream = $1 AND seq > $2 AND signature IS NOT NULL ORDER BY seq DESC, at"""
"""The lines of a stream after a place that end a batch, from the last one."""

ALONE = """SELECT stream, min(seq) AS first, max(seq) AS last FROM journal.disclosure LEFT JOIN journal.entry
USING (stream, seq, at, request) WHERE entry.kind IS NULL GROUP BY stream"""
"""Disclosures without their entry."""


async def verify(
    connection: asyncpg.Connection[asyncpg.Record],
    trust: Trust,
    anchors: Anchors = NONE_KEPT,
    read_pseudonyms: Callable[[], Awaitable[set[bytes]]] | None = None,
) -> Verification:
    """Verify the whole journal as the reading role; `anchors` are those of earlier times, `read_pseudonyms` reads those
    that the keys of people make."""
    before = await read_pseudonyms() if read_pseudonyms is not None else set()
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        verification = Verification(await read_trail(connection, trust, anchors))
        for (stream,) in await connection.fetch(STREAMS):
            verification.trail.stream_state(stream)
        for stream, state in verification.trail.streams.items():
            place, _ = verification.ends[stream] = await _verify_stream(
                lines(connection, stream), stream, state, verification
            )
            signed = max((*state.pins, state.root[0]))
            if state.opened and place > signed:
                signed = await _last_signed(connection, stream, signed, trust)
                if place > signed:
                    verification.findings.append(Finding(Fault.UNSIGNED, stream, signed + 1, place))
        for row in await connection.fetch(ALONE):
            verification.findings.append(Finding(Fault.REMOVED, row["stream"], row["first"], row["last"]))
        if read_pseudonyms is not None:
            unknown = await unknown_pseudonyms(connection, before)
            if unknown:  # or their keys were made since
                verification.strangers = unknown - await read_pseudonyms()
            verification.findings.extend(await key_findings(connection, verification.strangers))
    return verification


async def _last_signed(connection: asyncpg.Connection[asyncpg.Record], stream: UUID, after: int, trust: Trust) -> int:
    """The last place of a stream whose line ends a batch under a trusted signature, or `after`."""
    async for row in connection.cursor(SIGNED, stream, after, prefetch=50):
        if trust.admits(row["signature"], batch_payload(stream, row["seq"], row["digest"])):
            return int(row["seq"])
    return after


async def _verify_stream(
    rows: AsyncIterator[tuple[Line, bytes]], stream: UUID, state: StreamState, verification: Verification
) -> tuple[int, bytes]:
    """Add the findings of a stream; return its last place and the digest there."""
    (place, head), signed = state.root, state.root[0]
    bad: list[tuple[Line, bytes, bytes]] = []
    expired: list[int] = []
    async for line, digest in rows:
        if line.seq <= state.root[0]:
            if line.entry.at < state.expired_before:
                expired.append(line.seq)
            else:
                verification.findings.append(Finding(Fault.ADDED, stream, line.seq, line.seq))
            continue
        verification.entries += 1
        if line.seq <= place:
            verification.findings.append(Finding(Fault.ADDED, stream, line.seq, line.seq))
            continue
        if line.seq > place + 1:
            verification.findings.append(Finding(Fault.REMOVED, stream, place + 1, line.seq - 1))
        elif line.digest(head) != digest:
            bad.append((line, head, digest))
        if (pin := state.pins.get(line.seq)) is not None:
            if pin != digest and not bad:
                verification.findings.append(Finding(Fault.CHANGED, stream, signed + 1, line.seq))
            signed = line.seq
        place, head = line.seq, digest
    verification.findings.extend(_explained(stream, bad))
    if expired:
        verification.findings.append(Finding(Fault.EXPIRED, stream, expired[0], expired[-1]))
    verification.unsigned += place - signed
    if not state.opened:
        verification.findings.append(Finding(Fault.ADDED, stream, 1, place))
    elif state.closed is not None and place > state.closed:
        verification.findings.append(Finding(Fault.ADDED, stream, state.closed + 1, place))
    if (last := max(state.pins, default=0)) > place:
        verification.findings.append(Finding(Fault.TRUNCATED, stream, place + 1, last))
    return place, head


def _explained(stream: UUID, bad: list[tuple[Line, bytes, bytes]]) -> Iterable[Finding]:
    """The findings for broken lines: reordered, or changed, with neighbours as one finding."""
    if reordered(bad):
        return [Finding(Fault.REORDERED, stream, bad[0][0].seq, bad[-1][0].seq)]
    ranges: list[list[int]] = []
    for line, _, _ in bad:
        if ranges and ranges[-1][1] == line.seq - 1:
            ranges[-1][1] = line.seq
        else:
            ranges.append([line.seq, line.seq])
    return [Finding(Fault.CHANGED, stream, first, last) for first, last in ranges]
