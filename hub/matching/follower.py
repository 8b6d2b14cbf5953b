"""Make each merge as soon as it is decided, in a process of its own: `hub matching apply --follow` (decision 0104).

A process that serves holds no role that writes people. Whoever writes a decision notifies `CHANNEL` in the same
transaction, so that the follower wakes once it is committed; it looks by itself every `SECONDS` too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

from hub.database_refusals import database_refusals
from hub.errors import HubError
from hub.matching.review_queue import CHANNEL
from infra.connecting import connect

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Apply = Callable[[Connection], Awaitable[int]]
SECONDS = 60.0
"""Longest time between two looks at the decisions, and between two tries to reach the database."""


async def follow(apply: Apply, address: str, stop: asyncio.Event, say: Callable[[str], None]) -> None:
    """Apply decisions until `stop` is set.

    `apply` returns how many people moved; `say` is given a line for each merge and each failure.
    """
    while not stop.is_set():
        try:
            with database_refusals():
                async with listening(address) as (connection, woken):
                    await _apply_each(apply, connection, woken, stop, say)
        except HubError as error:
            say(f"{error.message} [{error.code}]")
            await either(stop, asyncio.Event())


async def _apply_each(
    apply: Apply,
    connection: Connection,
    woken: asyncio.Event,
    stop: asyncio.Event,
    say: Callable[[str], None],
) -> None:
    while not stop.is_set():
        woken.clear()
        if moved := await apply(connection):
            say(f"Dossiers réunis ou séparés : {moved}.")
        await either(stop, woken)


@asynccontextmanager
async def listening(address: str, channel: str = CHANNEL) -> AsyncIterator[tuple[Connection, asyncio.Event]]:
    """A connection, and the event of a notification of the channel or of the connection's end."""
    woken = asyncio.Event()
    connection = await connect(address)
    try:
        await connection.add_listener(channel, lambda *_: woken.set())
        connection.add_termination_listener(lambda *_: woken.set())
        yield connection, woken
    finally:
        await connection.close()


async def either(first: asyncio.Event, second: asyncio.Event, seconds: float = SECONDS) -> None:
    """Wait until one of two events is set, `seconds` at most."""
    waits = [asyncio.ensure_future(event.wait()) for event in (first, second)]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
