"""Wakes whoever waits for changes in this process: one connection listens for all of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from schema.days import today

log = logging.getLogger(__name__)
CHANNEL = "spie_changes"
"""The channel on which the database tells that a transaction with changes is committed; it says nothing of them."""
TOGETHER = 0.2
"""Seconds in which several transactions wake once."""
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
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen meanwhile."""
        task = asyncio.create_task(self._listen_forever())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if self._timer is not None:
                self._timer.cancel()
            self._wake()

    def _wake(self) -> None:
        self._timer = None
        woken, self.next = self.next, asyncio.Event()
        woken.set()

    def _heard(self, *_: Any) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TOGETHER, self._wake)

    async def _listen_forever(self) -> None:
        while True:
            try:
                await self._listen()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("changes are not heard: %s", type(error).__name__)
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        """Listen on one connection until it is lost."""
        connection = await asyncpg.connect(self._dsn, timeout=ALIVE)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda *_: lost.set())
            await connection.add_listener(CHANNEL, self._heard)
            day = today()
            self._wake()  # what was committed before was not heard
            while not lost.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(ALIVE):
                        await lost.wait()
                await connection.execute("SELECT 1", timeout=ALIVE)
                if today() != day:
                    day = today()
                    self._wake()
        finally:
            connection.terminate()
