"""A cache bounded in bytes, from which the least recently used entries leave first (decision 0064).

Every cache whose keys or values come from outside is one of these, so that `GET /metrics` can tell the size of each and
a test finds any other. Sizes are estimates: what an entry takes is reckoned from what it is made of, by factors that
were measured, since walking its objects would cost more than making them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, ItemsView, Iterator, ValuesView
from math import inf
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakSet

Key = TypeVar("Key")
Value = TypeVar("Value")


class CacheSize(NamedTuple):
    """What the living caches of one name hold, and may hold together."""

    entries: int
    bytes: int
    limit: int


class Lru(Generic[Key, Value]):
    """Values by key, of at most `limit` bytes together; `weigh` gives the bytes of an entry with its key, always the
    same for the same entry. `entries` bounds their number too.

    Reading a value by `get` or `get_or`, and writing it, are uses. For one thread at a time.
    """

    __slots__ = ("__weakref__", "_entries", "_weigh", "bytes", "entries", "limit", "name")

    def __init__(self, name: str, limit: int, weigh: Callable[[Key, Value], int], *, entries: float = inf) -> None:
        self.name, self.limit, self.entries = name, limit, entries
        self.bytes, self._weigh = 0, weigh
        self._entries: OrderedDict[Key, Value] = OrderedDict()
        _CACHES.add(self)

    def get(self, key: Key) -> Value | None:
        """The value of a key, None if it is not there."""
        entries = self._entries
        try:
            entries.move_to_end(key)
        except KeyError:
            return None
        return entries[key]

    def get_or(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made and kept if it is not there."""
        entries = self._entries
        try:
            entries.move_to_end(key)
        except KeyError:
            return self.put(key, make())
        return entries[key]

    def put(self, key: Key, value: Value) -> Value:
        """Keep a value under a key, let others leave for it, and return it; one that is larger than the whole cache is
        not kept, and nothing leaves for it."""
        entries, weight = self._entries, self._weigh(key, value)
        self.remove(key)
        if weight > self.limit:
            return value
        entries[key] = value
        self.bytes += weight
        while len(entries) > self.entries or self.bytes > self.limit:
            self.bytes -= self._weigh(*entries.popitem(last=False))
        return value

    def remove(self, key: Key) -> None:
        """Remove a key, if it is there."""
        if key in self._entries:
            self.bytes -= self._weigh(key, self._entries.pop(key))

    def clear(self) -> None:
        """Remove everything."""
        self._entries.clear()
        self.bytes = 0

    def items(self) -> ItemsView[Key, Value]:
        """Keys and values, least recently used first."""
        return self._entries.items()

    def values(self) -> ValuesView[Value]:
        """The values, least recently used first."""
        return self._entries.values()

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[Key]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


_CACHES: WeakSet[Lru[Any, Any]] = WeakSet()


def constant(size: int) -> Callable[[object, object], int]:
    """The weight of entries that all take about the same, in bytes."""
    return lambda key, value: size


def cache_sizes() -> dict[str, CacheSize]:
    """The size of the caches of this process, by name."""
    sizes: dict[str, CacheSize] = {}
    for cache in list(_CACHES):
        entries, used, limit = sizes.get(cache.name, CacheSize(0, 0, 0))
        sizes[cache.name] = CacheSize(entries + len(cache), used + cache.bytes, limit + cache.limit)
    return dict(sorted(sizes.items()))
