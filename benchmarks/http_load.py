"""The sides of a bench over HTTP: one server of this process, asked by a client in a process of its own.

What a request costs to a hub that serves is its sockets and its HTTP too; the client's part is no part of it.
`python -m benchmarks.http_load` is the client: it reads one Order as JSON per line, and writes a line once it is done.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import msgspec
import uvloop

from benchmarks.http_client import Client
from hub.document.exchange import Reply, Request
from hub.errors import StartRefused
from hub.http.endpoint import GraphQLEndpoint
from hub.serving import Server

DONE = b"200\n"


class Order(msgspec.Struct, frozen=True):
    """So many times the same request, on so many connections, each of which stays open for the next order to the same
    server."""

    host: str
    port: int
    path: str
    headers: dict[str, str]
    body: bytes
    connections: int
    requests: int

    def message(self) -> bytes:
        """The request as it is sent."""
        said = {
            "host": f"{self.host}:{self.port}",
            "content-type": "application/json",
            "content-length": str(len(self.body)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in (said | self.headers).items())
        return f"POST {self.path} HTTP/1.1\r\n{head}\r\n".encode() + self.body


class Sides:
    """An ASGI application: each side's pipeline at the path of its name, as the hub serves its own."""

    def __init__(self, sides: Mapping[str, Callable[[Request], Awaitable[Reply]]]) -> None:
        self._endpoints = {f"/{name}": GraphQLEndpoint(answer) for name, answer in sides.items()}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        await self._endpoints[scope["path"]](scope, receive, send)


class Wire:
    """The listening server, and the client that asks it."""

    def __init__(self, address: tuple[str, int], client: asyncio.subprocess.Process) -> None:
        self._address, self._client = address, client

    async def ask(self, side: str, headers: Mapping[str, str], body: bytes, connections: int, requests: int) -> None:
        """Have a side asked; raises StartRefused (BENCH_NOT_ANSWERED) for any other status than 200."""
        order = Order(*self._address, f"/{side}", dict(headers), body, connections, requests)
        assert self._client.stdin is not None
        assert self._client.stdout is not None
        self._client.stdin.write(msgspec.json.encode(order) + b"\n")
        if (said := await self._client.stdout.readline()) != DONE:
            raise StartRefused(
                "BENCH_NOT_ANSWERED",
                f"Le côté « {side} » ne répond pas à toutes ses requêtes : la mesure n'aurait pas de sens.",
                f"side {side}: {said.decode().strip()}",
            )


@asynccontextmanager
async def wired(sides: Mapping[str, Callable[[Request], Awaitable[Reply]]]) -> AsyncIterator[Wire]:
    """The sides, served on a free port of the loopback address until the end."""
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = Server(Sides(sides), "127.0.0.1", 0, address.set_result)
    serving = asyncio.create_task(server.serve())
    parts = urlsplit(await address)
    client = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.http_load", stdin=PIPE, stdout=PIPE)
    try:
        yield Wire((parts.hostname or "", parts.port or 0), client)
    finally:
        with suppress(ProcessLookupError):  # it may have ended by itself
            client.kill()
        await client.wait()
        server.should_exit = True
        await serving


async def _obey() -> None:
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    kept: list[Client] = []
    while line := await orders.readline():
        order = msgspec.json.decode(line, type=Order)
        kept = [each for each in kept if not each.closed]
        while len(kept) < order.connections:
            kept.append(await _connected(order))
        pending = iter(range(order.requests))
        statuses = await asyncio.gather(*(_asked(kept, place, order, pending) for place in range(order.connections)))
        sys.stdout.write(" ".join(map(str, sorted(set().union(*statuses)))) + "\n")
        sys.stdout.flush()


async def _connected(order: Order) -> Client:
    return (await asyncio.get_running_loop().create_connection(Client, order.host, order.port))[1]


async def _asked(kept: list[Client], place: int, order: Order, pending: Iterator[int]) -> set[int]:
    message, statuses = order.message(), set()
    for _ in pending:
        try:
            statuses.add(await kept[place].ask(message))
        except ConnectionError:  # idle for too long: the server closed it as the request left
            kept[place] = await _connected(order)
            statuses.add(await kept[place].ask(message))
    return statuses


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_obey())
