"""Reads the status of the sources as the role that may read runs: once for a command, or again and again for a hub."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import TypeAlias, TypeVar

import asyncpg

from hub.errors import NotServed
from hub.outgoing.lateness import Backlog, read_backlogs
from hub.runs.source_settings import Rhythm
from hub.runs.source_status import SourceStatus, read_status
from infra.connecting import connect

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
T = TypeVar("T")
PATIENCE = 5.0
"""Timeout of a connection and of a statement, in seconds."""
REMEMBERED = 1.0
"""Seconds for which an answer, or that there is none, serves all who ask, so that nobody makes work by asking often."""


async def read_once(dsn: str, rhythms: Mapping[str, Rhythm], sources: Sequence[str] = ()) -> list[SourceStatus]:
    """The status of these sources and of those that ran or have a rhythm; raises NotServed (DATABASE_UNAVAILABLE)."""
    return await _read_as(dsn, lambda connection: read_status(connection, rhythms, sources))


async def _read_as(dsn: str, read: Callable[[Connection], Awaitable[T]]) -> T:
    """What is read in one transaction of the role; raises NotServed (DATABASE_UNAVAILABLE)."""
    try:
        connection = await connect(dsn, timeout=PATIENCE, command_timeout=PATIENCE)
        try:
            async with connection.transaction(readonly=True):
                return await read(connection)
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise NotServed(
            "DATABASE_UNAVAILABLE",
            "La base ne répond pas : vérifiez qu'elle est démarrée, puis relancez.",
            f"runs can't be read: {type(error).__name__}",
        ) from None


class StatusReader:
    """The status of the sources of a hub that serves; `dsn` is the address of the reading role."""

    def __init__(self, dsn: str, rhythms: Mapping[str, Rhythm]) -> None:
        self._dsn, self._rhythms = dsn, rhythms
        self._turn = asyncio.Lock()
        self._until, self._answer = 0.0, list[SourceStatus]()
        self._backlogs: Sequence[Backlog] = ()
        self._failure: NotServed | None = None

    async def statuses(self) -> list[SourceStatus]:
        """The status of each source that ran or has a rhythm; raises NotServed (DATABASE_UNAVAILABLE)."""
        async with self._turn:
            if monotonic() >= self._until:
                await self._read()
                self._until = monotonic() + REMEMBERED
            if self._failure is not None:
                raise self._failure.with_traceback(None)
            return self._answer

    async def backlogs(self) -> Sequence[Backlog]:
        """What waits to be sent to each system, as it was when the statuses were last read."""
        await self.statuses()
        return self._backlogs

    async def _read(self) -> None:
        try:
            self._answer, self._backlogs = await _read_as(self._dsn, self._read_all)
            self._failure = None
        except NotServed as failure:
            self._failure = failure

    async def _read_all(self, connection: Connection) -> tuple[list[SourceStatus], list[Backlog]]:
        return await read_status(connection, self._rhythms), await read_backlogs(connection)
