"""The lean HTTP/1.1 client of the hot path: keep-alive connections, one write per request, bounded answers.

performance.md, "What decides" 1. No redirects, no compression, no cookies. A cancelled or late call closes its
connection, so that the subgraph sees it. A read is asked once more if a kept connection turns out to be closed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

import httptools
import orjson

from hub.federation.transport import SubgraphRequest, SubgraphResponse, TransportError

Headers = Callable[[SubgraphRequest, bytes, Any], list[tuple[bytes, bytes]]]
"""Headers of one attempt, from the request, its body and the opaque context."""


class _Closed(Exception):
    """The connection ended before the answer was complete; `untouched` if not a byte of it had come."""

    def __init__(self, untouched: bool) -> None:
        super().__init__("connection closed")
        self.untouched = untouched


class HttpTransport:
    """One subgraph over HTTP. At most `connections` calls at once, others wait within their deadline; an answer above
    `largest` bytes is refused. `tls` carries client certificates for mutual TLS."""

    def __init__(
        self,
        url: str,
        headers: Headers,
        *,
        connections: int = 100,
        largest: int = 16 * 1024 * 1024,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("subgraph URL must be http(s)://host[:port]/path")
        self._host, self._port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._head = (
            f"POST {path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\n"
            "accept: application/graphql-response+json, application/json;q=0.9\r\n"
        ).encode("ascii")
        self._headers = headers
        self._largest = largest
        self._idle: deque[_Connection] = deque()
        self._slots = asyncio.Semaphore(connections)

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        """Send one request; raises TransportError."""
        body = orjson.dumps({"query": request.query, "variables": request.variables}, default=str)
        try:
            async with asyncio.timeout(request.deadline), self._slots:
                status, answer = await self._ask(request, body, context)
        except TimeoutError:
            raise TransportError("SUBGRAPH_TIMEOUT", "no answer in time") from None
        except _Closed:
            raise TransportError("SUBGRAPH_UNREACHABLE", "connection closed") from None
        except OSError as error:
            raise TransportError("SUBGRAPH_UNREACHABLE", type(error).__name__) from None
        if status != 200:
            raise TransportError("SUBGRAPH_STATUS", f"status {status}")
        return _decoded(answer)

    async def close(self) -> None:
        """Close the kept connections."""
        while self._idle:
            self._idle.pop().abort()

    async def _ask(self, request: SubgraphRequest, body: bytes, context: Any) -> tuple[int, bytes]:
        while True:
            extra = self._headers(request, body, context)
            if any(mark in part for pair in extra for part in pair for mark in (b"\r", b"\n")):
                raise ValueError("line break in a header")
            lines = b"".join(name + b": " + value + b"\r\n" for name, value in extra)
            head = self._head + lines + b"content-length: %d\r\n\r\n" % len(body)
            kept = self._kept()
            connection = kept or await self._connect()
            try:
                answer = await connection.exchange(head + body)
            except _Closed as closed:
                if kept and closed.untouched and not request.query.startswith("mutation"):
                    continue
                raise
            if connection.reusable:
                self._idle.append(connection)
            return answer

    def _kept(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable:
                return connection
        return None

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(
            lambda: _Connection(loop, self._largest), self._host, self._port, ssl=self._tls
        )
        return protocol


class _Connection(asyncio.Protocol):
    """One connection, one exchange at a time; also the callbacks of its response parser."""

    def __init__(self, loop: asyncio.AbstractEventLoop, largest: int) -> None:
        self._loop = loop
        self._largest = largest
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[tuple[int, bytes]] | None = None
        self._parser: Any = None
        self._parts: list[bytes] = []
        self._size = 0
        self._touched = False
        self._begun = False
        self.reusable = False

    async def exchange(self, message: bytes) -> tuple[int, bytes]:
        """Write a request and wait for its whole answer: status and body. Whatever else ends this closes it."""
        self._parser = httptools.HttpResponseParser(self)
        self._parts, self._size = [], 0
        self._touched = self._begun = self.reusable = False
        self._waiter = self._loop.create_future()
        try:
            if self._transport is None or self._transport.is_closing():
                raise _Closed(untouched=True)
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
        """The event loop's. Bytes that nobody asked for end the connection."""
        if self._waiter is None or self._waiter.done():
            self.abort()
            return
        self._touched = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail(TransportError("SUBGRAPH_MALFORMED", "not HTTP"))

    def connection_lost(self, error: Exception | None) -> None:
        """The event loop's."""
        self.reusable = False
        self._fail(_Closed(untouched=not self._touched))

    def on_message_begin(self) -> None:
        """The parser's. A second answer to one request spoils the connection."""
        if self._begun:
            self._fail(TransportError("SUBGRAPH_MALFORMED", "two answers"))
            self.reusable = False
        self._begun = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """The parser's."""
        lowered = name.lower()
        if lowered == b"content-encoding" and value.lower() != b"identity":
            self._fail(TransportError("SUBGRAPH_MALFORMED", "compressed answer"))
        elif lowered == b"content-length" and value.isdigit() and int(value[:20]) > self._largest:
            self._fail(TransportError("SUBGRAPH_TOO_LARGE", "content-length above the bound"))

    def on_body(self, body: bytes) -> None:
        """The parser's."""
        self._size += len(body)
        if self._size > self._largest:
            self._fail(TransportError("SUBGRAPH_TOO_LARGE", "body above the bound"))
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """The parser's."""
        if self._waiter is not None and not self._waiter.done():
            self.reusable = bool(self._parser.should_keep_alive())
            self._waiter.set_result((self._parser.get_status_code(), b"".join(self._parts)))

    def _fail(self, error: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)


def _decoded(body: bytes) -> SubgraphResponse:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise TransportError("SUBGRAPH_MALFORMED", "not JSON") from None
    if not isinstance(answer, dict):
        raise TransportError("SUBGRAPH_MALFORMED", "not an object")
    data, errors = answer.get("data"), answer.get("errors") or []
    if not isinstance(data, dict | None) or not isinstance(errors, list):
        raise TransportError("SUBGRAPH_MALFORMED", "data or errors of a wrong type")
    if not all(isinstance(error, dict) for error in errors):
        raise TransportError("SUBGRAPH_MALFORMED", "an error is not an object")
    return SubgraphResponse(data, errors)
