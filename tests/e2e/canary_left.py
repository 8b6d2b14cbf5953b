"""What left the hub, for whom and when: each value in it is held against who might read it at that moment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.e2e.canary_mint import marks, years
from tests.e2e.canary_model import Model
from tests.e2e.canary_states import RECENT, States

NOBODY_ID = frozenset[str]()
LINKS = re.compile(rb'"__access":\[[^]]*\]')
"""Between a subgraph and the hub: whose a row is, and the links to it, a number that may be that of a year."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A cursor of `changes` and whose it is: `document` is its query, `since` the state in which its round begins,
    None from nothing, `until` the one in which it ends, None where the next round begins."""

    text: str
    actor: str
    purpose: str
    document: str
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Left:
    """Bytes that left by a way for an actor under a purpose, decided in the states from `first` to `last`; people of
    whom it tells that they are `withdrawn` might be read in a state from `since` on."""

    way: str
    actor: str
    purpose: str
    data: bytes
    first: int
    last: int
    withdrawn: frozenset[str] = NOBODY_ID
    since: int = 0
    has_years: bool = True


@dataclass(repr=False)
class Judge:
    """Judges what left once the states are known in which it was decided. `leaks` are the values that were not their
    reader's; `answers` counts by way what left, `readable` what held a value that its reader may read."""

    model: Model
    states: States
    leaks: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    readable: Counter[str] = field(default_factory=Counter)
    cursors: list[Cursor] = field(default_factory=list)
    waiting: list[Left] = field(default_factory=list)

    def answer(
        self,
        way: str,
        who: tuple[str, str],
        body: bytes,
        states: tuple[int, int],
        *,
        begun: Cursor | None = None,
        document: str = "",
        lines: bytes = b"",
    ) -> frozenset[str]:
        """Take an answer of the graph, beside these `lines`, as what left for an actor and a purpose in the states from
        the first to the last; keep the cursor at its end, as of this `document`, whose request had the cursor `begun`;
        the people whom it withdraws."""
        (actor, purpose), (first, last) = who, states
        page = page_of(body)
        withdrawn = frozenset(gone["id"] for gone in page.get("withdrawn") or ())
        begins = first if begun is None or begun.since is None else begun.since
        self.waiting.append(Left(way, actor, purpose, lines + body, first, last, withdrawn, begins))
        bounds = page.get("pageInfo")
        if bounds is not None and bounds["endCursor"] is not None:
            until = first if begun is None or begun.until is None else begun.until
            since = None if begun is None else begun.since
            states_of_cursor = (since, until) if bounds["hasNextPage"] else (until, None)
            self.cursors.append(Cursor(bounds["endCursor"], actor, purpose, document, *states_of_cursor))
            del self.cursors[:-200]
        return withdrawn

    def cursor_of(self, text: str | None) -> Cursor | None:
        """The cursor of this text."""
        return next((cursor for cursor in reversed(self.cursors) if cursor.text == text), None)

    def judge(self) -> None:
        """Search all that left since the last call."""
        for left in self.waiting:
            self._search(left)
        self.waiting.clear()

    def _search(self, left: Left) -> None:
        texts = marks(left.data) | (years(LINKS.sub(b"", left.data)) if left.has_years else set())
        leaked_texts = texts & self.states.values
        self.answers[left.way] += 1
        readable = False
        for text in leaked_texts:
            if self._may(left, text, left.since if text in left.withdrawn else left.first):
                readable = True
            else:
                who = f"{left.actor} / {left.purpose}, {left.first} to {left.last}"
                read = f"last read in {self._last_read(left, text)}"
                self.leaks.append(
                    f"{left.way}: {self._place(text)} = {text}, for {who}, {read}: {around(left.data, text)}"
                )
        self.readable[left.way] += readable

    def _may(self, left: Left, text: str, first: int) -> bool:
        actor = self.model.actors[left.actor]
        return any(self.states.states[number].may(actor, left.purpose, text) for number in range(first, left.last + 1))

    def _last_read(self, left: Left, text: str) -> int | None:
        """The latest state before in which its reader might read a value, among those that are kept whole."""
        before = range(left.first - 1, max(-1, left.first - RECENT), -1)
        actor = self.model.actors[left.actor]
        return next((number for number in before if self.states.states[number].may(actor, left.purpose, text)), None)

    def _place(self, text: str) -> str:
        canary = self.model.canaries.get(text)
        return "a value of later" if canary is None else canary.place


def around(data: bytes, text: str) -> str:
    """What stands before a value in what left."""
    place = data.lower().find(text.encode())
    return data[max(0, place - 300) : place].decode(errors="replace")


def page_of(body: bytes) -> Mapping[str, Any]:
    """The page of changes in an answer; nothing where there is none."""
    try:
        value: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    page = (value.get("data") or {}).get("changes") if isinstance(value, dict) else None
    return page or {}
