"""Spans as the hub makes them: one per request that is watched, and below it one per step that costs time.

A request that is not watched makes none. A span never takes an exception, an event, a link, a status text or a baggage
(all are free text), nor anything of the client but its trace id, which errors and journal tell too: a client's span id,
flags and `tracestate` are left where they came from.
"""

from __future__ import annotations

import re
from asyncio import CancelledError
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from random import random
from typing import Protocol

from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from hub.tracing.attributes import OWN_WORDS, Attribute, Name, Value, admitted

HEADER = b"traceparent"
"""Of the hub's calls to a subgraph in a process of its own (W3C Trace Context)."""
SENT = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-01")
"""The header's value as the hub sends it, where the request is watched."""


class Ids(Protocol):
    """Where a span without parent has its trace id from."""

    trace: int


class Watch:
    """An open span, sent to the collector at its end if it is `kept`; `calls` counts the calls of subgraphs made for
    its request, whose own is `top`."""

    __slots__ = ("_words", "calls", "kept", "span", "top")

    def __init__(self, span: Span, words: frozenset[str], top: Watch | None) -> None:
        self.span, self._words, self.top = span, words, top or self
        self.calls, self.kept = 0, True

    def tell(self, said: Mapping[Attribute, Value]) -> None:
        """Add these attributes."""
        self.span.set_attributes({key.key: admitted(key, value, self._words) for key, value in said.items()})

    def fail(self, code: str) -> None:
        """It went wrong, and this is the code of the error."""
        self.tell({Attribute.ERROR: code})
        self.span.set_status(Status(StatusCode.ERROR))


_open: ContextVar[Watch | None] = ContextVar("watch", default=None)


class Spans:
    """Makes the spans of one process. `words` are those of the contract, `ratio` the share of requests that are
    watched, from 0 to 1: the hub draws, no client does."""

    def __init__(self, tracer: Tracer, ids: Ids, words: frozenset[str], ratio: float) -> None:
        self._tracer, self._ids, self._words, self._ratio = tracer, ids, words | OWN_WORDS, ratio

    @contextmanager
    def request(self, trace: str) -> Iterator[Watch | None]:
        """A client's request: the first span of its trace; None if it is not watched."""
        if random() >= self._ratio:  # noqa: S311 - which requests are watched is no secret
            yield None
            return
        self._ids.trace = int(trace, 16)
        with self._within(Name.REQUEST, SpanKind.SERVER, None, None) as watch:
            yield watch

    @contextmanager
    def continued(self, sent: bytes) -> Iterator[Watch | None]:
        """A call of the hub, in the subgraph's process, kept only if it turns out to be one; None if `sent`, the
        header, does not say that the request is watched."""
        found = SENT.fullmatch(sent)
        if found is None:
            yield None
            return
        hub = SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(1))
        with self._within(Name.REQUEST, SpanKind.SERVER, NonRecordingSpan(hub), None) as watch:
            watch.kept = False
            yield watch

    @contextmanager
    def within(self, name: Name, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Watch | None]:
        """A step of the watched request that this runs for; None if there is none. An error that ends the step is told
        by its code."""
        above = _open.get()
        if above is None:
            yield None
            return
        with self._within(name, kind, above.span, above.top) as watch:
            yield watch

    def asked(self, kind: str, purpose: str) -> None:
        """Of the request that this runs for, if it is watched: the kind of its actor, and the purpose."""
        if (watch := _open.get()) is not None:
            watch.top.tell({Attribute.ACTOR_KIND: kind, Attribute.PURPOSE: purpose})

    def prepared(self, digest: str, kind: str) -> None:
        """Of that request: the operation's hash, which the journal has too, and whether it is a query."""
        if (watch := _open.get()) is not None:
            watch.top.tell({Attribute.OPERATION: digest, Attribute.OPERATION_TYPE: kind})

    @contextmanager
    def _within(self, name: Name, kind: SpanKind, above: Span | None, top: Watch | None) -> Iterator[Watch]:
        parent = Context() if above is None else set_span_in_context(above, Context())
        watch = Watch(self._tracer.start_span(name.value, parent, kind), self._words, top)
        before = _open.set(watch)
        try:
            yield watch
        except BaseException as error:
            watch.fail(_code(error))
            raise
        finally:
            _open.reset(before)
            if watch.kept:
                watch.span.end()


def _code(error: BaseException) -> str:
    """The code of an error of ours; of any other nothing is told, not even its class."""
    if isinstance(error, CancelledError):
        return "STEP_CANCELLED"
    code = getattr(error, "code", None)
    return code if isinstance(code, str) else "INTERNAL_ERROR"


def header() -> bytes | None:
    """What a call that is made here sends on, if its request is watched."""
    watch = _open.get()
    if watch is None:
        return None
    here = watch.span.get_span_context()
    return b"00-%032x-%016x-01" % (here.trace_id, here.span_id)
