"""Lists all records of an API whose pages shift while they are read: no gap, no record given twice.

Where a record is deleted while pages are read, those behind it move forward and one of them is on no page that is read.
So the whole list is read again until two readings in a row hold the same keys. A record that was there all the time
can't be missing in both: the first misses it only if a record already listed went away, which the second no longer
lists.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from subgraphs.kit.ingest.api import ApiRefused

READINGS = 6
"""Most readings of a list that goes on changing."""
REPEATED = 10
"""Pages in a row without a new key, after which a list is taken to have no end."""


class Key(msgspec.Struct):
    """The key of a record, whatever else it holds."""

    id: str | int


@dataclass(frozen=True, slots=True)
class Page:
    """The records of a page, as they came; `last` if no page follows."""

    records: Sequence[msgspec.Raw]
    last: bool


class Listing:
    """One list; `keys` are those of its last two readings, once they agree."""

    def __init__(self) -> None:
        self.keys: frozenset[str] = frozenset()

    async def changes(self, page: Callable[[int], Awaitable[Page]]) -> AsyncIterator[list[bytes]]:
        """Give the records that are new or differ from what was given, page by page; `page` takes numbers from 1.

        Raises ApiRefused: SYNC_UNSETTLED after the last reading if no two in a row agree, SYNC_MALFORMED for pages that
        come again without end."""
        given: dict[str, bytes] = {}
        before: set[str] | None = None
        for _ in range(READINGS):
            keys: set[str] = set()
            number, last, repeated = 1, False, 0
            while not last:
                read = await page(number)
                listed = len(keys)
                fresh = []
                for raw in read.records:
                    record = bytes(raw)
                    key, digest = _key(record), blake2b(record, digest_size=16).digest()
                    keys.add(key)
                    if given.get(key) != digest:
                        given[key] = digest
                        fresh.append(record)
                if fresh:
                    yield fresh
                number, last = number + 1, read.last
                repeated = 0 if len(keys) > listed else repeated + 1
                if repeated >= REPEATED:
                    raise ApiRefused("SYNC_MALFORMED")
            if keys == before:
                self.keys = frozenset(keys)
                return
            before = keys
        raise ApiRefused("SYNC_UNSETTLED")


def _key(record: bytes) -> str:
    """The key of a record; one without a key stands for itself, and its source refuses it."""
    try:
        return str(msgspec.json.decode(record, type=Key).id)
    except msgspec.MsgspecError:
        return blake2b(record).hexdigest()


def as_document(name: str, records: Sequence[bytes]) -> bytes:
    """The JSON object that holds these records in a list of this name."""
    return b'{"%s":[%s]}' % (name.encode(), b",".join(records))
