"""Entity representations: what a subgraph is given of the objects that it shall complete.

Equal representations are asked once. An object whose key is null or incomplete is not asked about. A required list that
is null stops the fields that require it, for that object alone (docs/policy.md#rule-7); a null scalar is passed as it
is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.federation.errors import Path
from hub.federation.execution.field_set_templates import fill, leaf
from hub.federation.execution.representation_collector import CONTEXTS, Collected, identity
from hub.federation.execution.response_tree import merge_into, object_above, objects_at
from hub.federation.planning.query_plan import Entities, Source


@dataclass(frozen=True, slots=True)
class Target:
    """An object that an entity answers for, found by the source of this number; keys of `without` are not taken from
    the answer."""

    value: dict[str, Any]
    path: Path
    source: Source
    number: int
    without: frozenset[str] = frozenset()


@dataclass(slots=True)
class Asked:
    """One `_entities` field: representations, the targets of each, and (path, keys) that could not be asked for since
    something before had not come."""

    representations: list[dict[str, Any]] = field(default_factory=list)
    targets: list[list[Target]] = field(default_factory=list)
    missing: list[tuple[Path, tuple[str, ...]]] = field(default_factory=list)

    def objects(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """(index of the representation, number of the source, object)."""
        for index, targets in enumerate(self.targets):
            for target in targets:
                yield index, target.number, target.value

    def part(self, indices: Sequence[int]) -> Asked:
        """Some of the representations alone."""
        return Asked([self.representations[each] for each in indices], [self.targets[each] for each in indices])


def represent(data: dict[str, Any], entities: Entities) -> Asked:
    """Representations of all the objects that the entities' sources find in the tree."""
    asked = Asked()
    indices: dict[Hashable, int] = {}
    for number, source in enumerate(entities.sources):
        for value, path in objects_at(data, source.path, source.only):
            representation: dict[str, Any] = {"__typename": source.type}
            missing = fill(representation, value, source.inputs)
            if missing or any(representation[each.name] is None for each in source.inputs):
                if missing:
                    asked.missing.append((path, source.outputs))
                continue
            above = {
                each.coordinate: leaf(object_above(data, path, each.depth), each.template) for each in source.contexts
            }
            stopped: list[frozenset[str]] = []
            given = dict.fromkeys(above)
            for need in source.needs:
                required: dict[str, Any] = {}
                missing = fill(required, value, need.required) or any(above[each][1] for each in need.contexts)
                if missing:
                    asked.missing.append((path, tuple(sorted(need.keys))))
                if missing or any(each.is_list and required[each.name] is None for each in need.required):
                    stopped.append(need.keys)
                else:
                    merge_into(representation, required)  # two may read different things below one field
                    given.update((each, above[each][0]) for each in need.contexts)
            without = frozenset().union(*stopped)
            if stopped and without.issuperset(source.outputs):
                continue
            if source.contexts:
                representation[CONTEXTS] = list(given.values())
            target = Target(value, path, source, number, without)
            index = indices.setdefault(identity(representation), len(asked.representations))
            if index == len(asked.representations):
                asked.representations.append(representation)
                asked.targets.append([target])
            else:
                asked.targets[index].append(target)
    return asked


def retrace(data: dict[str, Any], entities: Entities, collected: Collected) -> Asked:
    """The same as `represent` gave, for the tree of which this was collected: the objects with their paths."""
    targets: list[list[Target]] = [[] for _ in collected.representations]
    for number, (source, found) in enumerate(zip(entities.sources, collected.found, strict=True)):
        objects = objects_at(data, source.path, source.only)
        for index, value in found:
            path = next(path for each, path in objects if each is value)
            targets[index].append(Target(value, path, source, number))
    return Asked(collected.representations, targets)


def merge_targets(targets: list[Target], entity: dict[str, Any], *, placed: bool) -> None:
    """Merge an entity into the objects that it answers for; those that a later source found get copies, and if `placed`
    all but the first."""
    first = targets[0]
    for target in targets:
        value = entity
        if target.without:
            value = {key: each for key, each in entity.items() if key not in target.without}
        merge_into(target.value, value, copied=target is not first and (placed or target.number != first.number))
