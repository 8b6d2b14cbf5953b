"""One keep-alive HTTP/1.1 connection to a subgraph: bare futures over `httptools`, bounded in every direction."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, NamedTuple, cast

import httptools

from hub.federation.client.transport import TransportError
from schema.confidential import confidential

OVERHEAD = 64 * 1024
"""Bytes of headers and framing that an answer may have beside twice its largest body."""


@confidential
class HttpAnswer(NamedTuple):
    """A whole answer; `media` is its Content-Type as it came, empty without one."""

    status: int
    body: bytes
    media: bytes = b""


class Closed(Exception):
    """The connection ended before the answer was complete; `untouched` if no byte of it had arrived."""

    def __init__(self, untouched: bool) -> None:
        super().__init__("connection closed")
        self.untouched = untouched


class Connection(asyncio.Protocol):
    """One exchange at a time; also the callbacks of its response parser. `largest` bounds a body, in bytes."""

    def __init__(self, loop: asyncio.AbstractEventLoop, largest: int) -> None:
        self._loop = loop
        self._largest = largest
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[HttpAnswer] | None = None
        self._parser: Any = None
        self._parts: list[bytes] = []
        self._media = b""
        self._received = self._size = 0
        self._begun = self._framed = self._body = False
        self.reusable = False
        self.since = 0.0
        """When its last exchange ended, in seconds of the event loop."""

    async def exchange(self, message: bytes) -> HttpAnswer:
        """Send a request and return its whole answer. Any other outcome closes the connection."""
        self._parser = httptools.HttpResponseParser(self)
        self._parts, self._received, self._size, self._media = [], 0, 0, b""
        self._begun = self._framed = self._body = self.reusable = False
        self._waiter = self._loop.create_future()
        try:
            if self._transport is None or self._transport.is_closing():
                raise Closed(untouched=True)
            self._transport.write(message)
            return await self._waiter
        finally:
            self._waiter = None
            if not self.reusable:
                self.abort()

    def abort(self) -> None:
        """Close at once."""
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The event loop's."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """The event loop's. Bytes outside an exchange end the connection."""
        if self._waiter is None or self._waiter.done():
            self.abort()
            return
        self._received += len(data)
        if self._received > 2 * self._largest + OVERHEAD:
            self._fail(TransportError("SUBGRAPH_TOO_LARGE", "heads and framing above the bound"))
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail(TransportError("SUBGRAPH_MALFORMED", "not HTTP"))
        except httptools.HttpParserUpgrade:
            self._fail(TransportError("SUBGRAPH_MALFORMED", "another protocol"))

    def connection_lost(self, error: Exception | None) -> None:
        """The event loop's. This completes an answer without a length, and cuts one with a length."""
        self.reusable = False
        if isinstance(error, ssl.SSLError):
            self._fail(error)
        elif error is None and self._body and not self._framed:
            self._complete()
        else:
            self._fail(Closed(untouched=not self._received))

    def on_message_begin(self) -> None:
        """The parser's. A second answer to one request spoils the connection."""
        if self._begun:
            self._fail(TransportError("SUBGRAPH_MALFORMED", "two answers"))
            self.reusable = False
        self._begun = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """The parser's."""
        lowered = name.lower()
        if lowered == b"content-length":
            self._framed = True
            if value.isdigit() and int(value[:20]) > self._largest:
                self._fail(TransportError("SUBGRAPH_TOO_LARGE", "content-length above the bound"))
        elif lowered == b"transfer-encoding":
            self._framed = True
        elif lowered == b"content-type":
            self._media = value
        elif lowered == b"content-encoding" and value.lower() != b"identity":
            self._fail(TransportError("SUBGRAPH_MALFORMED", "compressed answer"))

    def on_headers_complete(self) -> None:
        """The parser's."""
        self._body = True

    def on_body(self, body: bytes) -> None:
        """The parser's."""
        self._size += len(body)
        if self._size > self._largest:
            self._fail(TransportError("SUBGRAPH_TOO_LARGE", "body above the bound"))
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """The parser's. After an interim answer (1xx) the real one follows."""
        if self._parser.get_status_code() < 200:
            self._begun = self._framed = self._body = False
            self._media = b""
        elif self._waiter is not None and not self._waiter.done():
            self.reusable = bool(self._parser.should_keep_alive())
            self._complete()

    def _complete(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(HttpAnswer(self._parser.get_status_code(), b"".join(self._parts), self._media))

    def _fail(self, error: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
