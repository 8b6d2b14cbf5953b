"""The lean HTTP/1.1 client of the hot path: keep-alive connections, one write per request, bounded answers.

Why no library: decision 0019. No redirects, no compression, no cookies, no proxy. A cancelled or late call closes
its connection, so that the subgraph sees it. `Care` bounds what a remote subgraph may cost.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import orjson

from hub.federation.client.circuit_breaker import Breaker
from hub.federation.client.connection import Closed, Connection, HttpAnswer
from hub.federation.client.graphql_response import response_of
from hub.federation.client.tls import client_tls
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, TransportError
from schema.written_numbers import written_or_text

log = logging.getLogger(__name__)

Headers = Callable[[SubgraphRequest, bytes, Any], list[tuple[bytes, bytes]]]
"""Headers of one attempt, from the request, its body and the opaque context."""

BACKOFF = 0.05
"""Seconds before the first repetition on a new connection; twice as many before each further one."""

AT_LEAST_ONE = {"least": 1}
"""The metadata of a number without which nothing would be served, for whoever reads it."""


@dataclass(frozen=True, slots=True, repr=False)
class Care:
    """The limits of calls to one remote subgraph.

    At most `connections` calls at once and `waiting` more until their deadline; an answer above `largest` bytes is
    refused. A read whose connection ends before a byte of the answer is repeated up to `retries` times; a connection
    unused for `kept` is not used again (servers close theirs after five). After `failures` failures in a row
    calls are refused at once, but for one probe per `pause` seconds.
    """

    connections: int = field(default=100, metadata=AT_LEAST_ONE)
    waiting: int = 1_000
    largest: int = field(default=16 * 1024 * 1024, metadata=AT_LEAST_ONE)
    retries: int = 1
    kept: float = 4.0
    failures: int = field(default=5, metadata=AT_LEAST_ONE)
    pause: float = 5.0


class CallLoad(NamedTuple):
    """The load of a transport: whether its subgraph is left alone after failures, calls that wait, connections kept."""

    is_left_alone: bool
    waiting: int
    idle: int


LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""The names of this machine."""


def address(url: str) -> SplitResult:
    """The parts of a URL of the settings; raises ValueError if requests can't be sent there."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("a URL must be http(s)://host[:port]/path")
    if any(ord(character) <= 32 or ord(character) >= 127 for character in url) or parts.port == 0:
        raise ValueError("a URL must be printable ASCII with a port that exists")
    return parts


class HttpTransport:
    """One subgraph over HTTP or HTTPS; `tls` holds the trusted authorities and a client certificate (mutual TLS)."""

    def __init__(self, url: str, headers: Headers, *, care: Care = Care(), tls: ssl.SSLContext | None = None) -> None:
        parts = address(url)
        self._host, self._port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = (tls or client_tls()) if parts.scheme == "https" else None
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._head = (
            f"POST {path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\n"
            "accept: application/graphql-response+json, application/json;q=0.9\r\n"
        ).encode("ascii")
        self._headers = headers
        self._care = care
        self._idle: deque[Connection] = deque()
        self._slots = asyncio.Semaphore(care.connections)
        self._waiting = 0
        self._breaker = Breaker(care.failures, care.pause)

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        """Send one request; raises TransportError."""
        clock = asyncio.get_running_loop().time
        if not self._breaker.admits(clock()):
            raise TransportError("SUBGRAPH_CIRCUIT_OPEN", "left alone after failures in a row")
        try:
            answer = await self._answer(request, context)
            response = response_of(answer, exact=request.fetch is not None and request.fetch.exact_numbers)
        except TransportError as error:
            if error.failure:
                self._breaker.failed(clock())
            log.warning("subgraph %s: %s %s", request.subgraph, error.code, error.detail)
            raise
        if answer.status >= 500:
            self._breaker.failed(clock())
        else:
            self._breaker.succeeded()
        return response

    @property
    def load(self) -> CallLoad:
        """The load of now."""
        return CallLoad(self._breaker.is_open, self._waiting, len(self._idle))

    async def close(self) -> None:
        """Close the kept connections."""
        while self._idle:
            self._idle.pop().abort()

    async def _answer(self, request: SubgraphRequest, context: Any) -> HttpAnswer:
        try:
            body = orjson.dumps({"query": request.query, "variables": request.variables}, default=written_or_text)
        except TypeError:
            raise TransportError("SUBGRAPH_MALFORMED", "a key or a requirement is nested too deep") from None
        sent = False
        try:
            async with asyncio.timeout(request.deadline):
                await self._slot()
                try:
                    sent = True
                    return await self._ask(request, body, context)
                finally:
                    self._slots.release()
        except TimeoutError:
            raise TransportError("SUBGRAPH_TIMEOUT", "no answer in time", failure=sent) from None
        except Closed:
            raise TransportError("SUBGRAPH_UNREACHABLE", "connection closed", failure=True) from None
        except ssl.SSLError as error:
            reason = getattr(error, "verify_message", None) or error.reason or type(error).__name__
            raise TransportError("SUBGRAPH_TLS", str(reason), failure=True) from None
        except OSError as error:
            raise TransportError("SUBGRAPH_UNREACHABLE", type(error).__name__, failure=True) from None

    async def _slot(self) -> None:
        """Wait for one of the connections; raises SUBGRAPH_BUSY if too many calls wait already."""
        if not self._slots.locked():
            await self._slots.acquire()
            return
        if self._waiting >= self._care.waiting:
            raise TransportError("SUBGRAPH_BUSY", "too many calls wait")
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1

    async def _ask(self, request: SubgraphRequest, body: bytes, context: Any) -> HttpAnswer:
        """Exchange, and repeat a read whose answer has not begun, on a new connection."""
        retries = 0 if request.query.startswith("mutation") else self._care.retries
        pause = BACKOFF
        while True:
            message = self._message(request, body, context)
            idle = self._idle_connection()
            try:
                connection = idle or await self._connect()
                answer = await connection.exchange(message)
            except (Closed, ConnectionError) as error:
                if retries == 0 or (isinstance(error, Closed) and not error.untouched):
                    raise
                retries -= 1
                if idle:
                    await self.close()  # the other idle connections are as old
                else:
                    await asyncio.sleep(pause)
                    pause *= 2
                continue
            if connection.reusable:
                connection.since = asyncio.get_running_loop().time()
                self._idle.append(connection)
            return answer

    def _message(self, request: SubgraphRequest, body: bytes, context: Any) -> bytes:
        extra = self._headers(request, body, context)
        lines = b"".join([name + b": " + value + b"\r\n" for name, value in extra])
        if not lines.count(b"\r") == lines.count(b"\n") == len(extra):
            raise ValueError("line break in a header")
        return b"%b%bcontent-length: %d\r\n\r\n%b" % (self._head, lines, len(body), body)

    def _idle_connection(self) -> Connection | None:
        oldest = asyncio.get_running_loop().time() - self._care.kept
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and connection.since > oldest:
                return connection
            connection.abort()
        return None

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(
            lambda: Connection(loop, self._care.largest), self._host, self._port, ssl=self._tls
        )
        return protocol
