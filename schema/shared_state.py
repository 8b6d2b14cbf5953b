"""What the processes of an installation know together: the uses of limits, the nonces of signed contexts, who is
revoked, and texts that one of them has got.

`schema.local_state` holds it for one process alone, `infra.shared_state` on a Valkey or Redis server for all of them
(decision 0138). Limits are leaky buckets: what is used leaks evenly over a window. `now` is Unix seconds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from math import ceil, inf, isfinite
from typing import NamedTuple, Protocol

from schema.confidential import confidential
from schema.context import LIFETIME

LONGEST_WINDOWS = 10
"""The most windows that a bucket can take to empty."""
NONCE_SECONDS = LIFETIME + 6
"""A context is taken from five seconds before its issue to its expiry."""


RETRY_SECONDS = 5
"""Seconds after which what the shared state guards may be asked for again."""


class SharedStateGone(Exception):
    """What only the shared state can tell is asked for while it can't be reached."""

    code = "SHARED_STATE_GONE"


class Use(NamedTuple):
    """The use of one bucket: `weight` of its `capacity`, which leaks in a window of `seconds`."""

    kind: str
    name: str
    weight: float
    capacity: int
    seconds: int

    @property
    def rate(self) -> float:
        """What leaks in a second."""
        return self.capacity / max(self.seconds, 1)


class Figures(NamedTuple):
    """A process counts its round trips to the server, the commands in them, and each loss of it by its cause."""

    trips: int
    commands: int
    losses: Mapping[str, int]


@confidential
class DatedText(NamedTuple):
    """A text, and when it was made, in Unix seconds."""

    text: bytes
    at: int


class SharedState(Protocol):
    """What the processes know together.

    While it can't be reached, `is_open` is false: limits go on in each process, and `first` raises SharedStateGone.
    `is_current` is false once nobody can tell any more who is revoked.
    """

    @property
    def is_open(self) -> bool:
        """Whether the state is reached."""
        ...

    @property
    def is_current(self) -> bool:
        """Whether it is known who is revoked."""
        ...

    @property
    def figures(self) -> Figures | None:
        """What was asked of the server; None without one."""
        ...

    def running(self) -> AbstractAsyncContextManager[object]:
        """The life of the state in this process."""
        ...

    def revoked(self, names: Iterable[str]) -> bool:
        """Whether one of these is revoked."""
        ...

    async def take(self, uses: Sequence[Use], now: int, looks: Sequence[Use] = ()) -> list[float]:
        """The excess of each use over its capacity, those that are only looked at last; unless one of `uses` exceeds,
        all of them are added."""
        ...

    async def add(self, uses: Sequence[Use], now: int) -> list[float]:
        """Add to buckets, or take back where the weight is negative; return their levels."""
        ...

    async def first(self, nonce: str, issued: int, now: int) -> bool:
        """Remember the nonce of a context of this time of issue, and return whether it is new."""
        ...

    async def text(self, name: str) -> str | None:
        """The text that another process has kept under this name; None without one."""
        ...

    async def keep(self, name: str, text: str) -> None:
        """Keep a text for the other processes, as long as there is room."""
        ...

    async def once(self, name: str, after: int, now: int, make: Callable[[], Awaitable[bytes]]) -> DatedText:
        """A text made after that time; one process makes it at a time, and the others wait for it."""
        ...


class Buckets:
    """Leaky buckets of one kind, one per name, of `capacity` uses in a window of `seconds`."""

    def __init__(self, state: SharedState, kind: str, capacity: int, seconds: int) -> None:
        self.capacity, self._state, self._kind, self._seconds = capacity, state, kind, seconds

    def use(self, name: str, weight: float = 1.0) -> Use:
        """A use of the bucket of this name."""
        return Use(self._kind, name, weight, self.capacity, self._seconds)

    def uses(self, count: int, limits: Mapping[str, int]) -> list[Use]:
        """`count` uses of each bucket, when the limit of its name fills it."""
        capacity = self.capacity
        return [
            self.use(name, count * capacity / limit if limit > 0 < capacity else inf)
            for name, limit in limits.items()
            if count
        ]

    async def excess(self, uses: Sequence[Use], now: int) -> float:
        """Add these uses unless one exceeds its capacity; return the largest excess."""
        return max(await self._state.take(uses, now)) if uses else 0.0

    async def add(self, uses: Sequence[Use], part: float, now: int) -> list[float]:
        """Add this part of the uses; a negative part takes it back. Return the levels."""
        parts = [use._replace(weight=use.weight * part) for use in uses]
        return await self._state.add(parts, now) if part and parts else []

    def wait(self, excess: float) -> int:
        """Seconds until this excess has leaked."""
        rate = self.use("").rate
        return ceil(excess / rate) if rate and isfinite(excess) else self._seconds
