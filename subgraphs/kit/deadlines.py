"""Time limits of tasks, all under one timer of the event loop, since a timer per task is expensive."""

from __future__ import annotations

import asyncio
from types import TracebackType


class Deadlines:
    """The time limits of one event loop."""

    def __init__(self) -> None:
        self._open: set[Deadline] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._rings = 0.0

    def within(self, seconds: float) -> Deadline:
        """Return a context manager that cancels the current task after `seconds` and raises TimeoutError, as
        `asyncio.timeout` does."""
        return Deadline(self, seconds)

    def begin(self, bound: Deadline) -> None:
        """Start watching a deadline."""
        self._open.add(bound)
        if self._timer is None or bound.end < self._rings:
            self._set(bound.end)

    def finish(self, bound: Deadline) -> None:
        """Stop watching a deadline."""
        self._open.discard(bound)
        if not self._open and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings = at
        self._timer = asyncio.get_running_loop().call_at(at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        now = max(self._rings, asyncio.get_running_loop().time())
        for bound in [bound for bound in self._open if bound.end <= now]:
            self._open.discard(bound)
            bound.expire()
        if self._open:
            self._set(min(bound.end for bound in self._open))


class Deadline:
    """The time limit of one task."""

    __slots__ = ("_cancelling", "_deadlines", "_passed", "_task", "end")

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        self._deadlines, self._task, self._cancelling = deadlines, task, task.cancelling()
        self._passed = False
        self.end = loop.time() + seconds

    def expire(self) -> None:
        """Cancel the task: its time is over."""
        self._passed = True
        self._task.cancel()

    def __enter__(self) -> None:
        self._deadlines.begin(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadlines.finish(self)
        if self._passed and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
