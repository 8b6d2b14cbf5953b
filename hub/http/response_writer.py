"""Writes GraphQL responses with the media type and status of GraphQL over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from hub.document.exchange import Reply
from hub.errors import DocumentRefused, HubError, VariablesRefused
from hub.http.media_types import JSON

BY_STATUS = {
    401: (b"www-authenticate", b'Bearer realm="spie-hub"'),
    405: (b"allow", b"POST"),
    408: (b"connection", b"close"),
    415: (b"accept", b"application/json"),
}
"""The header that goes with a status (RFC 9110)."""


@dataclass(slots=True, repr=False)
class Response:
    """Status, headers and whole body, which leave once the journal is written; `codes` are those of its errors;
    `executed`: whether it answers an operation, or refuses it."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    codes: tuple[str, ...]
    executed: bool = True


def answered(media: bytes, trace: str, reply: Reply) -> Response:
    """The response of an executed operation."""
    return _response(200, reply.body, media, trace, reply.codes)


def refused(media: bytes, trace: str, error: HubError) -> Response:
    """The response of a request that was not executed: errors only, each with its code and the trace id.

    In `application/json`, an error of a well-formed request (document, variables) has status 200, because clients of
    that media type trust no other; malformed or forbidden requests never have it (GraphQL over HTTP, 6.4).
    """
    failures = (error, *getattr(error, "siblings", ()))
    errors = [failure.formatted(trace) for failure in failures]
    well_formed = isinstance(error, DocumentRefused | VariablesRefused)
    status = 200 if media is JSON and well_formed and error.http_status == 400 else error.http_status
    wait = error.extensions.get("retryAfter")
    more = () if wait is None else ((b"retry-after", b"%d" % wait),)
    codes = tuple(dict.fromkeys(failure.code for failure in failures))
    return _response(status, orjson.dumps({"errors": errors}), media, trace, codes, more, executed=False)


def _response(
    status: int,
    body: bytes,
    media: bytes,
    trace: str,
    codes: tuple[str, ...],
    more: tuple[tuple[bytes, bytes], ...] = (),
    *,
    executed: bool = True,
) -> Response:
    headers = [
        (b"content-type", media),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"trace-id", trace.encode()),
        *more,
    ]
    if status in BY_STATUS:
        headers.append(BY_STATUS[status])
    return Response(status, body, tuple(headers), codes, executed)
