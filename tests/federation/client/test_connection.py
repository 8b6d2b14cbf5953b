"""One exchange, byte by byte and without a network: however an answer is cut or spoilt, it is the answer or an error,
and only a connection on which nothing else has come is used again."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.federation.client.connection import Closed, Connection
from hub.federation.client.transport import TransportError

BODY = b'{"data":{"a":"%b"}}' % ("é" * 40).encode()
CHUNKED = b"transfer-encoding: chunked\r\n\r\n5;x=y\r\n%b\r\n%x\r\n%b\r\n0\r\nx: y\r\n\r\n" % (
    BODY[:5],
    len(BODY) - 5,
    BODY[5:],
)
LENGTH = b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)
OK = b"HTTP/1.1 200 OK\r\n"
REUSABLE = [
    OK + LENGTH,
    OK + CHUNKED,
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + OK + LENGTH,
]
ENDED = [
    OK + b"connection: close\r\n" + LENGTH,
    OK + b"connection: close\r\n" + CHUNKED,
    b"HTTP/1.0 200 OK\r\n" + LENGTH,
    OK + b"connection: close\r\n\r\n" + BODY,
    b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
]


class Wire:
    """Stands for a socket: what was written, and whether it was closed."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True


async def exchange(pieces: list[bytes], *, ends: bool, largest: int = 10_000) -> tuple[Any, Connection]:
    """What one exchange gives when these pieces come, and then (`ends`) the end of the connection."""
    connection, wire = Connection(asyncio.get_running_loop(), largest), Wire()
    connection.connection_made(cast(asyncio.Transport, wire))
    waiting = asyncio.ensure_future(connection.exchange(b"request"))
    await asyncio.sleep(0)
    for piece in pieces:
        connection.data_received(piece)
    if ends:
        connection.connection_lost(None)
    for _ in range(3):
        await asyncio.sleep(0)
    if not waiting.done():
        waiting.cancel()
    (outcome,) = await asyncio.gather(waiting, return_exceptions=True)
    assert isinstance(outcome, tuple | TransportError | Closed | asyncio.CancelledError)
    assert wire.written == [b"request"]
    assert wire.aborted or connection.reusable or ends
    return outcome, connection


def cut(answer: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(answer) + 1) for place in places), len(answer)]
    return [answer[start:end] for start, end in pairwise(bounds) if end > start]


PLACES = st.lists(st.integers(0, 10_000), max_size=12)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(REUSABLE + ENDED), PLACES)
def test_an_answer_is_the_same_however_it_is_cut(answer: bytes, places: list[int]) -> None:
    outcome, connection = asyncio.run(exchange(cut(answer, places), ends=answer in ENDED))
    assert outcome[:2] == (200, BODY)
    assert connection.reusable == (answer in REUSABLE)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(REUSABLE + ENDED), st.data(), PLACES, st.booleans())
def test_a_spoilt_answer_is_an_answer_or_an_error_of_ours(
    answer: bytes, data: st.DataObject, places: list[int], ends: bool
) -> None:
    start = data.draw(st.integers(0, len(answer)))
    end = data.draw(st.integers(start, min(len(answer), start + 8)))
    spoilt = answer[:start] + data.draw(st.binary(max_size=8)) + answer[end:]
    outcome, connection = asyncio.run(exchange(cut(spoilt, places), ends=ends))
    if isinstance(outcome, tuple):
        assert isinstance(outcome[0], int)
        assert len(outcome[1]) <= len(spoilt)
    else:
        assert not connection.reusable


@pytest.mark.parametrize("answer", REUSABLE, ids=["length", "chunked", "interim"])
@pytest.mark.parametrize("more", [b"X", b"HTTP", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", b"\x00", b"{}"])
@pytest.mark.parametrize("separate", [True, False])
async def test_what_comes_after_an_answer_is_never_the_answer_to_another_request(
    answer: bytes, more: bytes, separate: bool
) -> None:
    outcome, connection = await exchange([answer, more] if separate else [answer + more], ends=False)
    assert outcome[:2] == (200, BODY)
    assert not connection.reusable


@pytest.mark.parametrize("answer", REUSABLE, ids=["length", "chunked", "interim"])
def test_an_answer_that_is_cut_short_is_never_taken_for_a_whole_one(answer: bytes) -> None:
    for length in range(len(answer)):
        outcome, connection = asyncio.run(exchange([answer[:length]] if length else [], ends=True))
        assert isinstance(outcome, Closed)
        assert outcome.untouched == (length == 0)
        assert not connection.reusable
