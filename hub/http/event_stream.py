"""Answers as server-sent events: GraphQL over SSE in its mode of distinct connections (graphql-sse)."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from hub.errors import HubError

EVENT_STREAM = b"text/event-stream; charset=utf-8"
BEAT = b":\n\n"
"""A comment, by which both sides see that the other is there."""
TAKEN = {"type": "http.response.body", "body": b"", "more_body": True}
"""Sent after an event, it waits until the client has taken most of it: a server lets a part of an answer wait for those
before it, and the next event would be old by then."""
COMPLETE = b"event: complete\ndata: \n\n"


def next_event(body: bytes, cursor: str | None) -> bytes:
    """The event of an answer, which is JSON on one line; its id is what `Last-Event-ID` gives back."""
    name = b"" if cursor is None else b"id: %s\n" % cursor.encode()
    return b"event: next\n%sdata: %s\n\n" % (name, body)


def failed_event(error: HubError, trace: str) -> bytes:
    """The last answer of a stream that ends by an error."""
    return next_event(orjson.dumps({"errors": [error.formatted(trace)]}), None) + COMPLETE


def stream_headers(trace: str) -> Sequence[tuple[bytes, bytes]]:
    """The headers of a stream, which no proxy may keep or hold back."""
    return (
        (b"content-type", EVENT_STREAM),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"trace-id", trace.encode()),
    )
