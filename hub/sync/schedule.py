"""Reads accounts again and again, each at its own rhythm, until asked to stop.

An account's slots lie a whole number of rhythms apart, so that late or long readings move none; each reading begins a
little after its slot, by chance, so that accounts don't ask at once. Slots, failures and rests are in the database
(`SyncState`): a restart goes on where the last process was. Accounts don't wait for each other, but those of one source
take turns.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric

from hub.database_refusals import database_refusals
from hub.errors import HubError, StartRefused
from hub.ingest import summary
from hub.runs.quarantine import expiring
from hub.runs.status_texts import codes_text, duration
from hub.sync.link_settings import SyncLink
from hub.sync.run import STOPPED, SyncRun, sync
from hub.sync.sync_state import SyncState
from infra.keys import Keys
from infra.role_names import QUARANTINE_WRITER, RUNS_WRITER
from infra.roles import Dsn
from schema.days import PARIS

log = logging.getLogger(__name__)
JITTER_PART, LONGEST_JITTER = 0.1, 60.0
"""The most that a reading begins after its slot: a part of the rhythm, and seconds."""

Pause = Callable[[asyncio.Event, float], Awaitable[None]]
"""Returns after so many seconds, or once the event is set."""


@dataclass(frozen=True, slots=True, repr=False)
class Scheduled:
    """An account, and the seconds from one of its slots to the next."""

    link: SyncLink
    every: float

    @property
    def name(self) -> str:
        """The source and the account."""
        return f"{self.link.source} ({self.link.account})"


def scheduled(links: Sequence[SyncLink], interval: float | None) -> list[Scheduled]:
    """Each account with its rhythm: `interval`, else that of its row; raises StartRefused (SYNC_EVERY_MISSING)."""
    accounts = []
    for link in links:
        rhythm = interval or link.every
        if rhythm is None:
            raise StartRefused(
                "SYNC_EVERY_MISSING",
                f"Rien ne dit le rythme du compte « {link.account} » de {link.source} : donnez « every » à sa ligne de "
                "[[sync]], ou « --every ».",
                "no rhythm",
            )
        accounts.append(Scheduled(link, rhythm))
    return accounts


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so many seconds, or until the event is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


class Schedule:
    """The readings of these accounts, as `dsn` reaches the database; `say` is given one line per reading.

    `outcomes` counts readings by source and code: COMPLETE, INCOMPLETE, or that of an error. `chance` draws from 0 to
    1, `pause` waits: tests bring their own."""

    def __init__(
        self,
        accounts: Sequence[Scheduled],
        keys: Keys,
        dsn: Dsn,
        say: Callable[[str], None],
        *,
        chance: Callable[[], float] = random.random,
        pause: Pause = pause,
    ) -> None:
        self._accounts, self._keys, self._dsn, self._say = accounts, keys, dsn, say
        self._chance, self._pause = chance, pause
        self.outcomes = Counter[tuple[str, str]]()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set: a reading under way then ends after its page, and goes on at the next start."""
        async with expiring(self._dsn(QUARANTINE_WRITER)), asyncio.TaskGroup() as tasks:
            for account in self._accounts:
                tasks.create_task(self._follow(account, stop))

    async def _follow(self, account: Scheduled, stop: asyncio.Event) -> None:
        wait = await self._wait(account)
        while True:
            jitter = self._chance() * min(account.every * JITTER_PART, LONGEST_JITTER) if wait else 0.0
            await self._pause(stop, wait + jitter)
            async with self._turns[account.link.source]:
                if stop.is_set():
                    return
                outcome, settled = await self._read(account, stop)
            wait = await self._wait(account, settled=settled)
            following = "" if stop.is_set() else f" Prochaine lecture dans {duration(wait)}."
            self._say(f"{datetime.now(PARIS):%d/%m/%Y %H:%M:%S} {account.name} : {outcome}{following}")

    async def _wait(self, account: Scheduled, *, settled: bool = True) -> float:
        """Seconds until the next reading. One whose end the database does not know of is tried again after a pause,
        which grows with nothing: it may be the database itself that is away."""
        again = min(account.link.pause, account.every)
        try:
            with database_refusals():
                wait = await self._state(account).wait(account.every)
        except HubError:
            return again
        return wait if settled else max(wait, again)

    async def _read(self, account: Scheduled, stop: asyncio.Event) -> tuple[str, bool]:
        """What came of one reading, in French, and whether the database knows how it ended."""
        source, outcome = account.link.source, "INTERNAL_ERROR"
        try:
            with database_refusals():
                await self._state(account).take_slot(account.every)
            run = await sync(account.link, self._keys, self._dsn, stop=stop)
            outcome = "COMPLETE" if run.report.complete else "INCOMPLETE"
            return _run_text(run), True
        except HubError as error:
            outcome = error.code
            return f"{error.message} [{error.code}]", error.code.startswith("SYNC_") and error.code != STOPPED
        except Exception as error:  # the last line of defence: nothing of its text may be told, other accounts go on
            log.error("unforeseen %s while %s was read", type(error).__name__, source)
            return f"Une erreur interne est survenue : signalez-la à l'équipe du hub. [{outcome}]", False
        finally:
            self.outcomes[source, outcome] += 1

    def _state(self, account: Scheduled) -> SyncState:
        return SyncState(self._dsn(RUNS_WRITER), account.link)


def reading_metrics(outcomes: Mapping[tuple[str, str], int]) -> Iterator[Metric]:
    """How readings ended, by source and code."""
    readings = CounterMetricFamily(
        "spie_sync_readings_total", "Readings of the APIs of sources.", labels=["source", "outcome"]
    )
    for labels, count in sorted(outcomes.items()):
        readings.add_metric(labels, count)
    yield readings


def _run_text(run: SyncRun) -> str:
    refusals = f" ; refus {codes_text(run.report.codes)}" if run.report.codes else ""
    return f"{summary(run.report)}{refusals} ; {run.requests} requêtes."
