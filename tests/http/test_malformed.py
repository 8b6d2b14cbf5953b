"""Clients that leave, stop sending or send no HTTP: 400 or an end, no traceback in the log, and others are answered.

Over uvloop, as it is served: its transports raise errors where asyncio's take no notice.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from random import Random
from urllib.parse import urlsplit

import pytest

from hub.document.exchange import Reply, Request
from hub.http.asgi import AsgiApplication
from hub.http.endpoint import GraphQLEndpoint
from tests.e2e.site import PATIENCE
from tests.threaded_server import listening

BODY = b'{"query":"{a}"}'
HEAD = b"POST /graphql HTTP/1.1\r\nhost: hub\r\n"
GOOD = HEAD + b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)
CHUNKED = HEAD + b"content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"

NO_HTTP = {
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a bad request line": b"GARBAGE\r\n\r\n",
    "another version": b"GET / HTTP/9.9\r\nhost: hub\r\n\r\n",
    "NULs": b"\0\0\0\0\r\n\r\n",
    "a NUL in the path": b"GET /a\0b HTTP/1.1\r\nhost: hub\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nho\0st: hub\r\n\r\n",
    "a header without colon": b"GET / HTTP/1.1\r\nhost\r\n\r\n",
    "a length that is none": HEAD + b"content-length: x\r\n\r\n",
    "a length below zero": HEAD + b"content-length: -1\r\n\r\n",
    "a length and chunks": HEAD + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a bad chunk": CHUNKED + b"zz\r\n",
    "a chunk below zero": CHUNKED + b"-1\r\n",
    "an address that is none": b"GET http://[::1 HTTP/1.1\r\nhost: hub\r\n\r\n",
    "garbage behind a request": GOOD + b"GARBAGE\r\n\r\n",
    "garbage behind several": GOOD * 3 + b"\0\1\2",
}
UNFINISHED = {"nothing": b"", "a part of a head": GOOD[:30], "a part of a body": GOOD[:-3], "a whole request": GOOD}


class Slow(AsgiApplication):
    """Answers after a while, so that clients leave before."""

    def __init__(self) -> None:
        super().__init__(GraphQLEndpoint(self.answer), [], page=False)

    async def answer(self, request: Request) -> Reply:
        await asyncio.sleep(0.01)
        return Reply(b'{"data":{}}')

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    with listening(Slow()) as url:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        yield parts.hostname, parts.port


@pytest.fixture(autouse=True)
def silence(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No error in the log, and none of its records holds a traceback."""
    with caplog.at_level(logging.INFO):
        yield
    for record in caplog.get_records("call"):
        assert record.levelno < logging.ERROR, record.getMessage()
        assert record.exc_info is None


def connected(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=PATIENCE)


def everything(client: socket.socket) -> bytes:
    """All that comes until the server closes."""
    parts = []
    try:
        while part := client.recv(65_536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def check_others(address: tuple[str, int]) -> None:
    with connected(address) as client:
        client.sendall(GOOD)
        answer = b""
        while not answer.endswith(b'{"data":{}}'):
            part = client.recv(65_536)
            assert part
            answer += part
        assert answer.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("case", NO_HTTP)
def test_what_is_no_http_is_answered_400_and_the_connection_ends(case: str, address: tuple[str, int]) -> None:
    with connected(address) as client:
        client.sendall(NO_HTTP[case])
        assert everything(client).startswith(b"HTTP/1.1 400 Bad Request")
    check_others(address)


@pytest.mark.parametrize("case", UNFINISHED)
@pytest.mark.parametrize("garbage", [b"", b"\0GARBAGE"])
def test_a_client_that_closes_its_side_is_let_go(case: str, garbage: bytes, address: tuple[str, int]) -> None:
    with connected(address) as client:
        client.sendall(UNFINISHED[case] + garbage)
        client.shutdown(socket.SHUT_WR)
        assert everything(client)[:12] in (b"", b"HTTP/1.1 400")
    check_others(address)


def test_random_bytes_in_requests_and_leaving_at_any_time_disturb_nobody(address: tuple[str, int]) -> None:
    random = Random(3)
    for _ in range(300):
        sent = bytearray(GOOD * random.choice([1, 2]))
        for _ in range(random.randint(0, 5)):
            sent[random.randrange(len(sent))] = random.choice([0, 10, 13, 32, 58, 255, random.randrange(256)])
        with connected(address) as client:
            client.sendall(bytes(sent))
            if random.random() < 0.3:
                client.shutdown(socket.SHUT_WR)
            if random.random() < 0.3:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    check_others(address)
