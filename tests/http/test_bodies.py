"""A large body, whatever it is, holds the event loop for a few steps, and not the next one before others had turns."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from hub.document.coercion import MOST_VALUES
from hub.document.exchange import Reply, Request
from hub.errors import RequestRefused
from hub.http.bodies import MAX_BODY, SMALL_BODY, TURNS, BodyReader, Turns, receive_body
from hub.http.endpoint import GraphQLEndpoint

MEMBERS = MOST_VALUES - 10
MOST_STEPS = MOST_VALUES + 1_000
"""Calls of the event loop's thread for one body: none for a number, one at most for an object of one key."""


def listed(member: bytes, count: int = MEMBERS) -> bytes:
    return b'{"query":"{a}","variables":{"a":[' + b",".join([member] * count) + b"]}}"


def long_text(piece: bytes) -> bytes:
    return b'{"query":"{a}","variables":{"a":"' + piece * ((MAX_BODY - 100) // len(piece)) + b'"}}'


SHAPES = {
    "numbers": listed(b"1e1"),
    "numbers beyond doubles": listed(b"1e999"),
    "long numbers": listed(b"1." + b"7" * 40 + b"e-300"),
    "one number": b'{"a":' + b"7" * (MAX_BODY - 10) + b"}",
    "more numbers than are read": listed(b"1e1", MAX_BODY // 5),
    "negative zeros": listed(b"-0"),
    "identifiers": listed(b'"185057800608436"'),
    "objects": listed(b'{"a":1}', MEMBERS // 2),
    "spaced keys": listed(b'{"a" :1}', MEMBERS // 2),
    "keys twice": listed(b'{"a":1,"a":1}', MEMBERS // 3),
    "ends of keys in texts": listed(b'"\\":"'),
    "text": long_text(b"x"),
    "escapes": long_text(b"\\n"),
    "quotation marks": long_text(b',\\"'),
    "surrogates": long_text(b"\\ud83d\\ude00"),
    "half a surrogate": long_text(b"\\ud83d"),
    "brackets in a text": long_text(b"["),
    "spaces": b" " * MAX_BODY,
    "brackets": b"[" * MAX_BODY,
    "objects in objects": b'{"a":' * (MAX_BODY // 5),
    "quotes": b'"' * MAX_BODY,
    "backslashes": b"\\" * MAX_BODY,
    "no text": b"\xff" * MAX_BODY,
    "a query": b'{"query":"{' + b"a " * (MAX_BODY // 2 - 10) + b'}"}',
}


@contextmanager
def counted_steps() -> Iterator[Callable[[], int]]:
    """Count the calls of this thread, of Python's functions and of C's."""
    steps = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        yield lambda: steps
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES)
async def test_a_body_at_the_bounds_takes_few_steps_of_the_event_loop(body: bytes) -> None:
    assert len(body) <= MAX_BODY
    with counted_steps() as steps, suppress(RequestRefused):
        await BodyReader(Turns()).read(body)
    assert steps() <= MOST_STEPS


@pytest.mark.parametrize("shape", ["numbers", "identifiers", "brackets"])
async def test_others_have_turns_between_two_large_bodies(shape: str) -> None:
    reader, turns, count = BodyReader(Turns()), 0, 10
    bodies = asyncio.gather(*(reader.read(SHAPES[shape]) for _ in range(count)), return_exceptions=True)
    while not bodies.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns >= count * TURNS


async def test_a_small_body_does_not_wait_for_large_ones() -> None:
    reader, order = BodyReader(Turns()), list[Any]()

    async def read(body: bytes) -> None:
        value = await reader.read(body)
        order.append(len(value))

    await asyncio.gather(*(read(b"[%b0]" % (b"0," * count)) for count in (SMALL_BODY, SMALL_BODY + 1, 1)))
    assert order == [2, SMALL_BODY + 1, SMALL_BODY + 2]


async def test_a_body_that_is_given_up_lets_the_next_one_be_read() -> None:
    reader = BodyReader(Turns())
    given_up = asyncio.create_task(reader.read(listed(b"1")))
    following = asyncio.create_task(reader.read(listed(b"2")))
    await asyncio.sleep(0)
    given_up.cancel()
    assert (await following)["variables"]["a"][0] == 2
    with pytest.raises(asyncio.CancelledError):
        await given_up


async def test_a_large_body_is_received_to_its_end_only_from_whom_is_admitted() -> None:
    pieces = iter([b"x" * SMALL_BODY, b"x", b"x"])

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": next(pieces), "more_body": True}

    async def refuse() -> None:
        raise RequestRefused("NOBODY", "Non.", "no")

    with pytest.raises(RequestRefused) as caught:
        await receive_body(receive, admit=refuse)
    assert (caught.value.code, list(pieces)) == ("NOBODY", [b"x"])


async def test_others_have_turns_between_two_pieces_of_large_bodies() -> None:
    turns, loop_turns, count, pieces = Turns(), 0, 5, 6
    bodies = asyncio.gather(*(receive_body(sent_in(pieces), turns=turns) for _ in range(count)))
    while not bodies.done():
        loop_turns += 1
        await asyncio.sleep(0)
    assert {len(body) for body in bodies.result()} == {SMALL_BODY * pieces}
    assert loop_turns >= count * (pieces - 2) * TURNS  # the first piece is small, nothing follows the last


async def test_whoever_sends_slowly_keeps_no_large_body_waiting() -> None:
    turns, first = Turns(), asyncio.Event()
    quick = sent_in(3)

    async def slow() -> dict[str, Any]:
        if first.is_set():
            await asyncio.Event().wait()
        first.set()
        return {"type": "http.request", "body": b"x" * (SMALL_BODY + 1), "more_body": True}

    sending = asyncio.create_task(receive_body(slow, turns=turns))
    await first.wait()
    assert len(await receive_body(quick, turns=turns)) == SMALL_BODY * 3
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


def sent_in(count: int) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Receive a body in so many pieces, all of which are there."""
    pieces = iter([True] * (count - 1) + [False])

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * SMALL_BODY, "more_body": next(pieces)}

    return receive


async def test_ten_thousand_identifiers_are_served() -> None:
    identifiers = listed(b'"1f6e2e2a-0b0a-4c6d-9a5b-0a1b2c3d4e5f"')
    assert len((await BodyReader(Turns()).read(identifiers))["variables"]["a"]) == MEMBERS


async def test_others_have_turns_between_two_refusals() -> None:
    async def never_called(request: Request) -> Reply:
        raise AssertionError("an empty body is no request")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message.get("status"))

    sent, loop_turns, count = list[Any](), 0, 10
    endpoint = GraphQLEndpoint(never_called)
    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": [(b"content-type", b"application/json")]}
    refusals = asyncio.gather(*(endpoint(scope, receive, send) for _ in range(count)))
    while not refusals.done():
        loop_turns += 1
        await asyncio.sleep(0)
    assert sent.count(400) == count
    assert loop_turns >= count * TURNS
