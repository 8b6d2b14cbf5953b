"""The HTTP client against real servers on the loopback: one clear code each, bounded memory, no redirect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from hub.federation.http1 import HttpTransport
from hub.federation.transport import SubgraphRequest, SubgraphResponse, TransportError

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
GOOD = b'{"data":{"a":1}}'


class Server:
    """Counts connections and keeps the requests; `reply` gives the bytes of each answer, None to hang up."""

    def __init__(self, reply: Callable[[int], bytes | None]) -> None:
        self.reply, self.connections = reply, 0
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
        except (asyncio.IncompleteReadError, ConnectionError):
            self.left.set()
        finally:
            writer.close()


@asynccontextmanager
async def serving(reply: Callable[[int], bytes | None], **options: Any) -> AsyncIterator[tuple[Server, HttpTransport]]:
    server = Server(reply)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    transport = HttpTransport(f"http://127.0.0.1:{port}/graphql", _headers(), **options)
    try:
        yield server, transport
    finally:
        await transport.close()
        listener.close()
        await listener.wait_closed()


def _headers() -> Callable[..., list[tuple[bytes, bytes]]]:
    count = iter(range(1_000))
    return lambda request, body, context: [(b"attempt", b"%d" % next(count)), (b"context", context)]


def http(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{more}\r\n".encode() + body


def ask(transport: HttpTransport, query: str = "{a}", deadline: float = 5.0) -> Awaitable[SubgraphResponse]:
    return transport.send(SubgraphRequest("s", query, {"v": "é"}, deadline), b"ctx")


async def refused(transport: HttpTransport, **more: Any) -> str:
    with pytest.raises(TransportError) as caught:
        await ask(transport, **more)
    return caught.value.code


async def test_one_connection_serves_many_requests_each_with_its_own_headers() -> None:
    async with serving(lambda n: http(GOOD)) as (server, transport):
        for _ in range(3):
            assert await ask(transport) == SubgraphResponse({"a": 1}, [])
        assert server.connections == 1
        assert [b"attempt: %d\r\ncontext: ctx" % n in head for n, (head, _) in enumerate(server.requests)] == [True] * 3
        assert orjson.loads(server.requests[0][1]) == {"query": "{a}", "variables": {"v": "é"}}


async def test_chunked_answers_are_read() -> None:
    chunked = b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"da\r\nc\r\nta":{"a":1}}\r\n0\r\n\r\n'
    async with serving(lambda n: chunked) as (_, transport):
        assert await ask(transport) == SubgraphResponse({"a": 1}, [])


async def test_parallel_requests_are_bounded_by_the_connections() -> None:
    async with serving(lambda n: http(GOOD), connections=2) as (server, transport):
        await asyncio.gather(*(ask(transport) for _ in range(10)))
        assert server.connections == 2
        assert len(server.requests) == 10


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http(b"Traceback", "500 Internal Server Error"), "SUBGRAPH_STATUS"),
        (http(b"", "302 Found", "location: http://127.0.0.1:9/\r\n"), "SUBGRAPH_STATUS"),
        (http(b'{"data": {"a": 1'), "SUBGRAPH_MALFORMED"),
        (http(b"[]"), "SUBGRAPH_MALFORMED"),
        (http(b'{"data": [1]}'), "SUBGRAPH_MALFORMED"),
        (http(b'{"data": null, "errors": "no"}'), "SUBGRAPH_MALFORMED"),
        (http(b'{"data": null, "errors": ["no"]}'), "SUBGRAPH_MALFORMED"),
        (http(GOOD, more="content-encoding: gzip\r\n"), "SUBGRAPH_MALFORMED"),
        (b"SSH-2.0-OpenSSH\r\n", "SUBGRAPH_MALFORMED"),
        (http(GOOD) + http(GOOD), "ok"),
        (None, "SUBGRAPH_UNREACHABLE"),
        (http(GOOD)[:-5], "SUBGRAPH_TIMEOUT"),
    ],
)
async def test_each_bad_answer_has_its_code(answer: bytes | None, code: str) -> None:
    async with serving(lambda n: answer) as (server, transport):
        if code == "ok":
            assert await ask(transport) == SubgraphResponse({"a": 1}, [])
            await ask(transport)
            assert server.connections == 2
        else:
            assert await refused(transport, deadline=0.2) == code


async def test_a_subgraph_dead_amid_its_answer_is_unreachable() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(GOOD)[:-5])
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(half, "127.0.0.1", 0)
    async with listener:
        transport = HttpTransport(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/", _headers())
        assert await refused(transport) == "SUBGRAPH_UNREACHABLE"


async def test_a_huge_answer_is_cut_off_whether_announced_or_not() -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + (b"400\r\n" + b" " * 1024 + b"\r\n") * 9
    answers = [chunked, http(b" " * 4096)]
    for _ in range(2):
        async with serving(lambda n: answers.pop(), largest=2048) as (server, transport):
            assert await refused(transport) == "SUBGRAPH_TOO_LARGE"
            await asyncio.wait_for(server.left.wait(), 5)


async def test_a_deadline_closes_the_connection() -> None:
    async with serving(lambda n: b"") as (server, transport):
        assert await refused(transport, deadline=0.05) == "SUBGRAPH_TIMEOUT"
        await asyncio.wait_for(server.left.wait(), 5)


async def test_a_cancelled_call_closes_the_connection() -> None:
    async with serving(lambda n: b"") as (server, transport):
        task = asyncio.ensure_future(ask(transport))
        await asyncio.wait_for(server.asked.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.left.wait(), 5)


async def test_a_read_is_asked_again_if_the_kept_connection_was_closed() -> None:
    closing = {2}
    async with serving(lambda n: None if n in closing else http(GOOD)) as (server, transport):
        await ask(transport)
        await ask(transport)
        assert server.connections == 2
        assert len({head for head, _ in server.requests}) == 3


async def test_a_mutation_is_never_asked_again() -> None:
    async with serving(lambda n: None if n == 2 else http(GOOD)) as (server, transport):
        await ask(transport)
        assert await refused(transport, query="mutation{a}") == "SUBGRAPH_UNREACHABLE"
        assert len(server.requests) == 2


async def test_nobody_listening_is_unreachable() -> None:
    listener = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    assert await refused(HttpTransport(f"http://127.0.0.1:{port}/", _headers())) == "SUBGRAPH_UNREACHABLE"


async def test_a_header_with_a_line_break_is_never_sent() -> None:
    async with serving(lambda n: http(GOOD)) as (server, transport):
        with pytest.raises(ValueError, match="line break"):
            await transport.send(SubgraphRequest("s", "{a}", {}, 1.0), b"a\r\nx: y")
        assert not server.requests


@pytest.mark.parametrize("url", ["ftp://h/", "http://u:p@h/", "/graphql", "http://"])
def test_only_plain_http_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        HttpTransport(url, _headers())
