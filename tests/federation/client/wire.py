"""Servers on the loopback that answer as a test tells them, byte by byte, and the client under test before them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hub.federation.client.http1 import HttpTransport
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, TransportError

GOOD = b'{"data":{"a":1}}'


class Last(bytes):
    """An answer after which the server closes."""


class Server:
    """Counts connections and keeps the requests; `reply` gives the bytes of each answer, None to hang up."""

    def __init__(self, reply: Callable[[int], bytes | None]) -> None:
        self.reply, self.connections, self.port = reply, 0, 0
        self.requests: list[tuple[bytes, bytes]] = []
        self.asked, self.left = asyncio.Event(), asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append((head, await reader.readexactly(length)))
                self.asked.set()
                answer = self.reply(len(self.requests))
                if answer is None:
                    break
                writer.write(answer)
                if isinstance(answer, Last):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            self.left.set()
        finally:
            writer.close()


@asynccontextmanager
async def serving(
    reply: Callable[[int], bytes | None],
    *,
    host: str = "127.0.0.1",
    secure: ssl.SSLContext | None = None,
    **options: Any,
) -> AsyncIterator[tuple[Server, HttpTransport]]:
    """A server, over TLS if `secure`, and a client that calls it `host`."""
    server = Server(reply)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=secure)
    port = server.port = listener.sockets[0].getsockname()[1]
    scheme = "http" if secure is None else "https"
    transport = HttpTransport(f"{scheme}://{host}:{port}/graphql", headers(), **options)
    try:
        yield server, transport
    finally:
        await transport.close()
        listener.close()
        await listener.wait_closed()


def headers() -> Callable[..., list[tuple[bytes, bytes]]]:
    count = iter(range(1_000))
    return lambda request, body, context: [(b"attempt", b"%d" % next(count)), (b"context", context or b"none")]


def http(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{more}\r\n".encode() + body


def ask(transport: HttpTransport, query: str = "{a}", deadline: float = 5.0) -> Awaitable[SubgraphResponse]:
    return transport.send(SubgraphRequest("s", query, {"v": "é"}, deadline), b"ctx")


async def refused(transport: HttpTransport, **more: Any) -> str:
    with pytest.raises(TransportError) as caught:
        await ask(transport, **more)
    return caught.value.code
