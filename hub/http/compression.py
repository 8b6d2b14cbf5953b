"""Compresses the answers of an endpoint for whoever accepts gzip, and hides their exact length (decision 0141).

Streams of events and answers that fit in one packet leave as they are.
"""

from __future__ import annotations

import secrets
from typing import Any

from starlette.middleware.gzip import GZipResponder

from hub.http.media_types import accepts_gzip

LEAST = 1_400
"""Bytes of the smallest body that is compressed: a shorter one leaves in one packet either way."""
LEVEL = 2
"""Level of zlib: from 4 on, it takes twice as long for a tenth less."""
PADDING = 128
"""Most bytes that are added at random."""
HEADER = 10
"""Bytes of a gzip header without a name (RFC 1952, 2.3)."""
FLAGS, FNAME = 3, 0x08
"""Place of the flags in a header, and the flag of one that a name follows."""


class Compressed:
    """The endpoint, an ASGI application, whose answers are compressed for whoever accepts it."""

    def __init__(self, endpoint: Any) -> None:
        self.endpoint = endpoint

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass one request on."""
        application = _Padded(self.endpoint, LEAST, LEVEL) if accepts_gzip(scope["headers"]) else self.endpoint
        await application(scope, receive, send)


def padded(body: bytes) -> bytes:
    """This gzip body with a name of random length in its header, so that the length of an answer does not tell how well
    its texts compress together (BREACH)."""
    header = bytearray(body[:HEADER])
    header[FLAGS] |= FNAME
    return bytes(header) + b"-" * secrets.randbelow(PADDING + 1) + b"\0" + body[HEADER:]


class _Padded(GZipResponder):
    """Starlette's, for bodies that are whole."""

    async def apply_compression(self, body: bytes, *, more_body: bool) -> bytes:
        """The compressed body; a large one is compressed in a thread."""
        return padded(await super().apply_compression(body, more_body=more_body))
