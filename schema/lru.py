"""A cache of bounded size, from which the least recently used entries leave first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, ItemsView, Iterator, ValuesView
from math import inf
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Lru(Generic[Key, Value]):
    """At most `entries` values by key, of at most `weight` together if `weigh` gives the weight of each.

    Reading a value by `get` or `get_or`, and writing it, are uses. For one thread at a time.
    """

    __slots__ = ("_entries", "_total", "_weigh", "entries", "weight")

    def __init__(
        self, entries: float = inf, *, weight: float = inf, weigh: Callable[[Value], int] = lambda _: 0
    ) -> None:
        self.entries, self.weight = entries, weight
        self._weigh, self._total = weigh, 0
        self._entries: OrderedDict[Key, Value] = OrderedDict()

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
        """Keep a value under a key, let others leave for it, and return it."""
        entries = self._entries
        self.remove(key)
        entries[key] = value
        self._total += self._weigh(value)
        while len(entries) > self.entries or self._total > self.weight:
            self._total -= self._weigh(entries.popitem(last=False)[1])
        return value

    def remove(self, key: Key) -> None:
        """Remove a key, if it is there."""
        if key in self._entries:
            self._total -= self._weigh(self._entries.pop(key))

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
