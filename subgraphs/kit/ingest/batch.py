"""A batch of records in one transaction: each is taken as if those before it had been written, whole or not at all.

All records of a batch start at once, and wait together for the rows that they look up, so that statements serve all of
them. They are taken in their order; a record that read what one before it changes starts again. What the batch changes
is written at its end. A record that PostgreSQL refuses then is found by halves, and alone refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

import asyncpg
import orjson

from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.row_map import Connection, Place, RowMap
from subgraphs.kit.ingest.row_store import Awaited, Store

T = TypeVar("T")
Write = Callable[[Store], Coroutine[Any, Any, T]]
"""Writes one record; called again where a record before it has changed what it read."""

LOCK = 0x53504945
"""Advisory lock of ingestion (`SPIE`): at most one batch at a time in a database, since matching reads before it
writes."""

BEGIN = "SELECT pg_advisory_xact_lock($1), set_config('enable_seqscan', 'off', true)"
"""Wait for the lock, and read by indexes alone: a plan outlives the few rows that its table had when it was made."""

EARLY_STARTS = 2
"""Times that a record begins again before its turn."""
REFUSED = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.InterfaceError,
    orjson.JSONEncodeError,
    UnicodeEncodeError,
)
"""Errors about a value that can't be written (ProgramLimitExceededError: a text too long for an index); of an
InterfaceError only where it is a ValueError too."""


class TakenRecord(Generic[T]):
    """A record that is being taken: `store` holds what it changes, `result()` is what it returns once it is done."""

    def __init__(self, write: Write[T], rows: RowMap) -> None:
        self._write = write
        self._rows = rows
        self._coroutine: Coroutine[Any, Any, T] | None = None
        self._error: Exception | None = None
        self._early_starts = 0
        self.start()

    def result(self) -> T:
        """Return what the record returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._result

    @property
    def waits(self) -> bool:
        """Whether the record waits for rows."""
        return bool(self.places)

    def start(self) -> None:
        """Begin, or begin again with nothing changed."""
        if self._coroutine is not None:
            self._coroutine.close()
        self.store = Store(self._rows)
        self.places: Sequence[Place] = ()
        self._error = None
        self._coroutine = self._write(self.store)
        self.go_on()

    def keeps_up(self) -> bool:
        """Begin again if what was read has changed, so that the rows to come are fetched with those of others.

        False once that has happened too often: the record then waits for its turn, or all those that speak of one item
        would begin again each time that one of them is taken.
        """
        if self._early_starts > EARLY_STARTS:
            return False
        if self.store.is_stale:
            self._early_starts += 1
            if self._early_starts > EARLY_STARTS:
                return False
            self.start()
        return True

    def go_on(self) -> None:
        """Go on to the end, or until rows have to be fetched."""
        assert self._coroutine is not None
        self.places = ()
        try:
            awaited = self._coroutine.send(None)
        except StopIteration as end:
            self._result: T = end.value
        except Exception as error:
            self._error = error
        else:
            if not isinstance(awaited, Awaited):
                raise TypeError("a record may wait for rows of its batch only")
            self.places = awaited.places

    def settle(self) -> bool:
        """Take the record if it is done: False if it waits. All records before it have been taken."""
        if self.store.is_stale:
            self.start()
        if self.waits:
            return False
        if self._error is None:
            self._rows.apply(self.store.changes)
        elif isinstance(self._error, Refused):
            self._rows.apply(self.store.retained)
        else:
            raise self._error
        return True


class Batch:
    """The rows that a transaction reads and changes, on a connection that holds the lock of ingestion.

    `written` is the number of rows that were written, once they are.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = RowMap()
        self.written = 0

    async def take(self, writes: Sequence[Write[T]]) -> list[TakenRecord[T]]:
        """Take records in order; what each returned or was refused for is its `result()`."""
        records = [TakenRecord(write, self._rows) for write in writes]
        waiting = running = records
        while True:
            settled = next((place for place, record in enumerate(waiting) if not record.settle()), len(waiting))
            waiting = waiting[settled:]
            if not waiting:
                return records
            if settled:
                running = [record for place, record in enumerate(waiting) if place == 0 or record.keeps_up()]
            running = [record for record in running if record.waits]
            places = [place for record in running for place in record.places]
            await self._rows.fetch(self._connection, places)
            for record in running:
                record.go_on()

    async def write(self) -> None:
        """Write what the records changed."""
        self.written = await self._rows.write(self._connection)


@asynccontextmanager
async def begin(connection: Connection) -> AsyncIterator[Batch]:
    """A batch in a transaction of its own, which is written at the end of the block."""
    async with connection.transaction(isolation="read_committed"):
        await connection.fetch(BEGIN, LOCK)
        batch = Batch(connection)
        yield batch
        await batch.write()


async def take_all(connection: Connection, writes: Sequence[Write[T]]) -> tuple[list[TakenRecord[T] | Refused], int]:
    """Take records in order, in as few transactions as possible; returns them, or why one can't be written, and the
    number of rows written.

    Values that PostgreSQL or its client refuses are told by a code alone: their messages quote the row.
    """
    try:
        async with begin(connection) as batch:
            results = await batch.take(writes)
        return list(results), batch.written
    except REFUSED as error:
        if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
            raise
        if len(writes) == 1:
            return [_refusal(error)], 0
    half = len(writes) // 2
    first, rows = await take_all(connection, writes[:half])
    second, more_rows = await take_all(connection, writes[half:])
    return first + second, rows + more_rows


def _refusal(error: Exception) -> Refused:
    constraint = isinstance(error, asyncpg.IntegrityConstraintViolationError)
    return Refused("CONSTRAINT_VIOLATED" if constraint else "VALUE_NOT_STORABLE", detail=type(error).__name__)
