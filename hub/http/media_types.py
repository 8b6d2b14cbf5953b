"""What a client accepts and sends: media types of GraphQL over HTTP (RFC 9110, 8.3 and 12.5.1) and gzip (12.5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.errors import RequestRefused
from schema.lru import Lru

RESPONSE = b"application/graphql-response+json; charset=utf-8"
JSON = b"application/json; charset=utf-8"
SERVED = {"application/graphql-response+json": RESPONSE, "application/json": JSON}
"""Media types of answers; the first is the default where the client has no preference."""

EVENTS = "text/event-stream"
CACHED_LENGTH = 200
"""Longest `Accept` header whose choice is cached, in characters."""
READ_LENGTH = 2_000
"""Characters of a header that are read: the event loop is held for a millisecond by them, whoever sends it."""


def answer_media(accept: str | None) -> bytes:
    """The media type of the answer; raises RequestRefused (NOT_ACCEPTABLE, 406) if the client accepts neither."""
    if accept is None or not accept.strip():
        return RESPONSE
    media = _CHOICES.get_or(accept, lambda: _choose(accept)) if len(accept) <= CACHED_LENGTH else _choose(accept)
    if media is None:
        raise RequestRefused(
            "NOT_ACCEPTABLE",
            "Les réponses sont en « application/graphql-response+json » ou en « application/json » : acceptez l'un des "
            "deux dans l'en-tête « Accept ».",
            "no media type that is served is accepted",
            http_status=406,
        )
    return media


def wants_events(raw: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether these headers accept server-sent events, by name, and no answer in one piece."""
    accept = ",".join(value.decode("latin-1") for name, value in raw if name.lower() == b"accept")
    if "event-stream" not in accept or _choose(accept) is not None:
        return False
    return any(media == EVENTS and weight > 0 for media, weight in _ranges(accept))


def accepts_gzip(raw: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether these headers accept an answer in gzip."""
    accept = ",".join(value.decode("latin-1") for name, value in raw if name.lower() == b"accept-encoding")
    weights = dict(_ranges(accept)) if accept else {}
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def is_json(content_type: str) -> bool:
    """Whether a body of this type is JSON in UTF-8, the default encoding."""
    media, *parameters = _parts(content_type)
    charsets = [value for name, value in map(_pair, parameters) if name == "charset"]
    return media == "application/json" and charsets in ([], ["utf-8"])


def _choose(accept: str) -> bytes | None:
    """The served type of highest weight; ties go to the preferred one."""
    weights: dict[str, tuple[int, float]] = {}
    for media, weight in _ranges(accept):
        for name in SERVED:
            rank = {name: 2, "application/*": 1, "*/*": 0}.get(media, -1)
            if rank >= 0 and rank >= weights.get(name, (-1, 0.0))[0]:
                weights[name] = (rank, weight)
    best = max(SERVED, key=lambda name: weights.get(name, (0, 0.0))[1])
    return SERVED[best] if weights.get(best, (0, 0.0))[1] > 0 else None


_CHOICES: Lru[str, bytes | None] = Lru("media types", 128 * 1024, lambda accept, _: 400 + len(accept))


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """The media ranges with their weights, but those that are malformed or ask for another encoding than UTF-8."""
    for entry in accept[:READ_LENGTH].split(","):
        media, *parameters = _parts(entry)
        values = dict(map(_pair, parameters))
        try:
            weight = float(values.get("q", "1"))
        except ValueError:
            continue
        if 0 <= weight <= 1 and values.get("charset", "utf-8") == "utf-8":
            yield media, weight


def _parts(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(";")]


def _pair(parameter: str) -> tuple[str, str]:
    name, _, value = parameter.partition("=")
    return name.strip(), value.strip().strip('"')
