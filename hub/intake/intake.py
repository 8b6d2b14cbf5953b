"""Takes notifications: proves who sends, then queues each for its source, in bounds."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from hub.errors import HubError
from hub.ingest import find_source, take_notifications
from hub.intake.queue import SenderQueue, busy
from hub.intake.sender_settings import SenderSettings
from hub.intake.senders import Senders, intake_roles
from hub.intake.spool import Spool
from hub.runs.quarantine import Seal, expiring
from infra.connecting import connect
from infra.keys import Keys
from infra.role_names import QUARANTINE_WRITER
from infra.roles import Dsn
from subgraphs.kit.ingest.ingestion_report import Report
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.kit.readiness import Readiness

LARGEST_SUM = 64 * 1024 * 1024
"""Most bytes of all notifications that wait."""
READERS = 2
"""Senders whose notifications are read at once."""


class Intake:
    """The senders of the settings, each with its queue, while `running`; `readiness` probes the roles that write."""

    def __init__(
        self,
        rows: Sequence[SenderSettings],
        keys: Keys,
        dsn: Dsn,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._senders, self._keys, self._dsn, self._clock = Senders(rows, keys), keys, dsn, clock
        self._seal = Seal(keys.quarantine)
        self._queues: dict[tuple[str, str], SenderQueue] = {}
        self._bytes = 0
        self.readiness = Readiness({role: partial(_probe, dsn(role)) for role in intake_roles(rows)})
        self.refused = Counter[str]()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read what comes, until the server has answered all of it."""
        turn = asyncio.Semaphore(READERS)
        with Spool() as spool:
            self._queues = {
                address: SenderQueue(sender, partial(self._read, sender.source), spool, turn)
                for address, sender in self._senders.by_address.items()
            }
            tasks = [asyncio.create_task(queue.run()) for queue in self._queues.values()]
            try:
                async with expiring(self._dsn(QUARANTINE_WRITER)):
                    yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def take(self, source: str, organisation: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Return once the notification is committed; raises HubError with a stable code."""
        try:
            sender, document = self._senders.prove(source, organisation, body, headers, self._clock())
            if self._bytes + len(body) > LARGEST_SUM:
                raise busy()
        except HubError as error:
            self.refused[error.code] += 1
            raise
        self._bytes += len(body)
        try:
            await self._queues[sender.source, sender.organisation].put(document)
        finally:
            self._bytes -= len(body)

    def queues(self) -> Mapping[tuple[str, str], SenderQueue]:
        """The queues by source and organisation, for the metrics."""
        return self._queues

    async def _read(self, source: str, paths: Sequence[Path], options: Options) -> Report:
        return await take_notifications(find_source(source, self._keys), paths, options, self._dsn, self._seal)


async def _probe(dsn: str) -> None:
    connection = await connect(dsn)
    try:
        await connection.execute("SELECT 1")
    finally:
        await connection.close()
