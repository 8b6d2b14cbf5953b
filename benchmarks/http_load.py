"""The sides of `hub bench` over HTTP: a server in this process, and a client in a process of its own.

So the CPU of this process is what a serving hub spends, sockets and HTTP included, without the client's part.
`python -m benchmarks.http_load` is the client: it reads an Order per line, as JSON, and answers each with a line.
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

ANSWERED = b"200\n"


class Order(msgspec.Struct, frozen=True):
    """The same request, sent `requests` times on `connections` connections, which stay open for the next order."""

    host: str
    port: int
    path: str
    headers: dict[str, str]
    body: bytes
    connections: int
    requests: int

    def message(self) -> bytes:
        """Return the bytes of the request."""
        headers = {
            "host": f"{self.host}:{self.port}",
            "content-type": "application/json",
            "content-length": str(len(self.body)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in (headers | self.headers).items())
        return f"POST {self.path} HTTP/1.1\r\n{head}\r\n".encode() + self.body


class SidesApp:
    """An ASGI application that serves each side's pipeline, as the hub does, at the path of its name."""

    def __init__(self, sides: Mapping[str, Callable[[Request], Awaitable[Reply]]]) -> None:
        self._endpoints = {f"/{name}": GraphQLEndpoint(answer) for name, answer in sides.items()}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        await self._endpoints[scope["path"]](scope, receive, send)


class LoadClient:
    """The client process, and the address that it sends to."""

    def __init__(self, address: tuple[str, int], client: asyncio.subprocess.Process) -> None:
        self._address, self._client = address, client

    def url(self, side: str) -> str:
        """Return the address of a side."""
        return "http://{}:{}/{}".format(*self._address, side)

    async def ask(self, side: str, headers: Mapping[str, str], body: bytes, connections: int, requests: int) -> None:
        """Send requests to a side; raises StartRefused (BENCH_NOT_ANSWERED) for any other status than 200."""
        await self.ask_at(self.url(side), headers, body, connections, requests)

    async def ask_at(self, url: str, headers: Mapping[str, str], body: bytes, connections: int, requests: int) -> None:
        """Send requests to whoever serves at `url`, as `ask` does."""
        parts = urlsplit(url)
        order = Order(parts.hostname or "", parts.port or 0, parts.path, dict(headers), body, connections, requests)
        assert self._client.stdin is not None
        assert self._client.stdout is not None
        self._client.stdin.write(msgspec.json.encode(order) + b"\n")
        if (statuses := await self._client.stdout.readline()) != ANSWERED:
            raise StartRefused(
                "BENCH_NOT_ANSWERED",
                f"« {url} » ne répond pas à toutes ses requêtes : la mesure n'aurait pas de sens.",
                f"side {url}: {statuses.decode().strip()}",
            )


@asynccontextmanager
async def serving(sides: Mapping[str, Callable[[Request], Awaitable[Reply]]]) -> AsyncIterator[LoadClient]:
    """Serve the sides on a free port of the loopback address; yield the client."""
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = Server(SidesApp(sides), "127.0.0.1", 0, address.set_result)
    serving = asyncio.create_task(server.serve())
    parts = urlsplit(await address)
    client = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.http_load", stdin=PIPE, stdout=PIPE)
    try:
        yield LoadClient((parts.hostname or "", parts.port or 0), client)
    finally:
        with suppress(ProcessLookupError):  # it may have ended already
            client.kill()
        await client.wait()
        server.should_exit = True
        await serving


async def _run_orders() -> None:
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    clients_by_address: dict[tuple[str, int], list[Client]] = {}
    while line := await orders.readline():
        order = msgspec.json.decode(line, type=Order)
        address = order.host, order.port
        clients = [client for client in clients_by_address.get(address, ()) if not client.closed]
        clients_by_address[address] = clients
        while len(clients) < order.connections:
            clients.append(await _connect(order))
        pending = iter(range(order.requests))
        statuses = await asyncio.gather(
            *(_send_in_turn(clients, index, order, pending) for index in range(order.connections))
        )
        sys.stdout.write(" ".join(map(str, sorted(set().union(*statuses)))) + "\n")
        sys.stdout.flush()


async def _connect(order: Order) -> Client:
    return (await asyncio.get_running_loop().create_connection(Client, order.host, order.port))[1]


async def _send_in_turn(clients: list[Client], index: int, order: Order, pending: Iterator[int]) -> set[int]:
    message, statuses = order.message(), set()
    for _ in pending:
        try:
            statuses.add(await clients[index].ask(message))
        except ConnectionError:  # the server closed an idle connection as the request left
            clients[index] = await _connect(order)
            statuses.add(await clients[index].ask(message))
    return statuses


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run_orders())
