"""Wakes whoever waits for changes in this process: one connection listens for all of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from infra.connecting import connect
from schema.days import today

log = logging.getLogger(__name__)
CHANNEL = "spie_changes"
"""The channel on which the database tells that a transaction with changes is committed; it says nothing of them."""
TOGETHER = 0.2
"""Seconds in which several transactions wake once, and signal nobody but for the first."""
ALIVE = 20.0
"""Seconds between two looks at the connection and at the day: links begin and end with days."""
PAUSE = 1.0
"""Seconds before another connection is tried."""


class Wakes:
    """Sets `next`, an event that is another one each time, when something may have changed: after a commit, a new
    connection or another day. Whoever takes the event before it reads misses nothing."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self.next = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen meanwhile."""
        task = asyncio.create_task(self._listen_forever())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._wake()

    def _wake(self) -> None:
        woken, self.next = self.next, asyncio.Event()
        woken.set()

    async def _listen_forever(self) -> None:
        while True:
            try:
                await self._listen()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("changes are not heard: %s", type(error).__name__)
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        """Listen on one connection until it is lost."""
        connection = await connect(self._dsn, timeout=ALIVE)
        heard = asyncio.Event()

        def hear(*_: Any) -> None:
            heard.set()

        try:
            connection.add_termination_listener(hear)
            day = today()
            while not connection.is_closed():
                await connection.add_listener(CHANNEL, hear)
                self._wake()  # what was committed until now was not heard
                while not heard.is_set() and today() == day:
                    try:
                        async with asyncio.timeout(ALIVE):
                            await heard.wait()
                    except TimeoutError:
                        await connection.execute("SELECT 1", timeout=ALIVE)
                day = today()
                await connection.remove_listener(CHANNEL, hear)
                await asyncio.sleep(TOGETHER)
                heard.clear()
        finally:
            connection.terminate()
