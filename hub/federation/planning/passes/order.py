"""Order of steps: how many steps must have answered before each."""

from __future__ import annotations

from collections.abc import Iterable

from hub.federation.planning.fetches import Step


def waves(steps: Iterable[Step]) -> dict[int, int]:
    """Wave of each step by number: one more than the last that it waits for."""
    waiting = {step.number: step for step in steps}
    wave: dict[int, int] = {}
    while waiting:
        ready = [step for step in waiting.values() if not step.before & waiting.keys()]
        for step in ready:
            wave[step.number] = 1 + max((wave[number] for number in step.before if number in wave), default=-1)
            del waiting[step.number]
        if not ready:
            raise ValueError("steps wait for each other")
    return wave
