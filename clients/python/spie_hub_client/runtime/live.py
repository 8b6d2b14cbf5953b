"""The rules of a query that stays open, without input or output: what is sent, what each line of the stream means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from .answers import read_answer
from .errors import Refused
from .exchange import BUSY, UNAUTHENTICATED, Call, Post, Retries, body_of
from .models import PagedOperation
from .pages import Page, page_of

Data = TypeVar("Data")
Node = TypeVar("Node")
SILENCE = 60.0
"""Seconds without a byte after which the connection is taken for lost: the hub sends one each fifteen seconds."""


@dataclass
class Listening(Generic[Data, Node]):
    """Where a live query is: its `operation` begins after the last page that was read; `ended`: the hub completed it."""

    operation: PagedOperation[Data, Node]
    call: Call
    retries: Retries
    ended: bool = False
    fresh_token: bool = False
    _renewable: bool = True
    _failures: int = 0
    _event: str = ""
    _data: str = ""

    def post(self) -> Post:
        """The request to send now."""
        headers = {**self.call.headers(), "accept": "text/event-stream"}
        return Post(headers, body_of(self.operation), self.fresh_token)

    def read(self, line: str) -> Page[Data, Node] | None:
        """The page that ends with this line, if one does; raises HubError."""
        if line:
            name, _, value = line.partition(": ")
            self._event = value if name == "event" else self._event
            self._data = value if name == "data" else self._data
            return None
        event, data, self._event, self._data = self._event, self._data, "", ""
        self.ended = event == "complete"
        if event != "next":
            return None
        page = page_of(self.operation, read_answer(self.operation, 200, data.encode(), None, None))
        if page.cursor is not None:
            self.operation = self.operation.after_cursor(page.cursor)
        self._failures, self._renewable, self.fresh_token = 0, True, False
        return page

    def refused(self, refusal: Refused) -> float | None:
        """The seconds to wait before another connection, with a fresh token where it ended; None to give up."""
        if refusal.status == UNAUTHENTICATED or refusal.code.startswith("TOKEN_"):
            renewable, self._renewable, self.fresh_token = self._renewable, False, True
            return 0.0 if renewable else None
        if refusal.status not in BUSY or (refusal.retry_after or 0) > self.retries.longest_wait:
            return None
        return self.lost(refusal.retry_after)

    def lost(self, asked: float | None = None) -> float | None:
        """The seconds to wait after a connection that was lost; None to give up."""
        self._failures += 1
        self._event = self._data = ""
        if self._failures >= self.retries.attempts:
            return None
        return asked or min(self.retries.first_wait * 2.0**self._failures, self.retries.longest_wait)
