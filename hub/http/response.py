"""Write a GraphQL response: media type and status as GraphQL over HTTP says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from hub.document.request import Reply
from hub.errors import HubError

RESPONSE = b"application/graphql-response+json; charset=utf-8"
JSON = b"application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers and whole body; nothing of it is sent before the journal is written."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]


def answered(accept: str | None, trace: str, reply: Reply) -> Response:
    """An executed operation: `data` (whole, partial or null), errors and extensions, where there are any."""
    value: dict[str, Any] = {"data": reply.data}
    if reply.errors:
        value["errors"] = reply.errors
    if reply.extensions:
        value["extensions"] = reply.extensions
    return _response(200, value, accept, trace)


def refused(accept: str | None, trace: str, error: HubError) -> Response:
    """A request that was not executed: errors only, each with its code and the trace id."""
    errors = [item.formatted() for item in (error, *getattr(error, "others", ()))]
    for item in errors:
        item["extensions"]["trace"] = trace
    status = 200 if _media(accept) is JSON and error.http_status == 400 else error.http_status
    return _response(status, {"errors": errors}, accept, trace)


def _response(status: int, value: Mapping[str, Any], accept: str | None, trace: str) -> Response:
    body = orjson.dumps(value)
    headers = [
        (b"content-type", _media(accept)),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"trace-id", trace.encode()),
    ]
    if status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="spie-hub"'))
    return Response(status, body, tuple(headers))


def _media(accept: str | None) -> bytes:
    """`application/json` only for a client that asks for it and not for the GraphQL media type."""
    wanted = (accept or "").lower()
    legacy = "application/json" in wanted and "application/graphql-response+json" not in wanted
    return JSON if legacy else RESPONSE
