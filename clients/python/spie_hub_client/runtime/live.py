"""The rules of a query that stays open, without input or output: what is sent, what each event of the stream means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from .answers import read_answer
from .errors import HubError, Incomplete, NotUnderstood, Refused
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
    _rest: bytes = b""

    def post(self) -> Post:
        """The request to send now."""
        self._rest = b""
        headers = {**self.call.headers(), "accept": "text/event-stream"}
        return Post(headers, body_of(self.operation), self.fresh_token)

    def read(self, chunk: bytes) -> Iterator[Page[Data, Node]]:
        """The pages that end with these bytes; raises HubError. A line ends with a line feed alone: a text of a person
        may hold the other characters at which Python splits lines."""
        *events, self._rest = (self._rest + chunk).split(b"\n\n")
        for event in events:
            fields = dict(line.partition(b": ")[::2] for line in event.split(b"\n"))
            self.ended = fields.get(b"event") == b"complete"
            if fields.get(b"event") == b"next":
                yield self._page(fields.get(b"data", b""))

    def _page(self, data: bytes) -> Page[Data, Node]:
        page = page_of(self.operation, read_answer(self.operation, 200, data, None, None))
        if page.cursor is not None:
            self.operation = self.operation.after_cursor(page.cursor)
        self._failures, self._renewable, self.fresh_token = 0, True, False
        return page

    def failed(self, error: HubError) -> float | None:
        """The seconds to wait before another connection, with a fresh token where it ended; None to give up."""
        if isinstance(error, Incomplete):
            return self.lost()
        if not isinstance(error, Refused | NotUnderstood):
            return None
        if error.status == UNAUTHENTICATED or getattr(error, "code", "").startswith("TOKEN_"):
            renewable, self._renewable, self.fresh_token = self._renewable, False, True
            return 0.0 if renewable else None
        delay = getattr(error, "retry_after", None)
        if error.status not in BUSY or (delay or 0) > self.retries.longest_wait:
            return None
        return self.lost(delay)

    def lost(self, delay: float | None = None) -> float | None:
        """The seconds to wait after a connection that was lost; None to give up."""
        self._failures += 1
        if self._failures >= self.retries.attempts:
            return None
        return delay or min(self.retries.first_wait * 2.0**self._failures, self.retries.longest_wait)
