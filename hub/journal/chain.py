"""The hash chain of one writer: each line has a place in it, and its digest covers the digest of the line before.

    digest(0) = SHA-256 of the stream's id          digest(n) = SHA-256(digest(n-1) ‖ canonical form of line n)

A stream belongs to one connection of one process, so that several processes write without a lock; checkpoints
(`hub.journal.checkpoint`) join the streams. The last line of each batch bears the writer's signature: nobody else can
add a line. After a failed write the stream is abandoned and another one opened, so that both stay whole whether the
write was committed or not. The canonical form is JSON, rebuilt from the columns to verify.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

import orjson

from hub.journal.record import Disclosure, Entry
from schema.lru import Lru

BEFORE = UUID(int=0)
"""The stream of entries older than the chains (migration 0002), which no process opened."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its disclosures, at its place in a stream; `seq` counts from 1 without a gap."""

    stream: UUID
    seq: int
    entry: Entry
    disclosures: Sequence[Disclosure]

    def canonical(self) -> bytes:
        """The bytes that are hashed; equal lines have equal bytes."""
        return canonical(str(self.stream), self.seq, self.entry, self.disclosures)

    def digest(self, previous: bytes) -> bytes:
        """The digest of this line after a line of digest `previous`."""
        return after(previous, self.canonical())


def canonical(stream: str, seq: int, entry: Entry, disclosures: Sequence[Disclosure]) -> bytes:
    """The bytes of a line that are hashed; `visible_from` is left out if it is null, as in lines older than it."""
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


def _written(coordinates: tuple[str, ...]) -> orjson.Fragment:
    return _WRITTEN.get_or(coordinates, lambda: orjson.Fragment(orjson.dumps(coordinates)))


_WRITTEN: Lru[tuple[str, ...], orjson.Fragment] = Lru(
    "written coordinates", 4 * 1024 * 1024, lambda coordinates, _: 500 + 50 * len(coordinates)
)


def plain(value: object) -> str:
    """The JSON form of UUIDs of asyncpg, which are a subclass of Python's."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError


def after(previous: bytes, canonical: bytes) -> bytes:
    """The digest of a line of this canonical form after a line of digest `previous`."""
    digest = sha256(previous)
    digest.update(canonical)
    return digest.digest()


def batch_payload(stream: UUID, seq: int, head: bytes) -> bytes:
    """The bytes that are signed of a batch: stream, place and digest of its last line."""
    return b"spie journal batch\0" + stream.bytes + seq.to_bytes(8) + head


def genesis(stream: UUID) -> bytes:
    """The digest before the first line of a stream."""
    return sha256(stream.bytes).digest()


class Chain:
    """The end of a growing stream: its last place, digest and time, which never goes back."""

    def __init__(self) -> None:
        self.stream = uuid4()
        self._name = str(self.stream)
        self.seq, self.head, self.at = 0, genesis(self.stream), datetime.min.replace(tzinfo=UTC)

    def extend(self, entries: Iterable[tuple[Entry, Sequence[Disclosure]]]) -> tuple[bytes, list[bytes]]:
        """Append entries; return their canonical forms and digests, the parameters of `stream_writer.WRITE`."""
        lines, digests = [], []
        for entry, disclosures in entries:
            lines.append(self._next(entry, disclosures))
            digests.append(self.head)
        return b",".join(lines), digests

    def _next(self, entry: Entry, disclosures: Sequence[Disclosure]) -> bytes:
        if entry.at < self.at:  # months are dropped whole, so that an older entry must not follow a newer one
            entry = entry._replace(at=self.at)
        line = canonical(self._name, self.seq + 1, entry, disclosures)
        self.seq, self.head, self.at = self.seq + 1, after(self.head, line), entry.at
        return line
