"""The GraphQL response in a subgraph's HTTP answer (GraphQL over HTTP, "Response").

An answer of another status than 2xx is one only if its media type is `application/graphql-response+json`: any other may
come from an intermediary. Of a well-formed one the status says no more than its errors do.
"""

from __future__ import annotations

from functools import lru_cache

from hub.federation.client.connection import HttpAnswer
from hub.federation.client.transport import SubgraphResponse, TransportError
from schema.written_numbers import loads

RESPONSE = "application/graphql-response+json"
JSON = frozenset({RESPONSE, "application/json", "application/graphql+json"})
"""Media types of a response under 2xx; the last is older than the specification."""
UTF8 = frozenset({"utf-8", "utf8", "us-ascii"})
"""Encodings of JSON, ASCII being a part of the first (RFC 8259, 8.1)."""


def response_of(answer: HttpAnswer, *, exact: bool) -> SubgraphResponse:
    """The response, with `exact` its numbers as they are written; raises TransportError (SUBGRAPH_STATUS,
    SUBGRAPH_MALFORMED)."""
    media = media_type(answer.media)
    if answer.status == 200:
        if media and media not in JSON:
            raise TransportError("SUBGRAPH_MALFORMED", "another media type or encoding than JSON in UTF-8")
        return _decoded(answer.body, exact=exact)
    accepted = JSON if 200 <= answer.status < 300 else {RESPONSE}
    try:
        response = _decoded(answer.body, exact=exact) if media in accepted else None
    except TransportError:
        response = None
    if response is None or not (response.errors or response.data is not None):
        raise TransportError("SUBGRAPH_STATUS", f"status {answer.status}", failure=answer.status >= 500)
    return response


@lru_cache(maxsize=64)
def media_type(header: bytes) -> str:
    """The media type of a Content-Type header, in lower case: empty without one, `*` in another encoding than UTF-8."""
    media, *parameters = (part.strip().lower() for part in header.decode("latin-1").split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in UTF8:
            return "*"
    return media


def _decoded(body: bytes, *, exact: bool) -> SubgraphResponse:
    try:
        answer = loads(body, exact=exact)
    except (ValueError, RecursionError):
        raise TransportError("SUBGRAPH_MALFORMED", "not JSON") from None
    if not isinstance(answer, dict):
        raise TransportError("SUBGRAPH_MALFORMED", "not an object")
    data, errors = answer.get("data"), answer.get("errors") or []
    if not isinstance(data, dict | None) or not isinstance(errors, list):
        raise TransportError("SUBGRAPH_MALFORMED", "data or errors of a wrong type")
    if not all(isinstance(error, dict) for error in errors):
        raise TransportError("SUBGRAPH_MALFORMED", "an error is not an object")
    return SubgraphResponse(data, errors)
