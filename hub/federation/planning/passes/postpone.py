"""Let a step that nothing waits for join a later step about the same objects: one fetch less, no wave more.

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
    awaited = {number for step in steps for number in step.before}
    kept = sorted(steps, key=lambda each: (wave[each.number], each.number))
    for step in list(kept):
        if step.root or step.number in awaited or stopping(step.required):
            continue
        for later in kept:
            same = _kind(later) == _kind(step)
            free = not later.root and not stopping(later.required) and agree(later.required, step.required)
            if same and free and wave[later.number] > wave[step.number]:
                join(later, step)
                kept.remove(step)
                break
    return kept


def _kind(step: Step) -> tuple[object, ...]:
    return (step.subgraph, step.type, step.only, step.path, step.run)
