"""Group commit: concurrent requests share one transaction, and only disclosures wait for it.

docs/policy.md#journal. If an entry can't be written, the answer is 503 and not a byte of it is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from logging import getLogger
from typing import NamedTuple, TypeAlias

import asyncpg

from hub.errors import NotServed
from hub.journal.record import Disclosure, Entry
from hub.journal.signing import Signer
from hub.journal.write.outside_copies import Keep, keep_nothing
from hub.journal.write.stream_writer import NotWritten, Writer
from hub.journal.write.unsigned_streams import unsigned_ends

log = getLogger(__name__)
RECONNECT_SECONDS = 1.0
"""Interval at which a lost connection is retried even without requests: a hub that is not ready gets none."""
CHECKPOINT_SECONDS = 5.0
"""Longest time until a checkpoint covers the committed entries of a running process."""
GATHER_SECONDS = 0.002
"""How long entries wait for others, where several requests are under way: a batch costs hardly more than an entry."""


Entries: TypeAlias = list[tuple[Entry, Sequence[Disclosure]]]


class JournalBacklog(NamedTuple):
    """What a journal has before it: entries that no commit has yet, the seconds that the oldest of them waits, and
    committed entries that no checkpoint covers."""

    waiting: int
    lag: float
    unsigned: int


@dataclass(slots=True)
class _Batch:
    entries: Entries = field(default_factory=list)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)
    finished: bool = False
    failed: bool = True  # until the commit returns
    timeout: asyncio.TimerHandle | None = None
    began: float = 0.0

    async def ended(self) -> None:
        """Return once the write has ended, successfully or not, or has run out of time."""
        if not self.finished:
            self.waiting.append(waiter := asyncio.get_running_loop().create_future())
            await waiter

    def end(self) -> None:
        """Release all that wait for the write."""
        self.finished = True
        if self.timeout is not None:
            self.timeout.cancel()
        for waiter in self.waiting:
            if not waiter.done():
                waiter.set_result(None)


class Journal:
    """The journal of one process: `intend` queues, `disclose` waits for the commit before the first byte leaves.

    `dsn` gives the database address of the writing role, and of the reading role, which finds streams that a killed
    process left without a last checkpoint; `keep` takes each checkpoint, to send it elsewhere.
    """

    def __init__(
        self, dsn: Callable[[str], str], signer: Signer, patience: float = 5.0, keep: Keep = keep_nothing
    ) -> None:
        self._dsn, self._signer, self._patience, self._keep = dsn, signer, patience, keep
        self._writer: Writer | None = None
        self._batch = _Batch()
        self._written: _Batch | None = None
        self._idle: asyncio.Future[None] | None = None
        self._tick: asyncio.TimerHandle | None = None
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._checkpoint_at = 0.0

    async def start(self) -> None:
        """Connect, open a stream and start writing; raises NotServed if the journal can't be reached."""
        try:
            await self._open_writer()
        except (OSError, asyncpg.PostgresError, TimeoutError, NotWritten) as error:
            raise unavailable("the journal's database can't be reached") from error
        self._task = asyncio.create_task(self._write_forever())
        self._tick_again()

    @property
    def writing(self) -> bool:
        """Whether the last batch was written, or before the first, whether the connection is open."""
        return self._writer is not None and not self._writer.connection.is_closed()

    @property
    def backlog(self) -> JournalBacklog:
        """What the journal has before it now."""
        batches = [batch for batch in (self._written, self._batch) if batch is not None and batch.entries]
        lag = asyncio.get_running_loop().time() - batches[0].began if batches else 0.0
        unsigned = 0 if self._writer is None else self._writer.unsigned
        return JournalBacklog(sum(len(batch.entries) for batch in batches), lag, unsigned)

    async def probe(self) -> None:
        """Raise NotServed if the last batch was not written."""
        if not self.writing:
            raise unavailable("the journal has no open stream")

    async def stop(self) -> None:
        """Write pending entries, sign the end of the stream, then close."""
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
                self._abandon(error)

    def intend(self, entry: Entry) -> _Batch:
        """Queue an intent; the returned receipt goes to `disclose`."""
        return self._add(entry, ())

    async def committed(self, receipt: _Batch) -> None:
        """Return once an intent is committed; raises NotServed (JOURNAL_UNAVAILABLE) otherwise."""
        await receipt.ended()
        if receipt.failed:
            raise unavailable("the intent was not committed, or not in time")

    async def disclose(self, receipt: _Batch, entry: Entry, rows: Sequence[Disclosure]) -> None:
        """Return once intent and disclosure are committed; raises NotServed (JOURNAL_UNAVAILABLE) otherwise."""
        batch = self._add(entry, rows)
        await batch.ended()
        await receipt.ended()
        if batch.failed or receipt.failed:
            raise unavailable("the entry was not committed, or not in time")

    def _add(self, entry: Entry, rows: Sequence[Disclosure]) -> _Batch:
        """Add an entry to the batch; the first one starts the timeout of its commit."""
        batch = self._batch
        batch.entries.append((entry, rows))
        if batch.timeout is None:
            loop = asyncio.get_running_loop()
            batch.began, batch.timeout = loop.time(), loop.call_later(self._patience, batch.end)
            self._wake()
        return batch

    def _wake(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _tick_again(self) -> None:
        """Wake the writer at intervals."""
        self._wake()
        self._tick = asyncio.get_running_loop().call_later(RECONNECT_SECONDS, self._tick_again)

    async def _write_forever(self) -> None:
        written = 0
        while self._batch.entries or not self._stopping:
            if not self._batch.entries:
                self._idle = asyncio.get_running_loop().create_future()
                await self._idle
            elif written + len(self._batch.entries) > 2:  # of more than one request, which has an intent and its end
                await asyncio.sleep(GATHER_SECONDS)
            written = len(self._batch.entries)
            if self._batch.entries or not self.writing:
                await self._write()
            await self._sign_if_due()

    async def _write(self) -> None:
        batch, self._batch = self._batch, _Batch()
        self._written = batch
        try:
            await self._commit(batch.entries)
            batch.failed = False
        except Exception as error:  # the batch is lost, and the next one gets another stream
            self._abandon(error)
        finally:
            self._written = None
            batch.end()

    async def _commit(self, entries: Entries) -> None:
        """Write entries in one transaction, if there are any; in any case the connection is open then."""
        writer = await self._open_writer()
        if entries:
            await writer.write(entries)

    async def _open_writer(self) -> Writer:
        """The writer, or after a failure another one with another stream, which signs the end of the one before."""
        if self._writer is None or self._writer.connection.is_closed():
            ends = await unsigned_ends(self._dsn("journal_reader"), self._signer, self._patience)
            self._writer = await Writer.open(
                self._dsn("journal_writer"), self._signer, self._patience, ends, self._keep
            )
            self._checkpoint_at = asyncio.get_running_loop().time() + CHECKPOINT_SECONDS
        return self._writer

    async def _sign_if_due(self) -> None:
        """Sign a checkpoint of the stream if it is due."""
        now = asyncio.get_running_loop().time()
        if self._writer is None or now < self._checkpoint_at:
            return
        self._checkpoint_at = now + CHECKPOINT_SECONDS
        try:
            await self._writer.pass_by()
        except Exception as error:  # the stream is abandoned, and stays verifiable
            self._abandon(error)

    def _abandon(self, error: Exception) -> None:
        log.error("journal not written: %s", type(error).__name__)
        if self._writer is not None:
            self._writer.abandon()
            self._writer = None


def unavailable(detail: str) -> NotServed:
    """The error of a journal that does not work, with which no answer leaves."""
    return NotServed(
        "JOURNAL_UNAVAILABLE",
        "Le journal des accès n'est pas disponible : aucune donnée n'est envoyée. Réessayez dans un instant.",
        detail,
    )
