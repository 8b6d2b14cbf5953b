"""Work that takes the processor: clients take turns, and nobody waits for another's documents."""

from __future__ import annotations

import asyncio
import gc
from collections import deque
from threading import Event

import pytest

from hub.collector import YOUNG
from hub.errors import NotServed
from hub.fair_worker import FairWorker
from tests.e2e.site import PATIENCE


async def test_clients_take_turns_whoever_came_first_with_however_much() -> None:
    worker, begun, results = FairWorker("test", PATIENCE), Event(), list[str]()
    blocking = worker.run("greedy", begun.wait, PATIENCE)
    waiting = [worker.run("greedy", results.append, f"greedy {number}") for number in range(5)]
    waiting += [worker.run("modest", results.append, "modest"), worker.run("other", results.append, "other")]
    begun.set()
    await asyncio.gather(blocking, *waiting)
    assert results == ["greedy 0", "modest", "other", "greedy 1", "greedy 2", "greedy 3", "greedy 4"]


async def test_a_client_that_has_too_much_in_the_queue_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.fair_worker.MOST_OF_CLIENT", 2)
    worker, begun = FairWorker("test", PATIENCE), Event()
    running = [worker.run("greedy", begun.wait, PATIENCE) for _ in range(3)]
    with pytest.raises(NotServed) as caught:
        worker.run("greedy", str)
    modest = worker.run("modest", str)
    begun.set()
    await asyncio.gather(*running)
    assert (caught.value.code, await modest) == ("PREPARATION_BUSY", "")


async def test_all_clients_together_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.fair_worker.MOST_WAITING", 2)
    worker, begun = FairWorker("test", PATIENCE), Event()
    running = [worker.run(client, begun.wait, PATIENCE) for client in "abc"]
    with pytest.raises(NotServed):
        worker.run("d", str)
    begun.set()
    await asyncio.gather(*running)


async def test_work_that_nobody_waits_for_is_never_done() -> None:
    worker, begun, results = FairWorker("test", PATIENCE), Event(), list[str]()
    blocking = worker.run("a", begun.wait, PATIENCE)
    cancelled, waiting = (worker.run("a", results.append, name) for name in ("cancelled", "waiting"))
    cancelled.cancel()
    begun.set()
    await asyncio.gather(blocking, waiting)
    assert results == ["waiting"]


async def test_a_result_that_does_not_come_in_time_is_an_error_with_a_code_and_the_next_one_comes() -> None:
    worker, begun = FairWorker("test", 0.0), Event()
    with pytest.raises(NotServed) as caught:
        await worker.result(worker.run("a", begun.wait, PATIENCE))
    begun.set()
    assert caught.value.code == "PLAN_DEADLINE"
    assert await worker.run("a", str) == ""


async def test_an_error_of_the_work_is_the_error_of_its_result() -> None:
    worker = FairWorker("test", PATIENCE)
    with pytest.raises(ValueError, match="no number"):
        await worker.result(worker.run("a", _fail))
    assert await worker.result(worker.run("a", str)) == ""


def _fail() -> None:
    raise ValueError("no number")


@pytest.mark.parametrize("room", [100, 12], ids=["beside what is there", "in place of what is there"])
async def test_what_work_leaves_is_looked_through_before_it_is_much(room: int) -> None:
    """A collection holds the interpreter for as long as there are young objects: no other thread runs meanwhile."""
    worker, young = FairWorker("test", PATIENCE), list[int]()

    def note(phase: str, _: object) -> None:
        if phase == "start":
            young.append(len(gc.get_objects(generation=0)))

    threshold, left = gc.get_threshold(), YOUNG // 3
    collections = deque[list[object]](([[] for _ in range(left)] for _ in range(12)), maxlen=room)
    gc.collect()
    gc.set_threshold(100 * YOUNG)
    gc.callbacks.append(note)
    try:
        for _ in range(12):
            await worker.run("client", lambda: collections.append([[] for _ in range(left)]))
    finally:
        gc.callbacks.remove(note)
        gc.set_threshold(*threshold)
    assert 2 <= len(young) < 12
    assert max(young) < 2 * YOUNG
