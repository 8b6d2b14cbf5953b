"""Connections of one role: few, opened when they are needed, and handed on in the order of asking.

Who leaves one may leave it inside of a transaction: the next one ends it in the round trip that begins theirs
(`subgraphs.kit.transactions.ENDS`); where nobody waits, it is ended here, in the background.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TypeAlias

import asyncpg

from subgraphs.kit.deadlines import Deadlines
from subgraphs.kit.errors import DatabaseUnavailable

WAIT_SECONDS = 5.0
"""Longest to wait for a connection, or for PostgreSQL to accept one."""
STATEMENT_SECONDS = 30.0
"""Longest that the statements of one fetch may take."""
SETTINGS = {
    "jit": "off",
    "application_name": "spie-subgraph",
    "DateStyle": "ISO",
    "plan_cache_mode": "force_generic_plan",
}
"""Settings of each connection. A statement is planned once: to plan one anew costs several times what it takes to run,
and PostgreSQL would do so for ever where it can't tell how many representations come (decision 0049)."""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Place: TypeAlias = "asyncio.Future[Connection | None]"
"""Where somebody waits: for a connection, or None, the leave to open one."""


class Connections:
    """At most `most` connections at a time; the database may start later than this."""

    def __init__(self, dsn: str, most: int) -> None:
        self._dsn, self._most = dsn, most
        self._opened, self._taken = False, 0
        self._idle: list[Connection] = []
        self._waiting: deque[Place] = deque()
        self._ending: set[asyncio.Task[None]] = set()
        self._deadlines = Deadlines()

    def open(self) -> None:
        """From now on connections may be opened."""
        self._opened = True

    async def close(self) -> None:
        """Open none any more; who waits is told so, and who has one keeps it until `leave`."""
        self._opened = False
        while (place := self._next()) is not None:
            place.set_exception(DatabaseUnavailable())
        await asyncio.gather(*self._ending, return_exceptions=True)
        while self._idle:
            self._idle.pop().terminate()

    async def take(self) -> Connection:
        """A connection, perhaps inside of a transaction that has to end; it must be given to `leave`.

        Raises DatabaseUnavailable before `open` and after `close`, TimeoutError where none gets free in time, and what
        asyncpg raises where none can be opened.
        """
        if not self._opened:
            raise DatabaseUnavailable
        while self._idle:
            found = self._idle.pop()
            if not found.is_closed():
                self._taken += 1
                return found
        if self._taken >= self._most:
            given = await self._wait()
            if given is not None:
                return given
        else:
            self._taken += 1
        try:
            return await self._connect()
        except BaseException:
            self._lost()
            raise

    def leave(self, connection: Connection) -> None:
        """Hand a connection to who waits longest, or end its transaction."""
        if connection.is_closed() or not self._opened:
            connection.terminate()
            self._lost()
        elif (place := self._next()) is not None:
            place.set_result(connection)
        elif connection.is_in_transaction():
            task = asyncio.get_running_loop().create_task(self._end(connection))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        else:
            self._taken -= 1
            self._idle.append(connection)

    async def _end(self, connection: Connection) -> None:
        try:
            await connection.execute("COMMIT", timeout=STATEMENT_SECONDS)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()
        except BaseException:
            connection.terminate()
            raise
        finally:
            self.leave(connection)

    async def _wait(self) -> Connection | None:
        place: Place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            with self._deadlines.within(WAIT_SECONDS):
                return await place
        except (asyncio.CancelledError, TimeoutError):
            if not place.cancelled() and place.exception() is None:  # it came with the cancellation, or the time's end
                given = place.result()
                if given is None:
                    self._lost()
                else:
                    self.leave(given)
            raise

    def _lost(self) -> None:
        """One connection less: who waits longest may open another."""
        if (place := self._next()) is not None:
            place.set_result(None)
        else:
            self._taken -= 1

    def _next(self) -> Place | None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                return place
        return None

    async def _connect(self) -> Connection:
        return await asyncpg.connect(
            self._dsn,
            statement_cache_size=1000,
            max_cached_statement_lifetime=0,
            timeout=WAIT_SECONDS,
            server_settings=SETTINGS,
        )
