"""Strangers who send slowly hold places for bodies, and keep out nobody whose body is there."""

from __future__ import annotations

import asyncio

import pytest

from hub.errors import NotServed
from hub.http.body_slots import BodySlots, network_of


async def hold(slots: BodySlots, address: str) -> asyncio.Task[None]:
    """A body of this address that never comes, once it has its place."""
    begun = asyncio.Event()

    async def read() -> None:
        async with slots.slot(address):
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(read())
    await begun.wait()
    return task


async def refused(task: asyncio.Task[None]) -> None:
    with pytest.raises(NotServed, match="WEBHOOK_BUSY"):
        await task


async def test_the_address_that_holds_most_places_gives_up_its_oldest() -> None:
    slots = BodySlots(3)
    honest = await hold(slots, "198.51.100.1")
    first, second = await hold(slots, "203.0.113.9"), await hold(slots, "203.0.113.9")
    async with slots.slot("198.51.100.2"):
        await refused(first)
        assert not second.done()
        assert not honest.done()
        assert len(slots) == 3
    for task in (honest, second):
        task.cancel()
    await asyncio.gather(honest, second, return_exceptions=True)
    assert len(slots) == 0


async def test_of_equals_the_oldest_goes_so_that_behind_one_frontal_a_slow_body_makes_room() -> None:
    slots = BodySlots(2)
    first, second = await hold(slots, "127.0.0.1"), await hold(slots, "127.0.0.1")
    async with slots.slot("127.0.0.1"):
        await refused(first)
        async with slots.slot("127.0.0.1"):
            await refused(second)


async def test_a_body_whose_own_time_runs_out_is_no_place_given_up() -> None:
    slots = BodySlots(1)
    with pytest.raises(ValueError, match="its own"):
        async with slots.slot("127.0.0.1"):
            raise ValueError("its own")
    assert len(slots) == 0


def test_a_network_of_ipv6_is_one_address() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::9") != network_of("2001:db8:1:3::9")
    assert network_of("198.51.100.1") != network_of("198.51.100.2")
    assert network_of("") == ""
