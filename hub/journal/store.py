"""Group commit: the entries of all requests of one moment go out in one transaction, and only disclosures are awaited.

policy.md "Access journal". If an entry can't be written, the answer is 503 and not a byte of it is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from logging import getLogger

import asyncpg
import orjson

from hub.errors import NotServed
from hub.journal.record import Disclosure, Entry

log = getLogger(__name__)
RECONNECT_SECONDS = 1.0
"""Within this time a lost connection is made again, though nobody asks anything: who is not ready is not asked."""
WRITE = """WITH entries AS (
    INSERT INTO journal.entry (kind, request, at, trace, actor, actor_kind, organisation, client, purpose, reference,
                               operation_hash, operation_name, decisions)
    SELECT * FROM json_to_recordset($1::json) AS entry (
        kind text, request uuid, at timestamptz, trace text, actor text, actor_kind text, organisation text,
        client text, purpose text, reference text, operation_hash text, operation_name text, decisions jsonb)
)
INSERT INTO journal.disclosure (request, coordinates, masked, subjects)
SELECT request, coordinates, masked, ARRAY (SELECT decode(subject, 'hex') FROM unnest(subjects) AS subject)
FROM json_to_recordset($2::json) AS disclosure (request uuid, coordinates text[], masked text[], subjects text[])"""
"""A whole batch in one statement, which is a transaction by itself: one round trip, all of it or nothing."""


@dataclass(slots=True)
class _Batch:
    entries: list[Entry] = field(default_factory=list)
    disclosures: list[tuple[Entry, Disclosure]] = field(default_factory=list)
    written: asyncio.Event = field(default_factory=asyncio.Event)
    failed: bool = True  # until the commit has returned: whatever else ends a write is a failure


class Journal:
    """The writer of one process: `intend` at once, `disclose` before the first byte. `dsn`: the writing role's."""

    def __init__(self, dsn: str, patience: float = 5.0) -> None:
        self._dsn, self._patience = dsn, patience
        self._connection: asyncpg.Connection | None = None
        self._batch = _Batch()
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect and begin to write; raises NotServed if the journal can't be reached."""
        try:
            self._connection = await asyncpg.connect(self._dsn, timeout=self._patience)
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            raise unavailable("the journal's database can't be reached") from error
        self._task = asyncio.create_task(self._write_forever())

    @property
    def writing(self) -> bool:
        """Whether the last batch was written; until the first, whether the connection stands."""
        return self._connection is not None and not self._connection.is_closed()

    async def stop(self) -> None:
        """Write what is pending, then close."""
        if self._task is not None:
            self._stopping = True
            self._wake.set()
            await asyncio.wait({self._task}, timeout=2 * self._patience)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close(timeout=self._patience)

    def intend(self, entry: Entry) -> _Batch:
        """Queue an intent; the returned receipt goes to `disclose`."""
        self._batch.entries.append(entry)
        self._wake.set()
        return self._batch

    async def disclose(self, receipt: _Batch, entry: Entry, rows: Sequence[Disclosure]) -> None:
        """Return once intent and disclosure are committed; raises NotServed (JOURNAL_UNAVAILABLE) otherwise."""
        batch = self._batch
        batch.entries.append(entry)
        batch.disclosures += ((entry, row) for row in rows)
        self._wake.set()
        await self._batch_written(batch)
        if receipt is not batch:
            await self._batch_written(receipt)
        if batch.failed or receipt.failed:
            raise unavailable("the entry was not committed")

    async def _batch_written(self, batch: _Batch) -> None:
        try:
            await asyncio.wait_for(batch.written.wait(), self._patience)
        except TimeoutError as error:
            raise unavailable("the entry was not committed in time") from error

    async def _write_forever(self) -> None:
        while self._batch.entries or not self._stopping:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), RECONNECT_SECONDS)
            self._wake.clear()
            if self.writing and not self._batch.entries:
                continue
            batch, self._batch = self._batch, _Batch()
            try:
                await self._write(batch)
                batch.failed = False
            except Exception as error:  # whatever it is, this batch is not written, and the next one must be
                log.error("journal not written: %s", type(error).__name__)
                if self._connection is not None:
                    self._connection.terminate()
                    self._connection = None
            finally:
                batch.written.set()

    async def _write(self, batch: _Batch) -> None:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._dsn, timeout=self._patience)
        disclosures = [
            {
                "request": entry.request,
                "coordinates": found.coordinates,
                "masked": found.masked,
                "subjects": [subject.hex() for subject in found.subjects],
            }
            for entry, found in batch.disclosures
        ]
        await self._connection.execute(WRITE, _json(batch.entries), _json(disclosures), timeout=self._patience)


def unavailable(detail: str) -> NotServed:
    """The one error of the journal: nothing leaves."""
    return NotServed(
        "JOURNAL_UNAVAILABLE",
        "Le journal des accès n'est pas disponible : aucune donnée n'est envoyée. Réessayez dans un instant.",
        detail,
    )


def _json(rows: Sequence[object]) -> str:
    return orjson.dumps(rows).decode()
