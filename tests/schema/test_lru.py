"""The bounded cache: what leaves first, by number and by weight."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schema.lru import Lru


def test_the_least_recently_used_entry_leaves_first() -> None:
    cache: Lru[str, int] = Lru(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert list(cache.items()) == [("a", 1), ("c", 3)]
    assert cache.get("b") is None


def test_an_entry_that_is_written_again_is_the_latest_and_counts_once() -> None:
    cache: Lru[str, str] = Lru(weight=4, weigh=len)
    for key, value in (("a", "xx"), ("b", "x"), ("a", "xxx")):
        cache.put(key, value)
    assert list(cache) == ["b", "a"]
    cache.put("c", "x")
    assert list(cache) == ["a", "c"]


def test_a_value_heavier_than_the_whole_cache_is_returned_and_not_kept() -> None:
    cache: Lru[str, str] = Lru(weight=2, weigh=len)
    assert cache.put("a", "xxx") == "xxx"
    assert len(cache) == 0


def test_a_missing_value_is_made_once() -> None:
    cache: Lru[str, int] = Lru(2)
    calls: list[int] = []

    def make() -> int:
        calls.append(len(calls))
        return calls[-1]

    assert [cache.get_or("a", make) for _ in range(3)] == [0, 0, 0]
    cache.remove("a")
    cache.remove("a")
    assert cache.get_or("a", make) == 1


def test_making_a_missing_value_lets_the_least_used_entry_leave() -> None:
    cache: Lru[str, str] = Lru(2)
    for name in ("a", "b", "a", "c"):
        cache.get_or(name, lambda name=name: name)  # type: ignore[misc]
    assert list(cache) == ["a", "c"]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 5), st.booleans())))
def test_the_bounds_hold_whatever_is_written_and_removed(writes: list[tuple[str, int, bool]]) -> None:
    cache: Lru[str, int] = Lru(3, weight=7, weigh=lambda value: value)
    for key, value, removed in writes:
        cache.remove(key) if removed else cache.put(key, value)
        assert len(cache) <= 3
        assert sum(cache.values()) <= 7
