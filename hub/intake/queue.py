"""The queue of one sender: notifications are read in order, by batches, and each is answered once it is committed."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from hub.errors import HubError, NotServed
from hub.intake.senders import Sender, malformed
from hub.intake.spool import Spool
from subgraphs.kit.ingest.ingestion_report import Report
from subgraphs.kit.ingest.unit_of_work import Options

log = logging.getLogger(__name__)
BATCH = 100
"""Most notifications that one reading of a source takes; fewer than refusals that a report keeps in detail."""
BATCH_BYTES = 16 * 1024 * 1024
"""Bytes of their bodies, beyond which a batch takes no more."""
RETRY_AFTER = 30
"""Seconds after which a sender may try again."""

Read: TypeAlias = "Callable[[Sequence[object], Options], Awaitable[Report]]"
"""Reads files by the source of a sender."""


@dataclass(slots=True, repr=False)
class Notification:
    """A proven notification on its way to its source; `outcome` holds None once it is committed, or the error."""

    body: bytes
    outcome: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class SenderQueue:
    """Takes notifications of one sender; `turn` bounds how many queues read at once."""

    def __init__(self, sender: Sender, read: Read, spool: Spool, turn: asyncio.Semaphore) -> None:
        self.sender, self._read, self._spool, self._turn = sender, read, spool, turn
        self._waiting = deque[Notification]()
        self._wake = asyncio.Event()
        self.outcomes = Counter[str]()

    def __len__(self) -> int:
        return len(self._waiting)

    async def put(self, body: bytes) -> None:
        """Return once the notification is committed; raises HubError: WEBHOOK_BUSY, or the refusal of its source."""
        if len(self._waiting) >= self.sender.waiting:
            raise busy()
        notification = Notification(body)
        self._waiting.append(notification)
        self._wake.set()
        await asyncio.shield(notification.outcome)

    async def run(self) -> None:
        """Read what waits, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                async with self._turn:
                    await self._settle(self._next_batch())

    def _next_batch(self) -> list[Notification]:
        """The notifications at the head of the queue."""
        batch = [self._waiting.popleft()]
        size = len(batch[0].body)
        while self._waiting:
            size += len(self._waiting[0].body)
            if len(batch) >= BATCH or size > BATCH_BYTES:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _settle(self, batch: Sequence[Notification]) -> None:
        """Read the batch and answer each of it. What an unforeseen error breaks is read again one by one, so that one
        notification does not refuse its neighbours."""
        try:
            refusals = await self._refusals(batch)
        except HubError as error:
            refusals = dict.fromkeys(range(len(batch)), error)
        except Exception as error:  # the last line of defence: nothing of its text may leave
            if len(batch) > 1:
                for notification in batch:
                    await self._settle([notification])
                return
            log.error("unforeseen %s while %s was read", type(error).__name__, self.sender.source)
            refusals = {0: _broken()}
        for number, notification in enumerate(batch):
            refusal = refusals.get(number)
            self.outcomes["taken" if refusal is None else refusal.code] += 1
            if notification.outcome.cancelled():
                continue
            if refusal is None:
                notification.outcome.set_result(None)
            else:
                notification.outcome.set_exception(refusal)
                notification.outcome.exception()  # whoever waited may have gone

    async def _refusals(self, batch: Sequence[Notification]) -> dict[int, HubError]:
        """The errors of those that were not taken, by their number in the batch."""
        names = [f"notification-{number:06}.json" for number in range(len(batch))]
        documents = [(name, notification.body) for name, notification in zip(names, batch, strict=True)]
        with self._spool.files(documents) as paths:
            report = await self._read(paths, replace(self.sender.options, proven=True))
        numbers = {name: number for number, name in enumerate(names)}
        return {numbers[refusal.file]: malformed(refusal.code, refusal.path) for refusal in report.refusals}


def busy() -> NotServed:
    """The refusal of what can't wait here."""
    return NotServed(
        "WEBHOOK_BUSY",
        "Trop de notifications attendent : renvoyez celle-ci plus tard.",
        "the queue is full",
        extensions={"retryAfter": RETRY_AFTER},
    )


def _broken() -> NotServed:
    return NotServed(
        "INTERNAL_ERROR",
        "Une erreur interne est survenue : donnez l'identifiant de trace au support.",
        "unforeseen error",
        http_status=500,
    )
