"""Tells an actor what changed of the people whom it may read (decision 0101).

Each round tells a person once, by three states: where the round begins, where it ends, and now. Whoever is told with
values is readable where the round ends, so that the next round takes back whoever is not readable any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from operator import itemgetter
from typing import Any, Protocol
from uuid import UUID

import orjson

from hub.changes.cursor import ChangesRefused, Cursor, Cursors, Sealing, Snapshot
from hub.changes.statements import EVERYONE, NOW, TOUCHED, TOUCHED_AFTER
from hub.changes.visibility import RowChange, Visibility
from schema.context import Context
from schema.lru import Lru
from schema.residual import holds

PERSON = "Person"
USUAL, CONSIDERED = 100, 1000
"""The `first` of the schema, and how many people more are considered at once where few are told."""
DECIDING = itemgetter("was", "is", "now", "survivor_now", "changes")
"""What decides how a person is told: its facts in the cursor's snapshot, in the round's and now, those of the person
that it is one with, and what changed of it."""


class BadFirst(Exception):
    """`first` is out of the bounds that the scope of the application sets (decision 0105)."""

    code = "BAD_FIRST"


class Rows(Protocol):
    """Runs statements in a transaction with the actor's scopes as its settings."""

    async def fetch(
        self, scopes: Sequence[str], organisation: str | None, sql: str, arguments: Sequence[Any]
    ) -> Sequence[Any]:
        """The rows; raises the errors of asyncpg."""
        ...


class _Outcome(Enum):
    """How a person is told: not at all, to be written anew, or to be deleted, since it is one with another or gone."""

    NOT = "NOT"
    CHANGED = "CHANGED"
    MERGED = "MERGED"
    GONE = "GONE"


@dataclass(slots=True)
class _Page:
    """What a page tells so far: ids of changed people, withdrawals, and the last person considered."""

    changed: list[str] = field(default_factory=list)
    withdrawn: list[dict[str, Any]] = field(default_factory=list)
    after: UUID | None = None

    def __len__(self) -> int:
        return len(self.changed) + len(self.withdrawn)


class ChangeList:
    """Answers pages of changes; `rows` reads as the role `changes_reader`."""

    def __init__(
        self, rows: Rows, tables: Mapping[str, Mapping[str, Any]], sealing: Callable[[Context], Sealing]
    ) -> None:
        self._rows, self._tables, self._sealing = rows, tables, sealing
        self._visibilities: Lru[str, Visibility] = Lru("visibilities", 1024 * 1024, lambda *_: 20_000)

    async def page(self, context: Context, since: str | None, first: int | None) -> dict[str, Any]:
        """One page; raises BadFirst, ChangesRefused, or an error whose `code` is FORBIDDEN_INPUT."""
        first = USUAL if first is None else first
        if not 1 <= first <= context.page:
            raise BadFirst
        cursors = Cursors(context, self._sealing)
        cursor = cursors.open(since) if since is not None else None
        if cursor is None or cursor.until is None:  # a round begins
            now = await self._now(context)
            cursor = cursor or Cursor(now["history"], None)
            _check_history(cursor, now)
            until = _snapshot(now)
        else:
            until = cursor.until
        page, more = await self._filled(context, cursor, until, first)
        if cursor.since is not None or cursor.until is not None:  # what changed since may have been deleted meanwhile
            _check_history(cursor, await self._now(context))
        within = Cursor(cursor.history, cursor.since, until, page.after)
        next_cursor = within if more else Cursor(cursor.history, until)
        return {
            "nodes": [{"id": person} for person in page.changed],
            "withdrawn": page.withdrawn,
            "pageInfo": {
                "hasNextPage": more,
                "hasPreviousPage": cursor.after is not None,
                "startCursor": None,
                "endCursor": cursors.seal(next_cursor),
            },
        }

    async def start(self, context: Context) -> str:
        """The cursor of now, for whoever reads all that there is by another way."""
        now = await self._now(context)
        return Cursors(context, self._sealing).seal(Cursor(now["history"], _snapshot(now)))

    async def _now(self, context: Context) -> Mapping[str, Any]:
        """The snapshot, the history and the oldest changes of now."""
        [now] = await self._rows.fetch(context.scopes, context.organisation, NOW, ())
        row: Mapping[str, Any] = now
        return row

    async def _filled(self, context: Context, cursor: Cursor, until: Snapshot, first: int) -> tuple[_Page, bool]:
        """The page, and whether more follows; if so the page is full, and its length counts nobody who is left out."""
        page, after, number = _Page(after=cursor.after), cursor.after, first + 1
        outcomes: dict[tuple[Any, ...], _Outcome] = {}  # many people of a page are alike in all that decides
        delta = cursor.since is not None
        while True:
            rows = await self._considered(context, cursor.since, until, after, number)
            for row in rows:
                alike = DECIDING(row)
                outcome = outcomes.get(alike) or outcomes.setdefault(alike, self._outcome(row, context, delta=delta))
                if outcome is _Outcome.NOT:
                    continue
                if len(page) == first:
                    return page, True
                page.after = row["person_id"]
                if outcome is _Outcome.CHANGED:
                    page.changed.append(str(row["person_id"]))
                else:
                    page.withdrawn.append(_withdrawal(row, merged=outcome is _Outcome.MERGED))
            if len(rows) < number:
                return page, False
            after, number = rows[-1]["person_id"], CONSIDERED

    async def _considered(
        self, context: Context, since: Snapshot | None, until: Snapshot, after: UUID | None, number: int
    ) -> Sequence[Any]:
        """The next people of whom something may be told, so many at most."""
        durations = context.residual.retentions
        begun = _arguments(since) if since is not None else (0, 0, [], None)
        bits, days = [bit for bit, _ in durations], [days for _, days in durations]
        arguments = (list(context.scopes), *begun, *_arguments(until), after, number, bits, days)
        sql = EVERYONE if since is None else TOUCHED if after is None else TOUCHED_AFTER
        return await self._rows.fetch(context.scopes, context.organisation, sql, arguments)

    def _outcome(self, row: Mapping[str, Any], context: Context, *, delta: bool) -> _Outcome:
        """How a person is told, by the `DECIDING` columns of its row alone."""
        rule = context.residual.rows.get(PERSON)
        if rule is None:
            return _Outcome.NOT
        was, ended, now = (holds(rule.read, row[name]) for name in ("was", "is", "now"))
        if ended:
            differs = not delta or not was or self._shows(row, context)
            return _Outcome.CHANGED if now and differs else _Outcome.NOT
        if not was:
            return _Outcome.NOT
        return _Outcome.MERGED if holds(rule.read, row["survivor_now"]) else _Outcome.GONE

    def _shows(self, row: Mapping[str, Any], context: Context) -> bool:
        """Whether a row that the query shows changed within the round, or what decides on any."""
        residual = context.residual
        visibility = self._visibilities.get_or(residual.digest, lambda: Visibility(self._tables, residual))
        if visibility.differs(row["was"], row["is"]):
            return True
        changes = orjson.loads(row["changes"] or "[]")
        return any(visibility.shows(RowChange(*change), row["is"], context.organisation) for change in changes)


def _withdrawal(row: Mapping[str, Any], *, merged: bool) -> dict[str, Any]:
    person, survivor = str(row["person_id"]), row["survivor_id"]
    kind = "MERGED" if merged else "DELETED" if survivor is None and not row["held"] else "WITHDRAWN"
    into = str(survivor) if merged else None
    return {"id": person, "kind": kind, "into": into, "_access": [person, row["was"]]}


def _snapshot(now: Mapping[str, Any]) -> Snapshot:
    return Snapshot(now["xmin"], now["xmax"], tuple(now["under_way"]), now["day"])


def _arguments(snapshot: Snapshot) -> tuple[Any, ...]:
    return snapshot.xmin, snapshot.xmax, list(snapshot.under_way), snapshot.day


def _check_history(cursor: Cursor, now: Mapping[str, Any]) -> None:
    """Raise ChangesRefused unless the changes since the cursor are all there, under the numbers that it has."""
    for place in (cursor.since, cursor.until):
        ahead = place is not None and (place.xmax > now["xmax"] or place.day > now["day"])
        if cursor.history != now["history"] or ahead:
            raise ChangesRefused("CHANGES_RESTART")
        if place is not None and place.xmin < now["kept"]:
            raise ChangesRefused("CHANGES_EXPIRED")
