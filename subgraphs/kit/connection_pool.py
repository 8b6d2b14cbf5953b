"""A connection pool of one role, which opens connections on demand and serves requests in the order of their coming.

A request may release its connection inside a transaction: the next request ends it in the round trip that begins its
own (`subgraphs.kit.transactions.ENDS`); if none waits, the pool ends it in the background.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any, NamedTuple, TypeAlias, cast

import asyncpg

from infra.connecting import connect
from subgraphs.kit.back_end import BackEnd
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
    "work_mem": "4MB",
    "hash_mem_multiplier": "1",
    "client_connection_check_interval": "500ms",
}
"""Settings of each connection. A statement is planned once: to plan one anew costs several times what it takes to run,
and PostgreSQL would do so for ever where it can't tell how many representations come (decision 0049). Its memory is
bounded whatever the server's settings are, and it ends soon after its connection is gone (decision 0064)."""

Place: TypeAlias = "asyncio.Future[BackEnd | None]"
"""Where somebody waits: for a connection, or None, the leave to open one."""


class PoolUse(NamedTuple):
    """How a pool is used: connections at work, idle ones, the most that it may open, and requests that wait."""

    in_use: int
    idle: int
    limit: int
    waiting: int


class Connections:
    """A pool of at most `limit` connections; the database may start after it."""

    def __init__(self, dsn: str, limit: int) -> None:
        self._dsn, self._limit = dsn, limit
        self._opened, self._in_use = False, 0
        self._idle: list[BackEnd] = []
        self._waiting: deque[Place] = deque()
        self._ending: set[asyncio.Task[None]] = set()
        self._deadlines = Deadlines()

    @property
    def use(self) -> PoolUse:
        """How the pool is used now."""
        return PoolUse(self._in_use, len(self._idle), self._limit, sum(not place.done() for place in self._waiting))

    def open(self) -> None:
        """Allow connections to be opened."""
        self._opened = True

    async def close(self) -> None:
        """Open no further connection: waiting requests fail, running ones keep theirs until `release`."""
        self._opened = False
        while (place := self._next()) is not None:
            place.set_exception(DatabaseUnavailable())
        await asyncio.gather(*self._ending, return_exceptions=True)
        while self._idle:
            self._idle.pop().terminate()

    async def acquire(self) -> BackEnd:
        """Return a connection, possibly inside a transaction that the caller must end; give it back to `release`.

        Raises DatabaseUnavailable before `open` and after `close`, TimeoutError if none is free in time, and what
        asyncpg raises if none can be opened.
        """
        if not self._opened:
            raise DatabaseUnavailable
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                self._in_use += 1
                return connection
        if self._in_use >= self._limit:
            released_connection = await self._wait()
            if released_connection is not None:
                return released_connection
        else:
            self._in_use += 1
        try:
            return await self._connect()
        except BaseException:
            self._count_down()
            raise

    def release(self, connection: BackEnd) -> None:
        """Give the connection to the request that has waited longest, or end its transaction; one that is worn is
        closed."""
        if connection.is_closed() or not self._opened:
            connection.terminate()
            self._count_down()
        elif connection.worn:
            self._run(self._retire(connection))
        elif (place := self._next()) is not None:
            place.set_result(connection)
        elif connection.is_in_transaction():
            self._run(self._end(connection))
        else:
            self._in_use -= 1
            self._idle.append(connection)

    def _run(self, ending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(ending)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _retire(self, connection: BackEnd) -> None:
        try:
            await connection.close(timeout=WAIT_SECONDS)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()
        finally:
            self._count_down()

    async def _end(self, connection: BackEnd) -> None:
        try:
            await connection.execute("COMMIT", timeout=STATEMENT_SECONDS)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()
        except BaseException:
            connection.terminate()
            raise
        finally:
            self.release(connection)

    async def _wait(self) -> BackEnd | None:
        place: Place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            with self._deadlines.within(WAIT_SECONDS):
                return await place
        except (asyncio.CancelledError, TimeoutError):
            if not place.cancelled() and place.exception() is None:  # it came with the cancellation, or the time's end
                connection = place.result()
                if connection is None:
                    self._count_down()
                else:
                    self.release(connection)
            raise

    def _count_down(self) -> None:
        """Count one connection less and let the request that has waited longest open another."""
        if (place := self._next()) is not None:
            place.set_result(None)
        else:
            self._in_use -= 1

    def _next(self) -> Place | None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                return place
        return None

    async def _connect(self) -> BackEnd:
        connection = await connect(
            self._dsn,
            statement_cache_size=0,  # `BackEnd` keeps what is prepared
            timeout=WAIT_SECONDS,
            server_settings=SETTINGS,
            connection_class=BackEnd,
        )
        return cast(BackEnd, connection)
