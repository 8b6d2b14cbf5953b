"""What answers as the server of the shared state may say anything: nothing opens by it, and nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.shared_state.link import DIGESTS
from infra.shared_state.place import Patience, Place
from infra.shared_state.server_state import ServerState
from schema.shared_state import DatedText, SharedStateGone, Use
from tests.fuzz.foreign import foreign
from tests.shared_states import KEY

NOW = 1_800_000_000
USE = Use("requests", "a", 1, 10, 60)
LONGEST = 10.0
"""Seconds after which somebody waits for nothing."""
FIRST = ("HELLO", "CLIENT", "SCRIPT", "INFO")
BEGINNING = (*FIRST, "begin")
"""What is asked before anything else."""
REPLIES = {"HELLO": b"%0\r\n", "INFO": b"$27\r\nmaxmemory_policy:noeviction\r\n"}
"""What a server says to what it is asked first; to others, OK."""
BEGUN = b"*2\r\n$8\r\nidentity\r\n*0\r\n"


def _written(value: object) -> bytes:
    """An answer as the protocol writes it."""
    match value:
        case None:
            return b"_\r\n"
        case bool():
            return b"#t\r\n" if value else b"#f\r\n"
        case int():
            return b":%d\r\n" % value
        case float():
            return f",{value}\r\n".encode()
        case bytes():
            return b"$%d\r\n%s\r\n" % (len(value), value)
        case list():
            return b"*%d\r\n" % len(value) + b"".join(map(_written, value))
        case _:
            raise TypeError(value)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.binary(max_size=40)
    | st.sampled_from([b"nan", b"inf"]),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)
BYTES = (
    VALUES.map(_written)
    | st.binary(max_size=60).map(lambda text: text + b"\r\n")
    | st.sampled_from(
        [
            b"*1\r\n" * 5000 + b"_\r\n",
            b":one\r\n",
            b"$999999999999\r\n",
            b"*-7\r\n",
            b"%1\r\n*0\r\n_\r\n",
            b"~1\r\n*0\r\n",
            b"-NOSCRIPT x\r\n",
            b"*1\r\n-ERR x\r\n",
            b"",
        ]
    )
)


async def _command(reader: asyncio.StreamReader) -> list[bytes]:
    count = int((await reader.readline())[1:])
    parts = []
    for _ in range(count):
        size = int((await reader.readline())[1:])
        parts.append((await reader.readexactly(size + 2))[:-2])
    return parts


@asynccontextmanager
async def _state(hostile: bytes, friendly: Iterable[str]) -> AsyncIterator[ServerState]:
    """A state on a server that answers these commands as it should, says this to the first other, and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (answer := _answer(await _command(reader), friendly)) is not None:
                writer.write(answer)
            writer.write(hostile)
        except (OSError, EOFError, ValueError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        state = ServerState(Place(f"redis://127.0.0.1:{port}"), KEY, Patience(timeout_seconds=LONGEST))
        async with asyncio.timeout(LONGEST), state.running():
            yield state


def _answer(command: Sequence[bytes], friendly: Iterable[str]) -> bytes | None:
    """What a server says to this command if it is one of these."""
    word = command[0].decode()
    if word == "EVALSHA":
        return BEGUN if command[1] == DIGESTS["begin"].encode() and "begin" in friendly else None
    return REPLIES.get(word, b"+OK\r\n") if word in friendly else None


async def _new_text() -> bytes:
    return b"made"


async def _limit(state: ServerState) -> bool:
    [excess] = await state.take([USE], NOW)
    return isfinite(excess)


async def _text(state: ServerState) -> bool:
    return await state.text("t") is None


async def _keeping(state: ServerState) -> bool:
    await state.keep("t", "text")
    return True


async def _making(state: ServerState) -> bool:
    return await state.once("o", NOW - 1, NOW, _new_text) == DatedText(b"made", NOW)


@foreign
@given(reply=BYTES.filter(lambda reply: reply != _written(1)))
async def test_no_answer_that_is_not_the_number_one_makes_a_nonce_new(reply: bytes) -> None:
    async with _state(reply, BEGINNING) as state:
        assert state.is_open
        try:
            assert await state.first("n", NOW, NOW) is False
        except SharedStateGone:
            assert not state.is_open


@foreign
@given(reply=BYTES, question=st.sampled_from([_limit, _text, _keeping, _making]))
async def test_limits_and_texts_go_on_whatever_is_answered(
    reply: bytes, question: Callable[[ServerState], Awaitable[bool]]
) -> None:
    async with _state(reply, BEGINNING) as state:
        assert state.is_open
        assert await question(state)


@foreign
@given(reply=BYTES.filter(lambda reply: not reply.startswith(b"*")), friendly=st.sampled_from([(), FIRST[:2], FIRST]))
async def test_no_answer_at_the_start_is_taken_for_a_state_or_ends_the_looking(
    reply: bytes, friendly: Sequence[str]
) -> None:
    async with _state(reply, friendly) as state:
        assert not state.is_open
        assert not state.is_current
        with pytest.raises(SharedStateGone):
            await state.first("n", NOW, NOW)
