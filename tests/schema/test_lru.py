"""The bounded cache drops its oldest entries by size and by number, and reports its figures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schema.lru import CacheSize, Lru, cache_sizes, constant


def texts(limit: int) -> Lru[str, str]:
    """A cache of texts that weigh their length."""
    return Lru("test", limit, lambda _, text: len(text))


def two() -> Lru[str, int]:
    """A cache of two entries."""
    return Lru("test", 2, constant(1))


def test_the_least_recently_used_entry_leaves_first() -> None:
    cache = two()
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert list(cache.items()) == [("a", 1), ("c", 3)]
    assert cache.get("b") is None


def test_an_entry_that_is_written_again_is_the_latest_and_counts_once() -> None:
    cache = texts(4)
    for key, value in (("a", "xx"), ("b", "x"), ("a", "xxx")):
        cache.put(key, value)
    assert list(cache) == ["b", "a"]
    cache.put("c", "x")
    assert list(cache) == ["a", "c"]


def test_a_value_heavier_than_the_whole_cache_is_returned_and_not_kept_and_nothing_leaves_for_it() -> None:
    cache = texts(2)
    cache.put("b", "x")
    assert cache.put("a", "xxx") == "xxx"
    assert list(cache) == ["b"]
    assert cache.put("b", "xxx") == "xxx"
    assert (len(cache), cache.bytes) == (0, 0)


def test_a_missing_value_is_made_once() -> None:
    cache = two()
    calls: list[int] = []

    def make() -> int:
        calls.append(len(calls))
        return calls[-1]

    assert [cache.get_or("a", make) for _ in range(3)] == [0, 0, 0]
    cache.remove("a")
    cache.remove("a")
    assert cache.get_or("a", make) == 1


def test_making_a_missing_value_lets_the_least_used_entry_leave() -> None:
    cache = texts(2)
    for name in ("a", "b", "a", "c"):
        cache.get_or(name, lambda name=name: name)  # type: ignore[misc]
    assert list(cache) == ["a", "c"]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 9), st.booleans())))
def test_the_bounds_hold_whatever_is_written_and_removed(writes: list[tuple[str, int, bool]]) -> None:
    cache: Lru[str, int] = Lru("test", 7, lambda _, value: value, entries=3)
    for key, value, removed in writes:
        cache.remove(key) if removed else cache.put(key, value)
        assert len(cache) <= 3
        assert cache.bytes == sum(cache.values()) <= 7


def test_the_caches_of_one_name_are_told_together() -> None:
    caches = [Lru[str, str]("told together", 10, lambda _, text: len(text)) for _ in range(2)]
    for cache in caches:
        cache.put("a", "xxx")
    assert cache_sizes()["told together"] == CacheSize(entries=2, bytes=6, limit=20)
