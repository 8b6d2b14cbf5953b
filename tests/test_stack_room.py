"""Work of the preparing thread has room on the interpreter's stack, however deep its calls are."""

from __future__ import annotations

import resource

import pytest

from hub.fair_worker import FairWorker
from hub.stack_room import with_room
from tests.e2e.site import PATIENCE

DEPTHS = 400
"""More than a document's depth times the functions that call each other for one level."""
CALLS = 200
"""Calls in a loop at one depth: if each mapped memory for itself, it would be met as often."""


def mapped(depth: int) -> int:
    """Pages that a loop of calls maps at a depth."""
    if depth:
        return mapped(depth - 1)
    before = _faults()
    for number in range(CALLS):
        _called(number, number, number)
    return _faults() - before


def most_mapped() -> int:
    return max(map(mapped, range(DEPTHS)))


def _called(first: int, second: int, third: int) -> int:
    return first + second + third


def _faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def test_calls_map_no_memory_at_any_depth() -> None:
    assert with_room(most_mapped) < CALLS / 2


async def test_work_that_takes_turns_has_room() -> None:
    worker = FairWorker("test", PATIENCE)
    assert await worker.run("a", most_mapped) < CALLS / 2


def test_errors_leave_the_room_as_they_are() -> None:
    with pytest.raises(KeyError):
        with_room({}.__getitem__, "absent")
