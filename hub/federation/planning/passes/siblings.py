"""Join steps that ask one subgraph about the same objects in the same wave into one.

Steps with different keys join on the first's: any key finds the entity. A step whose requirement may stop it for an
entity (a required list that is null) stays apart, so that it never takes its siblings along; so do steps that require
one field with different arguments.
"""

from __future__ import annotations

from hub.federation.execution.field_set_templates import union
from hub.federation.planning.fetches import Step, either
from hub.federation.planning.graph import Graph
from hub.federation.planning.passes.order import waves
from hub.federation.planning.search_state import Template


def merge_siblings(_: Graph, steps: list[Step]) -> list[Step]:
    """Steps with the mergeable ones merged into the first of their kind."""
    wave = waves(steps)
    kept: dict[tuple[object, ...], list[Step]] = {}
    moved: dict[int, int] = {}
    for step in sorted(steps, key=lambda each: (wave[each.number], each.number)):
        key = (
            step.subgraph,
            step.type,
            step.only,
            step.path,
            step.root,
            step.run,
            wave[step.number],
            stopping(step.required),
        )
        alike = kept.setdefault(key, [])
        first = next((each for each in alike if agree(each.required, step.required)), None)
        if first is None:
            alike.append(step)
        else:
            moved[step.number] = first.number
            join(first, step)
    result = [step for alike in kept.values() for step in alike]
    for step in result:
        step.before = {moved.get(number, number) for number in step.before}
    return result


def join(step: Step, other: Step) -> None:
    """Let a step ask what another one asks of the same objects, too."""
    step.tree.merge(other.tree)
    step.before |= other.before
    step.when = either(step.when, other.when)
    step.required = union(step.required, other.required)
    step.contexts = tuple(dict.fromkeys(step.contexts + other.contexts))
    for awaited, keys in other.dependents.items():
        step.dependents.setdefault(awaited, {}).update(keys)


def agree(first: tuple[Template, ...], second: tuple[Template, ...]) -> bool:
    """Whether one representation can hold both: what has one name there is read with the same arguments."""
    known = {each.name: each for each in first}
    for each in second:
        other = known.get(each.name, each)
        inner = dict(other.selections)
        if other.key != each.key or not all(agree(inner.get(name, ()), below) for name, below in each.selections):
            return False
    return True


def stopping(required: tuple[Template, ...]) -> tuple[Template, ...]:
    """The requirement, if a null in it stops the step for an entity."""
    return required if any(each.is_list for each in required) else ()
