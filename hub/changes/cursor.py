"""Where a client is in the changes: a sealed text, which only its holder can use, for the same perimeter and query.

A round tells the changes from one snapshot to the next, on as many pages as it takes. The cursor of a page within it
holds both snapshots and the last person; that of its last page the later one alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

import orjson

from schema.context import Context

PLACE = b"Query.changes"


class ChangesRefused(Exception):
    """A cursor that its holder can't go on from; `code` is CHANGES_RESTART (another perimeter, other rules, another
    query, another history of the database) or CHANGES_EXPIRED (changes since are no longer kept)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Sealing(Protocol):
    """Seals texts for the actor and purpose of one request (`subgraphs.kit.cursors.Sealer`)."""

    def seal(self, place: bytes, sort: Any, identifier: Any) -> str:
        """The sealed text."""
        ...

    def open(self, place: bytes, cursor: Any) -> tuple[Any, str]:
        """What was sealed; raises an error whose `code` is FORBIDDEN_INPUT."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of the database, and its day: it sees the transactions before `xmax` that were not `under_way`, which are
    all those before `xmin`."""

    xmin: int
    xmax: int
    under_way: tuple[int, ...]
    day: date

    @staticmethod
    def read(stored: Any) -> Snapshot:
        """A snapshot of a cursor."""
        xmin, xmax, under_way, day = stored
        return Snapshot(int(xmin), int(xmax), tuple(map(int, under_way)), date.fromisoformat(day))

    @property
    def stored(self) -> list[Any]:
        """The snapshot in a cursor."""
        return [self.xmin, self.xmax, self.under_way, self.day.isoformat()]


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since` is where the round begins, None for everything; `until` where it ends and `after` its last person, None
    between two rounds. `history` names the history of the database in which transactions have their numbers."""

    history: str
    since: Snapshot | None
    until: Snapshot | None = None
    after: UUID | None = None


class Cursors:
    """Seals and opens the cursors of one request."""

    def __init__(self, context: Context, sealing: Callable[[Context], Sealing]) -> None:
        self._sealing = sealing(context)
        bound = [sorted(context.scopes), context.organisation, context.residual.digest]
        self._bound = sha256(orjson.dumps(bound)).hexdigest()

    def seal(self, cursor: Cursor) -> str:
        """The sealed cursor."""
        snapshots = [place.stored if place is not None else None for place in (cursor.since, cursor.until)]
        after = str(cursor.after) if cursor.after is not None else None
        return self._sealing.seal(PLACE, [cursor.history, *snapshots, after], self._bound)

    def open(self, sealed: str) -> Cursor:
        """The cursor; raises ChangesRefused (CHANGES_RESTART), or an error whose `code` is FORBIDDEN_INPUT."""
        (history, since, until, after), bound = self._sealing.open(PLACE, sealed)
        if bound != self._bound:
            raise ChangesRefused("CHANGES_RESTART")
        return Cursor(
            history,
            Snapshot.read(since) if since is not None else None,
            Snapshot.read(until) if until is not None else None,
            UUID(after) if after is not None else None,
        )
