"""Group commit: the entries of all requests of one moment go out in one transaction, and only disclosures are awaited.

docs/policy.md#journal. If an entry can't be written, the answer is 503 and not a byte of it is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from logging import getLogger

import asyncpg

from hub.errors import NotServed
from hub.journal.record import Disclosure, Entry
from hub.journal.signing import Signer
from hub.journal.write.stream_writer import Writer
from hub.journal.write.unsigned_streams import left_open

log = getLogger(__name__)
RECONNECT_SECONDS = 1.0
"""Within this time a lost connection is made again, though nobody asks anything: who is not ready is not asked."""
CHECKPOINT_SECONDS = 5.0
"""Longest that committed entries of a living process wait for a checkpoint that covers them."""


@dataclass(slots=True)
class _Batch:
    entries: list[tuple[Entry, Sequence[Disclosure]]] = field(default_factory=list)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)
    over: bool = False
    failed: bool = True  # until the commit has returned: whatever else ends a write is a failure
    late: asyncio.TimerHandle | None = None

    async def ended(self) -> None:
        """Return once its write has ended, well or not, or should have."""
        if not self.over:
            self.waiting.append(waiter := asyncio.get_running_loop().create_future())
            await waiter

    def end(self) -> None:
        """Let nobody wait any longer."""
        self.over = True
        if self.late is not None:
            self.late.cancel()
        for waiter in self.waiting:
            if not waiter.done():
                waiter.set_result(None)


class Journal:
    """The writer of one process: `intend` at once, `disclose` before the first byte.

    `dsn` gives the address of the database for the writing role, and for the reading one, which finds what a killed
    process left without a last checkpoint.
    """

    def __init__(self, dsn: Callable[[str], str], signer: Signer, patience: float = 5.0) -> None:
        self._dsn, self._signer, self._patience = dsn, signer, patience
        self._writer: Writer | None = None
        self._batch = _Batch()
        self._idle: asyncio.Future[None] | None = None
        self._tick: asyncio.TimerHandle | None = None
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._checkpoint_at = 0.0

    async def start(self) -> None:
        """Connect, open a stream and begin to write; raises NotServed if the journal can't be reached."""
        try:
            writer = await self._opened()
            await writer.sign(await left_open(self._dsn("journal_reader"), self._patience))
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            raise unavailable("the journal's database can't be reached") from error
        self._task = asyncio.create_task(self._write_forever())
        self._ring()

    @property
    def writing(self) -> bool:
        """Whether the last batch was written; until the first, whether the connection stands."""
        return self._writer is not None and not self._writer.connection.is_closed()

    async def stop(self) -> None:
        """Write what is pending, sign the end of the stream, then close."""
        if self._task is not None:
            self._stopping = True
            self._wake()
            await asyncio.wait({self._task}, timeout=2 * self._patience)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._tick is not None:
            self._tick.cancel()
        if self._writer is not None:
            try:
                await self._writer.close()
            except Exception as error:  # the stream stays open, as after a kill
                self._left(error)

    def intend(self, entry: Entry) -> _Batch:
        """Queue an intent; the returned receipt goes to `disclose`."""
        return self._add(entry, ())

    async def disclose(self, receipt: _Batch, entry: Entry, rows: Sequence[Disclosure]) -> None:
        """Return once intent and disclosure are committed; raises NotServed (JOURNAL_UNAVAILABLE) otherwise."""
        batch = self._add(entry, rows)
        await batch.ended()
        await receipt.ended()
        if batch.failed or receipt.failed:
            raise unavailable("the entry was not committed, or not in time")

    def _add(self, entry: Entry, rows: Sequence[Disclosure]) -> _Batch:
        """Put an entry into the batch; the first one begins the time in which all of it must be committed."""
        batch = self._batch
        batch.entries.append((entry, rows))
        if batch.late is None:
            batch.late = asyncio.get_running_loop().call_later(self._patience, batch.end)
            self._wake()
        return batch

    def _wake(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _ring(self) -> None:
        """Wake the writer from time to time, whatever comes."""
        self._wake()
        self._tick = asyncio.get_running_loop().call_later(RECONNECT_SECONDS, self._ring)

    async def _write_forever(self) -> None:
        while self._batch.entries or not self._stopping:
            if not self._batch.entries:
                self._idle = asyncio.get_running_loop().create_future()
                await self._idle
            if self._batch.entries or not self.writing:
                await self._write()
            await self._tend()

    async def _write(self) -> None:
        batch, self._batch = self._batch, _Batch()
        try:
            writer = await self._opened()
            if batch.entries:
                await writer.write(batch.entries)
            batch.failed = False
        except Exception as error:  # whatever it is, this batch is not written, and the next one must be
            self._left(error)
        finally:
            batch.end()

    async def _opened(self) -> Writer:
        """The writer; another one, with another stream, after a failure."""
        if self._writer is None or self._writer.connection.is_closed():
            self._writer = await Writer.open(self._dsn("journal_writer"), self._signer, self._patience)
            self._checkpoint_at = asyncio.get_running_loop().time() + CHECKPOINT_SECONDS
        return self._writer

    async def _tend(self) -> None:
        """Sign, when it is due, how far the stream has come."""
        now = asyncio.get_running_loop().time()
        if self._writer is None or now < self._checkpoint_at:
            return
        self._checkpoint_at = now + CHECKPOINT_SECONDS
        try:
            await self._writer.pass_by()
        except Exception as error:  # the stream ends here; what it holds stays verifiable
            self._left(error)

    def _left(self, error: Exception) -> None:
        log.error("journal not written: %s", type(error).__name__)
        if self._writer is not None:
            self._writer.abandon()
            self._writer = None


def unavailable(detail: str) -> NotServed:
    """The one error of the journal: nothing leaves."""
    return NotServed(
        "JOURNAL_UNAVAILABLE",
        "Le journal des accès n'est pas disponible : aucune donnée n'est envoyée. Réessayez dans un instant.",
        detail,
    )
