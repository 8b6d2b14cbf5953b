"""Leaky buckets: the uses of each name, which leak evenly over a window, bounded by a capacity."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, inf, isfinite

from schema.lru import Lru

MOST_BUCKETS = 10_000
"""Buckets kept, the latest used."""
BUCKET_BYTES = 4 * 1024 * 1024
"""Memory for them."""
LONGEST_WINDOWS = 10
"""The most windows that a bucket can take to empty."""


class LeakyBuckets:
    """One bucket per name, of `capacity` uses in a window of `seconds`; `now` is Unix seconds."""

    def __init__(self, capacity: int, seconds: int) -> None:
        self.capacity, self._seconds, self._rate = capacity, seconds, capacity / max(seconds, 1)
        self._levels: Lru[str, tuple[float, int]] = Lru("buckets", BUCKET_BYTES, _memory, entries=MOST_BUCKETS)

    def weights(self, count: int, limits: Mapping[str, int]) -> dict[str, float]:
        """The weight of `count` uses in each bucket, when the `limit` of its name fills it."""
        capacity = self.capacity
        return {
            name: count * capacity / limit if limit > 0 < capacity else inf for name, limit in limits.items() if count
        }

    def level(self, name: str, now: int) -> float:
        """The level of a bucket."""
        level, at = self._levels.get(name) or (0.0, now)
        return max(level - max(now - at, 0) * self._rate, 0.0)

    def excess_of_next(self, name: str, now: int) -> float:
        """The excess over the capacity if the bucket gets one more use; none if it is not positive."""
        return (self.level(name, now) if name in self._levels else 0.0) + 1.0 - self.capacity

    def excess(self, weights: Mapping[str, float], now: int) -> float:
        """The largest excess over the capacity if these weights are added."""
        return max((self.level(name, now) + weight - self.capacity for name, weight in weights.items()), default=0.0)

    def add(self, weights: Mapping[str, float], part: float, now: int) -> None:
        """Add this part of the weights; a negative part takes it back."""
        for name, weight in weights.items():
            level = min(max(self.level(name, now) + weight * part, 0.0), float(self.capacity * LONGEST_WINDOWS))
            self._levels.put(name, (level, now))

    def wait(self, excess: float) -> int:
        """Seconds until this excess has leaked."""
        return ceil(excess / self._rate) if self._rate and isfinite(excess) else self._seconds


def _memory(name: str, level: tuple[float, int]) -> int:
    """Memory of a bucket, in bytes."""
    return 300 + len(name)
