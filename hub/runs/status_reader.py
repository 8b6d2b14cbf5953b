"""Reads the status of the sources as the role that may read runs: once for a command, or again and again for a hub."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from time import monotonic

import asyncpg

from hub.errors import NotServed
from hub.runs.source_settings import Rhythm
from hub.runs.source_status import SourceStatus, read_status

PATIENCE = 5.0
"""Timeout of a connection and of a statement, in seconds."""
REMEMBERED = 1.0
"""Seconds for which an answer, or that there is none, serves all who ask, so that nobody makes work by asking often."""


async def read_once(dsn: str, rhythms: Mapping[str, Rhythm], sources: Sequence[str] = ()) -> list[SourceStatus]:
    """The status of these sources and of those that ran or have a rhythm; raises NotServed (DATABASE_UNAVAILABLE)."""
    try:
        connection = await asyncpg.connect(dsn, timeout=PATIENCE, command_timeout=PATIENCE)
        try:
            async with connection.transaction(readonly=True):
                return await read_status(connection, rhythms, sources)
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

    async def _read(self) -> None:
        try:
            self._answer, self._failure = await read_once(self._dsn, self._rhythms), None
        except NotServed as failure:
            self._failure = failure
