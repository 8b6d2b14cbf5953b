"""Reads the chain of checkpoints in order: checks it, and collects what it records of each stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

import asyncpg

from hub.journal.chain import genesis
from hub.journal.checkpoint import START, Checkpoint, State
from hub.journal.signing import Trust

Anchors: TypeAlias = frozenset[tuple[int, str]]
"""Numbers and digests (hexadecimal) of checkpoints, as they were kept outside of the database. Two digests of one
number are of a chain that was cut off and of the one that went on: at most one of them is there."""
NONE_KEPT: Anchors = frozenset()
NEVER = datetime.min.replace(tzinfo=UTC)
"""`expired_before` of a stream that has lost no month."""


class Fault(StrEnum):
    """Kinds of faults, as stable codes."""

    CHANGED = "ENTRIES_CHANGED"
    REMOVED = "ENTRIES_REMOVED"
    REORDERED = "ENTRIES_REORDERED"
    TRUNCATED = "ENTRIES_TRUNCATED"
    ADDED = "ENTRIES_ADDED"
    EXPIRED = "ENTRIES_EXPIRED"  # before a root: of a retention run that was interrupted, or added since
    UNSIGNED = "ENTRIES_UNSIGNED"
    KEYS_CHANGED = "PERSON_KEYS_CHANGED"
    CHECKPOINT_REMOVED = "CHECKPOINTS_REMOVED"
    CHECKPOINT_CHANGED = "CHECKPOINT_CHANGED"
    CHECKPOINT_UNSIGNED = "CHECKPOINT_UNSIGNED"
    ANCHOR_LOST = "ANCHOR_LOST"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault from place `first` to `last` of a stream, or from checkpoint `first` to `last` if `stream` is None."""

    fault: Fault
    stream: UUID | None
    first: int
    last: int


@dataclass(slots=True)
class StreamState:
    """What checkpoints record of a stream: `root` is the place and digest after which its lines begin (0: its start),
    `expired_before` the instant before which all lines up to the root are, `pins` its digests by place, `closed` its
    last place; a stream that none `opened` was not written by a hub."""

    root: tuple[int, bytes]
    expired_before: datetime = NEVER
    pins: dict[int, bytes] = field(default_factory=dict)
    closed: int | None = None
    opened: bool = False

    @staticmethod
    def of(stream: UUID) -> StreamState:
        """The state of a stream before any checkpoint."""
        return StreamState((0, genesis(stream)))


@dataclass(slots=True)
class CheckpointTrail:
    """The checkpoints read so far: `count` of them, up to `number`, whose digest is `digest`."""

    streams: dict[UUID, StreamState] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    number: int = 0
    digest: bytes = START

    @property
    def anchor(self) -> str | None:
        """Number and digest of the last checkpoint, to be stored outside of the database."""
        return f"{self.number}:{self.digest.hex()}" if self.count else None

    def stream_state(self, stream: UUID) -> StreamState:
        """The state of a stream, created if no checkpoint names it."""
        return self.streams.setdefault(stream, StreamState.of(stream))


async def read_trail(
    connection: asyncpg.Connection[asyncpg.Record],
    trust: Trust,
    anchors: Anchors = NONE_KEPT,
    trail: CheckpointTrail | None = None,
) -> CheckpointTrail:
    """Read and verify every checkpoint after those of `trail`, in the caller's transaction; `anchors` were kept
    outside."""
    trail = trail or CheckpointTrail()
    missing = set(anchors)
    query = "SELECT * FROM journal.checkpoint WHERE number > $1 ORDER BY number"
    async for row in connection.cursor(query, trail.number, prefetch=1000):
        checkpoint = read_checkpoint(row)
        if not trail.count and checkpoint.state is State.ROOT:
            missing = {anchor for anchor in missing if anchor[0] >= checkpoint.number}
        elif checkpoint.number != trail.number + 1:
            trail.findings.append(Finding(Fault.CHECKPOINT_REMOVED, None, trail.number + 1, checkpoint.number - 1))
        elif checkpoint.previous != trail.digest.hex():
            trail.findings.append(Finding(Fault.CHECKPOINT_CHANGED, None, max(trail.number, 1), checkpoint.number))
        if checkpoint.signed(row["signature"], trust):
            _learn(trail.stream_state(checkpoint.stream), checkpoint)
        else:
            trail.findings.append(Finding(Fault.CHECKPOINT_UNSIGNED, None, checkpoint.number, checkpoint.number))
        trail.number, trail.digest, trail.count = checkpoint.number, checkpoint.digest(), trail.count + 1
        missing.discard((checkpoint.number, trail.digest.hex()))
    if missing:
        trail.findings.append(Finding(Fault.ANCHOR_LOST, None, min(missing)[0], max(missing)[0]))
    return trail


def _learn(state: StreamState, checkpoint: Checkpoint) -> None:
    state.opened = True
    head = bytes.fromhex(checkpoint.head)
    if checkpoint.state is State.ROOT:
        state.root, state.expired_before = (checkpoint.seq, head), checkpoint.at
        state.pins = {seq: digest for seq, digest in state.pins.items() if seq > checkpoint.seq}
    else:
        state.pins[checkpoint.seq] = head
    if checkpoint.state is State.CLOSED:
        state.closed = checkpoint.seq


def read_checkpoint(row: asyncpg.Record) -> Checkpoint:
    """The checkpoint of a row of `journal.checkpoint`."""
    return Checkpoint(
        number=row["number"],
        at=row["at"],
        stream=row["stream"],
        seq=row["seq"],
        head=row["head"].hex(),
        state=State(row["state"]),
        previous=row["previous"].hex(),
        key=row["key"],
    )
