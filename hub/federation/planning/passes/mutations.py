"""Root mutations run one after the other: each, with the steps that need it, is a run of its own."""

from __future__ import annotations

from hub.federation.planning.fetches import Step
from hub.federation.planning.graph import Graph


def serialise_mutations(_: Graph, steps: list[Step]) -> list[Step]:
    """Steps with their run set: a root mutation's own number, the latest one needed for the steps after it."""
    runs: dict[int, int] = {}
    for step in sorted(steps, key=lambda step: step.number):
        if step.root and step.type == "Mutation":
            runs[step.number] = step.number
        else:
            runs[step.number] = max((runs[number] for number in step.before if number in runs), default=0)
        step.run = runs[step.number]
    return steps
