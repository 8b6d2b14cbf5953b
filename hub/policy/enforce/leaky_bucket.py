"""Levels of use, each falling evenly over a window: what a bound in number is held by."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, inf, isfinite

from schema.lru import Lru

KEPT = 10_000
"""Those whose level is remembered, the latest ones."""
LONGEST = 10
"""Most windows that one has to wait."""


class Levels:
    """The level of each by name, of at most `most` in a window of `seconds`; `now` is Unix seconds."""

    def __init__(self, most: int, seconds: int) -> None:
        self.most, self._seconds, self._rate = most, seconds, most / max(seconds, 1)
        self._kept: Lru[str, tuple[float, int]] = Lru(KEPT)

    def weights(self, count: int, bounds: Mapping[str, int]) -> dict[str, float]:
        """What `count` uses weigh for each, of whom that many of its bound weigh `most`."""
        most = self.most
        return {who: count * most / bound if bound > 0 < most else inf for who, bound in bounds.items() if count}

    def level(self, who: str, now: int) -> float:
        """The level of one."""
        level, at = self._kept.get(who) or (0.0, now)
        return max(level - max(now - at, 0) * self._rate, 0.0)

    def over(self, who: str, now: int) -> float:
        """By how much one use more of one would pass the bound."""
        return (self.level(who, now) if who in self._kept else 0.0) + 1.0 - self.most

    def excess(self, weights: Mapping[str, float], now: int) -> float:
        """By how much these would pass the bound, of whom it is most."""
        return max((self.level(who, now) + weight - self.most for who, weight in weights.items()), default=0.0)

    def add(self, weights: Mapping[str, float], part: float, now: int) -> None:
        """Add this part of the weights, or take it back where it is negative."""
        for who, weight in weights.items():
            level = min(max(self.level(who, now) + weight * part, 0.0), float(self.most * LONGEST))
            self._kept.put(who, (level, now))

    def wait(self, excess: float) -> int:
        """Seconds until there is room again."""
        return ceil(excess / self._rate) if self._rate and isfinite(excess) else self._seconds
