"""The hash chain of one writer: each line holds its place, and its digest covers the line before it.

    digest(0) = SHA-256 of the stream's id          digest(n) = SHA-256(digest(n-1) ‖ canonical form of line n)

A stream belongs to one connection of one process, so that several processes write without a lock; checkpoints
(`hub.journal.checkpoint`) join the streams. A stream whose last write failed is left, and another one opened: whether
that write was committed or not, both are whole. The canonical form is JSON, read back from the columns to verify.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from uuid import UUID, uuid4

import orjson

from hub.journal.record import Disclosure, Entry


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with all it discloses, at its place in a stream; `seq` counts from 1 without a gap."""

    stream: UUID
    seq: int
    entry: Entry
    disclosures: Sequence[Disclosure]

    def canonical(self) -> bytes:
        """The form that is hashed; equal lines have equal bytes."""
        return canonical(str(self.stream), self.seq, self.entry, self.disclosures)

    def digest(self, previous: bytes) -> bytes:
        """Digest of this line after a line of that digest."""
        return after(previous, self.canonical())


def canonical(stream: str, seq: int, entry: Entry, disclosures: Sequence[Disclosure]) -> bytes:
    """The form of a line that is hashed; an entry that is seen at once has the form of before there were others."""
    kind, request, at, trace, actor, actor_kind, organisation = entry[:7]
    client, purpose, reference, digest, name, counts, visible_from = entry[7:]
    header = {
        "kind": kind,
        "request": request,
        "at": at,
        "trace": trace,
        "actor": actor,
        "actor_kind": actor_kind,
        "organisation": organisation,
        "client": client,
        "purpose": purpose,
        "reference": reference,
        "operation_hash": digest,
        "operation_name": name,
        "decisions": dict(sorted(counts.items())) if len(counts) > 1 else counts,
    }
    if visible_from is not None:
        header["visible_from"] = visible_from
    line = {
        "stream": stream,
        "seq": seq,
        "entry": header,
        "disclosures": [
            {"coordinates": _written(coordinates), "masked": _written(masked), "subjects": subjects}
            for coordinates, masked, subjects in disclosures
        ],
    }
    return orjson.dumps(line, plain)


@lru_cache(maxsize=4096)
def _written(coordinates: tuple[str, ...]) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(coordinates))


def plain(value: object) -> str:
    """What JSON has no form for: UUIDs of asyncpg, which are not exactly Python's."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError


def after(previous: bytes, canonical: bytes) -> bytes:
    """Digest of a line of this canonical form after a line of that digest."""
    digest = sha256(previous)
    digest.update(canonical)
    return digest.digest()


def genesis(stream: UUID) -> bytes:
    """Digest before the first line of a stream."""
    return sha256(stream.bytes).digest()


class Chain:
    """The growing end of one stream: its last place, digest and time, which never goes back."""

    def __init__(self) -> None:
        self.stream = uuid4()
        self._name = str(self.stream)
        self.seq, self.head, self.at = 0, genesis(self.stream), datetime.min.replace(tzinfo=UTC)

    def extend(self, entries: Iterable[tuple[Entry, Sequence[Disclosure]]]) -> tuple[bytes, list[bytes]]:
        """Put these entries at the end; their canonical forms, and their digests: what `writer.WRITE` takes."""
        lines, digests = [], []
        for entry, disclosures in entries:
            lines.append(self._next(entry, disclosures))
            digests.append(self.head)
        return b",".join(lines), digests

    def _next(self, entry: Entry, disclosures: Sequence[Disclosure]) -> bytes:
        if entry.at < self.at:  # months are dropped whole: what is older must also come before
            entry = entry._replace(at=self.at)
        line = canonical(self._name, self.seq + 1, entry, disclosures)
        self.seq, self.head, self.at = self.seq + 1, after(self.head, line), entry.at
        return line
