"""The shared state (`schema.shared_state`) of a process that is alone, in its memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

from schema.lru import Lru
from schema.shared_state import LONGEST_WINDOWS, NONCE_SECONDS, DatedText, Use

MOST_BUCKETS = 10_000
"""Buckets of one kind that a process keeps, the latest used."""
BUCKET_BYTES = 4 * 1024 * 1024
"""Memory for them."""
MAX_NONCES = 500_000
"""Nonces that a process keeps; a full memory refuses every call, and holds more than a process answers in that time."""


class LocalState:
    """What one process knows alone."""

    is_open = is_current = True
    figures = None

    def __init__(self) -> None:
        self._levels: dict[str, Lru[str, tuple[float, int]]] = {}
        self._young: set[str] = set()
        self._old: set[str] = set()
        self._turn = 0

    def running(self) -> AbstractAsyncContextManager[object]:
        """Nothing begins or ends."""
        return nullcontext()

    def revoked(self, names: Iterable[str]) -> bool:
        """Nobody is: only a shared state can be told."""
        return False

    async def take(self, uses: Sequence[Use], now: int, looks: Sequence[Use] = ()) -> list[float]:
        """See SharedState."""
        excesses = [self._level(use, now) + use.weight - use.capacity for use in (*uses, *looks)]
        if all(excess <= 0 for excess in excesses[: len(uses)]):
            await self.add(uses, now)
        return excesses

    async def add(self, uses: Sequence[Use], now: int) -> list[float]:
        """See SharedState."""
        levels = [
            min(max(self._level(use, now) + use.weight, 0.0), float(use.capacity * LONGEST_WINDOWS)) for use in uses
        ]
        for use, level in zip(uses, levels, strict=True):
            buckets = self._of(use.kind)
            buckets.put(use.name, (level, max(now, (buckets.get(use.name) or (0.0, now))[1])))
        return levels

    async def first(self, nonce: str, issued: int, now: int) -> bool:
        """See SharedState; nonces are kept as long as their context can be valid, in two generations."""
        if now >= self._turn:
            self._old, self._young, self._turn = self._young, set(), now + NONCE_SECONDS
        if nonce in self._young or nonce in self._old or len(self._young) >= MAX_NONCES:
            return False
        self._young.add(nonce)
        return True

    async def text(self, name: str) -> str | None:
        """None: there is no other process."""
        return None

    async def keep(self, name: str, text: str) -> None:
        """Nothing: there is no other process."""

    async def once(self, name: str, after: int, now: int, make: Callable[[], Awaitable[bytes]]) -> DatedText:
        """Make it."""
        return DatedText(await make(), now)

    def _of(self, kind: str) -> Lru[str, tuple[float, int]]:
        """Levels by name, each with its time."""
        if kind not in self._levels:
            self._levels[kind] = Lru("buckets", BUCKET_BYTES, _memory, entries=MOST_BUCKETS)
        return self._levels[kind]

    def _level(self, use: Use, now: int) -> float:
        level, at = self._of(use.kind).get(use.name) or (0.0, now)
        return max(level - max(now - at, 0) * use.rate, 0.0)


def _memory(name: str, level: tuple[float, int]) -> int:
    """Memory of a bucket, in bytes."""
    return 300 + len(name)
