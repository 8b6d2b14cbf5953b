"""The shared state keeps the same promises in memory and on a server."""

from __future__ import annotations

import asyncio
from math import inf

import pytest

from schema.local_state import LocalState
from schema.shared_state import LONGEST_WINDOWS, NONCE_SECONDS, Buckets, SharedState

NOW = 1_800_000_000


async def test_uses_are_added_together_or_not_at_all(state: SharedState) -> None:
    small, large = Buckets(state, "small", 2, 60), Buckets(state, "large", 10, 60)
    uses = [small.use("a"), large.use("a")]
    assert await state.take(uses, NOW) == [-1, -9]
    assert await state.take(uses, NOW) == [0, -8]
    assert await state.take(uses, NOW) == [1, -7]
    assert await state.take([large.use("a")], NOW) == [-7]
    assert await state.take([small.use("b")], NOW, [small.use("a"), large.use("a")]) == [-1, 1, -6]
    assert await state.take([small.use("b", inf)], NOW) == [inf]


async def test_what_is_used_leaks_evenly_and_a_clock_that_goes_back_forgives_nothing(state: SharedState) -> None:
    buckets = Buckets(state, "leaking", 4, 100)
    assert await buckets.add([buckets.use("a", 4)], 1.0, NOW) == [4]
    assert await buckets.excess([buckets.use("a")], NOW - 1_000) == 1
    assert await buckets.excess([buckets.use("a", 2)], NOW + 50) == 0
    assert await buckets.excess([buckets.use("a")], NOW + 25) == 1
    assert await buckets.excess([buckets.use("a")], NOW + 50) == 1
    assert buckets.wait(1) == 25
    assert await buckets.excess([buckets.use("a")], NOW + 75) == 0


async def test_levels_stay_between_nothing_and_the_longest_wait(state: SharedState) -> None:
    buckets = Buckets(state, "bounded", 4, 100)
    assert await buckets.add([buckets.use("a", 10_000)], 1.0, NOW) == [4 * LONGEST_WINDOWS]
    assert await buckets.add([buckets.use("a", 10_000)], -1.0, NOW) == [0]
    assert await buckets.excess(Buckets(state, "none", 0, 0).uses(1, {"a": 0}), NOW) == inf
    assert await Buckets(state, "none", 0, 0).excess([Buckets(state, "none", 0, 0).use("a")], NOW) == 1


async def test_of_simultaneous_uses_no_more_pass_than_there_is_room_for(state: SharedState) -> None:
    buckets = Buckets(state, "crowded", 20, 10**9)
    excesses = await asyncio.gather(*(buckets.excess([buckets.use("a")], NOW) for _ in range(100)))
    assert sum(excess <= 0 for excess in excesses) == 20


@pytest.mark.parametrize("later", [0, 35])
async def test_a_nonce_passes_once(state: SharedState, later: int) -> None:
    issued = NOW + 10**6  # after the state began
    assert await state.first("a", issued, issued)
    assert not await state.first("a", issued, issued + later)
    assert await state.first("b", issued, issued + later)


async def test_a_process_alone_remembers_a_nonce_as_long_as_its_context_and_then_forgets_it() -> None:
    alone = LocalState()
    assert await alone.first("a", NOW, NOW)
    assert not any([await alone.first("a", NOW, NOW + later) for later in range(NONCE_SECONDS + 1)])
    assert await alone.first("b", NOW, NOW + NONCE_SECONDS)
    assert await alone.first("a", NOW, NOW + 2 * NONCE_SECONDS)


async def test_nobody_is_revoked_at_first(state: SharedState) -> None:
    assert not state.revoked(["actor a", "organisation 1"])
    assert state.is_current


async def test_a_text_is_made_when_the_last_one_is_too_old(state: SharedState) -> None:
    texts = iter([b"1", b"2", b"3"])

    async def make() -> bytes:
        return next(texts)

    assert await state.once("keys", NOW - 1, NOW, make) == (b"1", NOW)
    assert await state.once("keys", NOW, NOW + 5, make) == (b"2", NOW + 5)
