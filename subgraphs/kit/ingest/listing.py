"""Lists all records of an API whose pages shift while they are read: no gap, no record given twice.

Where a record is deleted while pages are read, those behind it move forward and one of them is on no page that is read.
So the whole list is read again until two readings in a row hold the same keys. A record that was there all the time
can't be missing in both: the first misses it only if a record already listed went away, which the second no longer
lists.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.ingest.api import ApiRefused

READINGS = 6
"""Most readings of a list that goes on changing."""
REPEATED = 10
"""Pages in a row without a new key, after which a list is taken to have no end."""
FEW = 50
"""Records that may vanish at once from a list that others stay in; beyond, at most one in `SHARE`."""
SHARE = 10


class Key(Confidential, frozen=True):
    """The key of a record, whatever else it holds; of several fields, those that are filled, joined by hyphens."""

    id: str | int


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """The records of a page, as they came; `last` if no page follows."""

    records: Sequence[msgspec.Raw]
    last: bool


class Listing:
    """One list, of records with a key of this form; `keys` are those of its last two readings, once they agree."""

    def __init__(self, form: type[msgspec.Struct] = Key) -> None:
        self._form = form
        self._given: dict[str, bytes] = {}
        self.keys: frozenset[str] = frozenset()

    async def changes(self, page: Callable[[int], Awaitable[Page]]) -> AsyncIterator[list[bytes]]:
        """Give the records that are new or differ from what was given, page by page; `page` takes numbers from 1.

        Raises ApiRefused: SYNC_UNSETTLED after the last reading if no two in a row agree, SYNC_MALFORMED for pages that
        come again without end."""
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
                    key, digest = _key(self._form, record), blake2b(record, digest_size=16).digest()
                    keys.add(key)
                    if self._given.get(key) != digest:
                        self._given[key] = digest
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

    def vanished(self, stored: Collection[str], *, remove: bool) -> list[str]:
        """The keys that are stored, or were given while the list changed, and no longer listed; raises ApiRefused
        (SYNC_REMOVALS_REFUSED) if so many are that the list may not be whole, unless `remove` says that it is meant."""
        expected = {*self._given, *stored}
        gone = sorted(expected - self.keys)
        if too_many(gone, expected, self.keys) and not remove:
            raise ApiRefused("SYNC_REMOVALS_REFUSED")
        return gone


def too_many(gone: Collection[str], stored: Collection[str], listed: Collection[str]) -> bool:
    """Whether so many of those stored vanish at once that the list may not be whole: all, or more than `FEW` and more
    than one in `SHARE`."""
    return len(gone) > (max(FEW, len(stored) // SHARE) if listed else 0)


def _key(form: type[msgspec.Struct], record: bytes) -> str:
    """The key of a record; one without a key stands for itself, and its source refuses it."""
    try:
        parts = msgspec.structs.astuple(msgspec.json.decode(record, type=form))
    except msgspec.MsgspecError:
        return blake2b(record).hexdigest()
    return "-".join(str(part) for part in parts if part not in (None, ""))


def as_document(name: str, records: Sequence[bytes]) -> bytes:
    """The JSON object that holds these records in a list of this name."""
    return b'{"%s":[%s]}' % (name.encode(), b",".join(records))
