"""One thread for work that takes the processor, in which clients take turns.

Each client has a short queue of its own, and the queues are served one after the other: whoever sends much waits for
itself. The parts of work are bounded by their own budgets, so that no turn is long.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeAlias, TypeVar

from hub.collector import collect_young
from hub.errors import NotServed
from hub.federation.errors import OperationRefused
from hub.stack_room import with_room
from hub.wording.engine import refusal

MOST_OF_CLIENT = 20
"""Most parts of work that may wait of one client: some two seconds of it."""

MOST_WAITING = 500
"""Most parts of work that may wait of all clients."""

ResultT = TypeVar("ResultT")
_Job: TypeAlias = tuple[asyncio.Future[Any], Callable[[], Any]]


class FairWorker:
    """Runs work in its thread, called from the event loop; a result is waited for no longer than `seconds`."""

    def __init__(self, name: str, seconds: float) -> None:
        self.seconds = seconds
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._queues: OrderedDict[str, deque[_Job]] = OrderedDict()
        self._running: Future[Any] | None = None

    @property
    def waiting(self) -> int:
        """How many parts of work wait for their turn."""
        return sum(map(len, self._queues.values()))

    def run(self, client: str, work: Callable[..., ResultT], *arguments: Any) -> asyncio.Future[ResultT]:
        """The result of the work, once it is the client's turn; a result that is cancelled before is never made. Raises
        NotServed (PREPARATION_BUSY) if the client, or all together, have too much in the queue."""
        queue = self._queues.get(client, ())
        if len(queue) >= MOST_OF_CLIENT or self.waiting >= MOST_WAITING:
            raise NotServed(
                "PREPARATION_BUSY",
                "Trop de documents nouveaux attendent leur préparation : réessayez dans quelques secondes, et envoyez "
                "les mêmes documents d'une requête à l'autre.",
                "too many documents wait to be prepared",
            )
        return self.run_admitted(client, work, *arguments)

    def run_admitted(self, client: str, work: Callable[..., ResultT], *arguments: Any) -> asyncio.Future[ResultT]:
        """As `run`, for a request whose turn has come before: its further work waits however much waits already."""
        future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        future.add_done_callback(partial(self._forget_cancelled, client))
        job = future, partial(_work, copy_context().run, with_room, work, *arguments)
        self._queues.setdefault(client, deque()).append(job)
        self._start_next()
        return future

    async def result(self, future: asyncio.Future[ResultT]) -> ResultT:
        """The result; raises NotServed (PLAN_DEADLINE) if it does not come in time, and then it is cancelled."""
        try:
            async with asyncio.timeout(self.seconds):
                return await future
        except TimeoutError:
            raise refusal(OperationRefused("PLAN_DEADLINE", "no turn before the request's deadline")) from None

    def _start_next(self) -> None:
        """Start the first job of the client whose turn it is, if none runs."""
        if not self._queues or (self._running is not None and not self._running.done()):
            return
        client, queue = self._queues.popitem(last=False)
        future, work = queue.popleft()
        if queue:
            self._queues[client] = queue
        loop = future.get_loop()
        self._running = self._executor.submit(work)
        self._running.add_done_callback(lambda work_future: _in_loop(loop, partial(self._finish, future, work_future)))

    def _finish(self, future: asyncio.Future[Any], work_future: Future[Any]) -> None:
        error = work_future.exception()
        if not future.done():
            if error is None:
                future.set_result(work_future.result())
            else:
                future.set_exception(error)
        self._start_next()

    def _forget_cancelled(self, client: str, future: asyncio.Future[Any]) -> None:
        """Take work that nobody waits for any more out of the queue."""
        queue = self._queues.get(client)
        if future.cancelled() and queue is not None:
            remaining = deque(job for job in queue if job[0] is not future)
            if remaining:
                self._queues[client] = remaining
            else:
                del self._queues[client]


def _work(work: Callable[..., ResultT], *arguments: Any) -> ResultT:
    """The result of work that may leave thousands of objects in caches."""
    try:
        return work(*arguments)
    finally:
        collect_young()


def _in_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)
