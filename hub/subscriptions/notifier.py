"""Notifies subscribers, each in the order of the changes: what one did not take is computed anew and sent again."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from hub.changes.wake import Wakes
from hub.errors import HubError, RequestRefused, StartRefused
from hub.identity.revocations import check_standing
from hub.request_limit import RequestCount
from hub.subscriptions.delivery import GONE, NotDelivered, Sender
from hub.subscriptions.notification_settings import Patience
from hub.subscriptions.rounds import Round, Rounds
from hub.subscriptions.standing import Standings
from hub.subscriptions.store import LockedSubscription, Subscription, SubscriptionStore
from hub.subscriptions.terms import Terms, TermsSeal
from schema.shared_state import SharedState

log = logging.getLogger(__name__)
LOOK = 30.0
"""Most seconds between two looks at what is to be tried again."""
SHORTEST = 0.01
DOUBLINGS = 30
OWN_FAULT = 2.0
"""Seconds before another try, which double up to `LOOK`, where the failure is not the subscriber's."""


class Notifier:
    """Calls the subscribers of a store while `running`; `outcomes` counts what became of notifications, by code."""

    def __init__(
        self,
        wakes: Wakes,
        seal: TermsSeal,
        standings: Standings,
        rounds: Rounds,
        sender: Sender,
        request_count: RequestCount,
        patience: Patience,
        clock: Callable[[], int],
        state: SharedState,
    ) -> None:
        self._wakes, self._seal, self._standings, self._rounds = wakes, seal, standings, rounds
        self._sender, self._count, self._patience, self._clock = sender, request_count, patience, clock
        self._state = state
        self._at_once = asyncio.Semaphore(patience.at_once)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._look = asyncio.Event()
        self.outcomes = Counter[str]()

    @asynccontextmanager
    async def running(self, pool: asyncpg.Pool[asyncpg.Record]) -> AsyncIterator[None]:
        """Notify meanwhile."""
        task = asyncio.create_task(self._notify_forever(SubscriptionStore(pool)))
        try:
            yield
        finally:
            task.cancel()
            tasks = [task, *self._tasks.values()]
            for under_way in tasks:
                under_way.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _notify_forever(self, store: SubscriptionStore) -> None:
        changed = self._wakes.next
        everyone, is_first, pause = True, True, 0.0
        while True:
            self._look.clear()
            try:
                if is_first:
                    await store.recall()
                    is_first = False
                for number in await store.due(changed=everyone):
                    self._start(store, number)
                pause = await store.seconds_to_next() or LOOK
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("subscriptions can't be read: %s", type(error).__name__)
                pause = OWN_FAULT
            await self._woken(changed, min(max(pause, SHORTEST), LOOK))
            everyone = changed.is_set() or pause == OWN_FAULT
            changed = self._wakes.next

    async def _woken(self, changed: asyncio.Event, seconds: float) -> None:
        """Return after so many seconds, a change, or the end of what a subscriber was told."""
        waiting = [asyncio.ensure_future(event.wait()) for event in (changed, self._look)]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    def _start(self, store: SubscriptionStore, number: int) -> None:
        """Notify a subscriber; once more after that, if it is being notified already."""
        if number in self._tasks:
            self._again.add(number)
            return
        task = asyncio.create_task(self._notify(store, number))
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._end(store, number))

    def _end(self, store: SubscriptionStore, number: int) -> None:
        task = self._tasks.pop(number)
        self._look.set()
        if not task.cancelled() and number in self._again:
            self._again.discard(number)
            self._start(store, number)

    async def _notify(self, store: SubscriptionStore, number: int) -> None:
        """Tell a subscriber all that there is, unless another worker does or it fails."""
        pause = OWN_FAULT
        while True:
            try:
                async with self._at_once, store.locked(number) as locked:
                    while locked is not None and await self._step(locked):
                        pass
                return
            except Exception as error:  # the hub's own fault: nothing is lost, the cursor stays
                code = error.code if isinstance(error, HubError) else type(error).__name__
                log.error("subscription %d was not served: %s", number, code)
                self.outcomes["HUB"] += 1
            await asyncio.sleep(pause)
            pause = min(2 * pause, LOOK)

    async def _step(self, locked: LockedSubscription) -> bool:
        """One round; whether another one follows at once."""
        subscription, now = await locked.read(), self._clock()
        if subscription is None:
            return False
        if now >= subscription.ends_at.timestamp():
            await locked.stop(subscription.id, "ENDED", "SUBSCRIPTION_ENDED")
            return False
        try:
            terms = self._seal.open(subscription.id, subscription.sealed)
            standing = await self._standings.of(terms, now, own=subscription.own)
            check_standing(standing.caller.actor, self._state)
            await self._count.charge(standing.caller.actor, now)
        except (RequestRefused, StartRefused) as refused:
            if (wait := refused.extensions.get("retryAfter")) is not None:
                await locked.postpone(subscription.id, float(wait))
                return False
            await locked.stop(subscription.id, "SUSPENDED", refused.code, self._patience.longest_retry_seconds)
            return False
        if subscription.state == "SUSPENDED":
            await locked.revive(subscription.id)
        following = await self._rounds.next(subscription, terms, standing)
        return await self._delivered(locked, subscription, terms, following)

    async def _delivered(
        self, locked: LockedSubscription, subscription: Subscription, terms: Terms, following: Round
    ) -> bool:
        """Send the message of a round, if any, and note the outcome; return whether another round follows at once."""
        if following.message is not None:
            try:
                await self._sender.send(following.message, terms, self._clock())
            except NotDelivered as failure:
                self.outcomes[failure.code] += 1
                await self._failed(locked, subscription, failure)
                return False
            self.outcomes["DELIVERED"] += 1
        await locked.advance(subscription.id, following.cursor, delivered=following.message is not None)
        return following.more

    async def _failed(self, locked: LockedSubscription, subscription: Subscription, failure: NotDelivered) -> None:
        patience = self._patience
        pause = patience.retry_seconds * 2 ** min(subscription.failures, DOUBLINGS)
        seconds = max(min(pause, patience.longest_retry_seconds) * random.uniform(0.5, 1.0), failure.wait)  # noqa: S311 - jitter
        failing = await locked.fail(subscription.id, failure.code, seconds)
        if failure.code == GONE or failing >= patience.suspend_seconds:
            await locked.stop(subscription.id, "SUSPENDED", failure.code)
