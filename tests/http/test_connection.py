"""Connections byte by byte: heads are bounded, trailers are ignored, and only HTTP/1.1 is served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
import uvicorn
from uvicorn.server import ServerState

from hub.http.connection import MAX_HEAD, Connection

LINE = b"POST /graphql HTTP/1.1\r\nhost: hub\r\n"
WHOLE = LINE + b"content-length: 2\r\n\r\n{}"
CHUNKED = LINE + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"


async def echo(scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    """Tells the names of the headers and the length of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = orjson.dumps([[name.decode() for name, _ in scope["headers"]], size])
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def curt(scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    """Answers before the body has come."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


class Hasty(Connection):
    head_seconds = 0.01


@asynccontextmanager
async def connected(
    kind: type[Connection] = Connection, app: Callable[..., Any] = echo
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server of this kind."""
    config = uvicorn.Config(app, http=kind, ws="none", lifespan="off", log_config=None, date_header=False)
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: kind(config, state, {}, loop), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()


async def answered(reader: asyncio.StreamReader) -> tuple[bytes, Any]:
    """Status line and body of one answer."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    return head.split(b"\r\n")[0], orjson.loads(body) if body.startswith(b"[") else body


async def test_34_headers_without_end_are_cut_off() -> None:
    for endless in (b"x-a: " + b"a" * 10 * MAX_HEAD, b"x-a: b\r\n" * MAX_HEAD, b"GET /" + b"a" * 10 * MAX_HEAD):
        async with connected() as (reader, writer):
            writer.write(LINE if endless.startswith(b"x") else b"")
            await writer.drain()
            for start in range(0, len(endless), MAX_HEAD // 4):
                writer.write(endless[start : start + MAX_HEAD // 4])
            left = await asyncio.wait_for(everything(reader), 10)
            assert left in (b"", b"HTTP/1.1 431", b"HTTP/1.1 400")


@pytest.mark.parametrize("app", [echo, curt])
@pytest.mark.parametrize("endless", [b"x-a: " + b"a" * 10 * MAX_HEAD, b"x-a: b\r\n" * MAX_HEAD])
async def test_34_what_follows_a_body_without_end_is_cut_off(app: Callable[..., Any], endless: bytes) -> None:
    async with connected(app=app) as (reader, writer):
        writer.write(CHUNKED)
        await writer.drain()
        for start in range(0, len(endless), MAX_HEAD // 4):
            writer.write(endless[start : start + MAX_HEAD // 4])
        assert await asyncio.wait_for(everything(reader), 10) in (b"", b"HTTP/1.1 200")


async def everything(reader: asyncio.StreamReader) -> bytes:
    """The status of the last answer before the server closed the connection, if one arrived."""
    try:
        return (await reader.read())[:12]
    except ConnectionError:
        return b""


@pytest.mark.parametrize("sent", [b"", b"POST", LINE, LINE + b"x-a: "])
async def test_34_a_head_that_does_not_come_is_not_waited_for(sent: bytes) -> None:
    async with connected(Hasty) as (reader, writer):
        writer.write(sent)
        assert await asyncio.wait_for(reader.read(), 10) == b""


async def test_34_a_second_head_that_does_not_come_is_not_waited_for_either() -> None:
    class LosingPatience(Connection):
        pass

    async with connected(LosingPatience) as (reader, writer):
        writer.write(WHOLE)
        assert (await answered(reader))[0] == b"HTTP/1.1 200 OK"
        LosingPatience.head_seconds = 0.01
        writer.write(LINE)
        assert await asyncio.wait_for(reader.read(), 10) == b""


@pytest.mark.parametrize(
    ("request_", "more"),
    [(WHOLE, b"\r\n"), (LINE + b"content-length: 1000\r\n\r\n", b"{"), (CHUNKED, b"x-a: b\r\n")],
    ids=["a blank line", "the body of a request that was answered", "what follows it"],
)
async def test_34_what_comes_after_an_answer_and_begins_no_head_holds_no_connection(
    request_: bytes, more: bytes
) -> None:
    class LosingPatience(Connection):
        pass

    async with connected(LosingPatience, curt) as (reader, writer):
        writer.write(request_)
        assert (await answered(reader))[0] == b"HTTP/1.1 200 OK"
        LosingPatience.head_seconds = 0.01
        writer.write(more)
        assert await asyncio.wait_for(reader.read(), 10) == b""


async def long(scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    """Answers more than any buffer of a system holds."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % LONG)]})
    await send({"type": "http.response.body", "body": bytes(LONG)})


LONG = 1 << 25


async def test_34_an_answer_that_nobody_takes_is_given_up() -> None:
    ended = asyncio.Event()

    class Watched(Connection):
        still_seconds = 0.01

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            ended.set()

    async with connected(Watched, long) as (reader, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(WHOLE)
        await asyncio.wait_for(ended.wait(), 10)
        assert not reader.at_eof()


async def test_an_answer_of_which_something_was_taken_since_the_last_look_goes_on() -> None:
    paused: asyncio.Queue[tuple[Connection, int]] = asyncio.Queue()

    class Watched(Connection):
        still_seconds = 3600.0

        def pause_writing(self) -> None:
            super().pause_writing()
            paused.put_nowait((self, self.transport.get_write_buffer_size()))

    async with connected(Watched, long) as (reader, writer):
        writer.write(WHOLE)
        connection, left = await asyncio.wait_for(paused.get(), 10)
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(LONG // 2)
        connection._check_write_progress(left)
        assert len(await asyncio.wait_for(reader.readexactly(LONG // 2), 10)) == LONG // 2


async def test_a_long_body_that_is_answered_before_its_end_is_drained_and_the_next_request_answered() -> None:
    long = LINE + b"content-length: %d\r\n\r\n" % (4 * MAX_HEAD) + b"a" * 4 * MAX_HEAD
    async with connected(app=curt) as (reader, writer):
        for text in (long, WHOLE):
            writer.write(text)
            await writer.drain()
            assert (await answered(reader))[0] == b"HTTP/1.1 200 OK"


async def test_a_head_within_the_bound_in_any_pieces_is_answered_and_so_is_the_next() -> None:
    padded = LINE + b"x-a: " + b"a" * (MAX_HEAD // 2) + b"\r\ncontent-length: 2\r\n\r\n{}"
    async with connected() as (reader, writer):
        for text, step in ((padded, 1_000), (padded, len(padded)), (WHOLE, 1), (WHOLE * 3, 7)):
            for start in range(0, len(text), step):
                writer.write(text[start : start + step])
                await writer.drain()
            for _ in range(text.count(LINE)):
                status, (names, size) = await answered(reader)
                assert (status, size, names[-1]) == (b"HTTP/1.1 200 OK", 2, "content-length")


async def test_30_what_follows_a_body_is_no_header() -> None:
    async with connected() as (reader, writer):
        writer.write(CHUNKED + b"authorization: Bearer x\r\npurpose: droits\r\n\r\n")
        _, (names, size) = await answered(reader)
        assert (names, size) == (["host", "transfer-encoding"], 2)


TWO_WAYS = [
    b"content-length: 2\r\ntransfer-encoding: chunked\r\n",
    b"transfer-encoding: chunked\r\ncontent-length: 2\r\n",
    b"content-length: 2\r\ncontent-length: 3\r\n",
    b"content-length: 2\r\ncontent-length: 2\r\n",
    b"content-length: +2\r\n",
    b"content-length: -2\r\n",
    b"transfer-encoding: xchunked\r\n",
    b"purpose : suivi\r\n",
    b"x-a: b\r\n purpose: suivi\r\n",
    b"x-a: b\x00\r\n",
    b"x-a: b\rpurpose: suivi\r\n",
]


@pytest.mark.parametrize("headers", TWO_WAYS)
async def test_30_what_two_servers_might_read_in_two_ways_is_refused(headers: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(LINE + headers + b"\r\n{}")
        assert (await answered(reader))[0] == b"HTTP/1.1 400 Bad Request"
        assert await asyncio.wait_for(reader.read(), 10) == b""


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c", b"TLS/1.0"])
async def test_28_no_other_protocol_is_spoken(protocol: bytes) -> None:
    async with connected() as (reader, writer):
        key = b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        writer.write(
            b"GET / HTTP/1.1\r\nhost: hub\r\nconnection: upgrade\r\nupgrade: " + protocol + b"\r\n" + key + b"\r\n"
        )
        assert (await answered(reader))[0] == b"HTTP/1.1 200 OK"
