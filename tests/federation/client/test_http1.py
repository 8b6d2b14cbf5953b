"""The HTTP client against real servers on the loopback: one clear code each, bounded memory, no redirect."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from hub.federation.client.http1 import Care, HttpTransport
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse
from tests.federation.client.wire import GOOD, Last, ask, headers, http, refused, serving


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


async def test_interim_answers_are_passed_over_on_one_connection() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + http(GOOD)
    async with serving(lambda n: interim) as (server, transport):
        for _ in range(2):
            assert await ask(transport) == SubgraphResponse({"a": 1}, [])
        assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        http(GOOD, more="connection: close\r\n"),
        b"HTTP/1.0 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(GOOD), GOOD),
        Last(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + GOOD),
        Last(b"HTTP/1.0 200 OK\r\n\r\n" + GOOD),
    ],
    ids=["close", "1.0", "close without a length", "1.0 without a length"],
)
async def test_a_connection_that_the_subgraph_ends_is_not_used_again(answer: bytes) -> None:
    async with serving(lambda n: answer) as (server, transport):
        for _ in range(2):
            assert await ask(transport) == SubgraphResponse({"a": 1}, [])
        assert server.connections == 2


async def test_a_connection_unused_for_long_is_not_used_again() -> None:
    async with serving(lambda n: http(GOOD), care=Care(kept=0.0)) as (server, transport):
        for _ in range(2):
            await ask(transport)
        await asyncio.wait_for(server.left.wait(), 5)
        assert server.connections == 2


async def test_parallel_requests_are_bounded_by_the_connections() -> None:
    async with serving(lambda n: http(GOOD), care=Care(connections=2)) as (server, transport):
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
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n", "SUBGRAPH_MALFORMED"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "SUBGRAPH_STATUS"),
        (Last(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + GOOD[:-1]), "SUBGRAPH_MALFORMED"),
        (Last(http(GOOD)[:-5]), "SUBGRAPH_UNREACHABLE"),
        (Last(b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"da'), "SUBGRAPH_UNREACHABLE"),
        (Last(b"HTTP/1.1 200 OK\r\n"), "SUBGRAPH_UNREACHABLE"),
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


async def test_a_huge_answer_is_cut_off_whether_announced_or_not() -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    endless_head = b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 50_000
    answers = [
        chunked + (b"400\r\n" + b" " * 1024 + b"\r\n") * 9,
        http(b" " * 4096),
        endless_head,
        chunked + b"1\r\n \r\n0\r\nx: " + b"y" * 200_000,
    ]
    while answers:
        async with serving(lambda n: answers.pop(), care=Care(largest=2048)) as (server, transport):
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


async def test_a_header_with_a_line_break_is_never_sent() -> None:
    async with serving(lambda n: http(GOOD)) as (server, transport):
        with pytest.raises(ValueError, match="line break"):
            await transport.send(SubgraphRequest("s", "{a}", {}, 1.0), b"a\r\nx: y")
        assert not server.requests


@pytest.mark.parametrize("url", ["ftp://h/", "http://u:p@h/", "/graphql", "http://"])
def test_only_plain_http_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        HttpTransport(url, headers())
