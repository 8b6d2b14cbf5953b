"""Join steps that ask one subgraph about the same objects in the same wave into one.

Steps with different keys join on the first's: any key finds the entity. A step whose requirement may stop it for an
entity (a required list that is null) is not joined, so that it never stops its siblings; nor are steps that require
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
    by_kind: dict[tuple[object, ...], list[Step]] = {}
    moved: dict[int, int] = {}
    for step in sorted(steps, key=lambda candidate: (wave[candidate.number], candidate.number)):
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
        siblings = by_kind.setdefault(key, [])
        first = next((candidate for candidate in siblings if agree(candidate.required, step.required)), None)
        if first is None:
            siblings.append(step)
        else:
            moved[step.number] = first.number
            join(first, step)
    result = [step for siblings in by_kind.values() for step in siblings]
    for step in result:
        step.before = {moved.get(number, number) for number in step.before}
    return result


def join(step: Step, joined: Step) -> None:
    """Add to a step what another one selects on the same objects."""
    step.tree.merge(joined.tree)
    step.before |= joined.before
    step.when = either(step.when, joined.when)
    step.required = union(step.required, joined.required)
    step.contexts = tuple(dict.fromkeys(step.contexts + joined.contexts))
    for requirement, keys in joined.dependents.items():
        step.dependents.setdefault(requirement, {}).update(keys)


def agree(first: tuple[Template, ...], second: tuple[Template, ...]) -> bool:
    """Whether one representation can hold both: fields of one name are read with the same arguments."""
    by_name = {template.name: template for template in first}
    for template in second:
        twin = by_name.get(template.name, template)
        inner = dict(twin.selections)
        if twin.key != template.key or not all(
            agree(inner.get(name, ()), below) for name, below in template.selections
        ):
            return False
    return True


def stopping(required: tuple[Template, ...]) -> tuple[Template, ...]:
    """The requirement, if a null in it stops the step for an entity."""
    return required if any(template.is_list for template in required) else ()
