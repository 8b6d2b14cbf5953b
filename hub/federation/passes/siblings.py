"""Join steps that ask one subgraph about the same objects in the same wave into one.

Steps with different keys join on the first's: any key finds the entity. A step whose requirement may stop it for an
entity (a required list that is null) stays apart, so that it never takes its siblings along.
"""

from __future__ import annotations

from hub.federation.fetches import Step, either
from hub.federation.graph import Graph
from hub.federation.passes.order import waves
from hub.federation.spots import Template


def merge_siblings(_: Graph, steps: list[Step]) -> list[Step]:
    """Steps with the mergeable ones merged into the first of their kind."""
    wave = waves(steps)
    kept: dict[tuple[object, ...], Step] = {}
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
        first = kept.setdefault(key, step)
        if first is not step:
            moved[step.number] = first.number
            first.tree.merge(step.tree)
            first.before |= step.before
            first.when = either(first.when, step.when)
            first.required = union(first.required, step.required)
            first.contexts = tuple(dict.fromkeys(first.contexts + step.contexts))
            first.dependents = tuple(dict.fromkeys(first.dependents + step.dependents))
    result = list(kept.values())
    for step in result:
        step.before = {moved.get(number, number) for number in step.before}
    return result


def stopping(required: tuple[Template, ...]) -> tuple[Template, ...]:
    """The requirement, if a null in it stops the step for an entity."""
    return required if any(each.is_list for each in required) else ()


def union(first: tuple[Template, ...], second: tuple[Template, ...]) -> tuple[Template, ...]:
    """One template that asks for both."""
    merged = {each.key: each for each in first}
    for each in second:
        known = merged.get(each.key)
        if known is None:
            merged[each.key] = each
        else:
            inner = dict(known.selections)
            for type_name, templates in each.selections:
                inner[type_name] = union(inner.get(type_name, ()), templates)
            merged[each.key] = Template(each.name, each.key, tuple(inner.items()), each.is_list)
    return tuple(merged.values())
