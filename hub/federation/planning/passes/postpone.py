"""Join a step that no other waits for with a later step about the same objects: one fetch less, no wave more.

The usual case: plain fields of an entity beside a field of the same subgraph that requires something first.
"""

from __future__ import annotations

from hub.federation.planning.fetches import Step
from hub.federation.planning.graph import Graph
from hub.federation.planning.passes.order import waves
from hub.federation.planning.passes.siblings import agree, join, stopping


def postpone(_: Graph, steps: list[Step]) -> list[Step]:
    """Steps with the postponed ones merged into the first later step of their kind."""
    wave = waves(steps)
    needed = {number for step in steps for number in step.before}
    remaining = sorted(steps, key=lambda step: (wave[step.number], step.number))
    for step in list(remaining):
        if step.root or step.number in needed or stopping(step.required):
            continue
        for later in remaining:
            same_kind = _kind(later) == _kind(step)
            free = not later.root and not stopping(later.required) and agree(later.required, step.required)
            if same_kind and free and wave[later.number] > wave[step.number]:
                join(later, step)
                remaining.remove(step)
                break
    return remaining


def _kind(step: Step) -> tuple[object, ...]:
    return (step.subgraph, step.type, step.only, step.path, step.run)
