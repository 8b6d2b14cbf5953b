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
    ordered = sorted(steps, key=lambda step: (wave[step.number], step.number))
    by_kind: dict[tuple[object, ...], list[Step]] = {}
    for step in ordered:
        if not step.root and not stopping(step.required):
            by_kind.setdefault(_kind(step), []).append(step)
    joined: set[int] = set()
    for same_kind in by_kind.values():
        for index, step in enumerate(same_kind):
            later = (later for later in same_kind[index + 1 :] if wave[later.number] > wave[step.number])
            target = next((step_after for step_after in later if agree(step_after.required, step.required)), None)
            if target is not None and step.number not in needed:
                join(target, step)
                joined.add(step.number)
    return [step for step in ordered if step.number not in joined]


def _kind(step: Step) -> tuple[object, ...]:
    return (step.subgraph, step.type, step.only, step.path, step.run)
