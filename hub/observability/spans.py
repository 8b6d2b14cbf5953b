"""Spans: one per traced request, and below it one per step that costs time.

A span holds no exception, event, link, status text or baggage (all are free text), and of the client only the trace id,
which errors and the journal have too: a client's span id, flags and `tracestate` are ignored.
"""

from __future__ import annotations

import re
from asyncio import CancelledError
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, Token
from enum import Enum, auto
from random import getrandbits, random
from time import time_ns
from typing import TypeAlias

from hub.observability.attributes import Attribute, Name, Value

HEADER = b"traceparent"
"""Header of the hub's calls to a subgraph in another process (W3C Trace Context)."""
SENT = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-01")
"""The header's value as the hub sends it for a traced request."""


class Side(Enum):
    """Where the work of a span is done: in this process, for a caller of it, or by a process that it calls."""

    INTERNAL = auto()
    SERVER = auto()
    CLIENT = auto()


class ActiveSpan:
    """A span, open between entry and exit: `start` and `end` in Unix nanoseconds; `trace` of 16 bytes, `id` and
    `parent` of 8, or empty.

    An error that ends it is recorded by its code. `top` is the span of its request, whose `calls` counts the calls of
    subgraphs; one that is not `exported` goes nowhere.
    """

    __slots__ = ("_before", "_spans", "attributes", "calls", "end", "exported", "failed", "id", "name", "parent",
                 "side", "start", "top", "trace")  # fmt: skip

    def __init__(
        self, spans: Spans, name: Name, side: Side, trace: bytes, parent: bytes, top: ActiveSpan | None
    ) -> None:
        self._spans, self.name, self.side, self.trace, self.parent = spans, name, side, trace, parent
        self.id = (getrandbits(64) or 1).to_bytes(8, "big")
        self.top, self.calls, self.exported, self.failed = top or self, 0, True, False
        self.attributes: dict[Attribute, Value] = {}
        self.start = self.end = 0

    def __enter__(self) -> ActiveSpan:
        self._before: Token[ActiveSpan | None] = _current_span.set(self)
        self.start = time_ns()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.end = time_ns()
        _current_span.reset(self._before)
        if error is not None:
            self.fail(_code(error))
        if self.exported:
            self._spans.take(self)

    def tell(self, attributes: Mapping[Attribute, Value]) -> None:
        """Add these attributes; what they may say is looked at when the span leaves."""
        self.attributes.update(attributes)

    def fail(self, code: str) -> None:
        """Mark the span as failed with the code of the error."""
        self.tell({Attribute.ERROR: code})
        self.failed = True


Step: TypeAlias = AbstractContextManager[ActiveSpan | None]
"""The context of a step: its span, or None if the request is not traced."""

_current_span: ContextVar[ActiveSpan | None] = ContextVar("watch", default=None)
UNWATCHED: Step = nullcontext(None)


class Spans:
    """Makes the spans of one process, and passes each at its end to `take`; `ratio` is the share of requests that are
    traced, from 0 to 1, drawn by the hub and never by a client."""

    def __init__(self, take: Callable[[ActiveSpan], None], ratio: float) -> None:
        self.take, self._ratio = take, ratio

    def request(self, trace: str) -> Step:
        """The first span of a client's request."""
        if random() >= self._ratio:  # noqa: S311 - which requests are watched is no secret
            return UNWATCHED
        return ActiveSpan(self, Name.REQUEST, Side.SERVER, bytes.fromhex(trace), b"", None)

    def continued(self, sent: bytes) -> Step:
        """The span of a hub's call in the subgraph's process, by its header; exported only once the call is
        accepted."""
        match = SENT.fullmatch(sent)
        if match is None:
            return UNWATCHED
        trace, parent = (bytes.fromhex(part.decode("ascii")) for part in match.groups())
        watch = ActiveSpan(self, Name.REQUEST, Side.SERVER, trace, parent, None)
        watch.exported = False
        return watch

    def within(self, name: Name, side: Side = Side.INTERNAL) -> Step:
        """The span of a step of the current request."""
        above = _current_span.get()
        return UNWATCHED if above is None else ActiveSpan(self, name, side, above.trace, above.id, above.top)

    def identified(self, kind: str, purpose: str) -> None:
        """Add the kind of actor and the purpose to the span of the current request, if it has one."""
        if (watch := _current_span.get()) is not None:
            watch.top.tell({Attribute.ACTOR_KIND: kind, Attribute.PURPOSE: purpose})

    def prepared(self, digest: str, kind: str) -> None:
        """Add the operation's hash, as in the journal, and its kind to the span of the current request, if any."""
        if (watch := _current_span.get()) is not None:
            watch.top.tell({Attribute.OPERATION: digest, Attribute.OPERATION_TYPE: kind})


def _code(error: BaseException) -> str:
    """The code of one of our errors; for another, INTERNAL_ERROR and not its class."""
    if isinstance(error, CancelledError):
        return "STEP_CANCELLED"
    code = getattr(error, "code", None)
    return code if isinstance(code, str) else "INTERNAL_ERROR"


def header() -> bytes | None:
    """The header for calls of the current request, if it is traced."""
    watch = _current_span.get()
    return None if watch is None else b"00-%b-%b-01" % (watch.trace.hex().encode(), watch.id.hex().encode())
