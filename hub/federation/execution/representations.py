"""Entity representations: the keys and required fields by which a subgraph completes objects of the response tree.

Equal representations are sent once. An object whose key is null or incomplete is not requested. A required list that is
null stops the fields that require it, for that object alone (docs/policy.md#rule-7); a null scalar is sent as it is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.federation.errors import Path
from hub.federation.execution.field_set_templates import fill, leaf, rounded
from hub.federation.execution.representation_collector import CONTEXTS, CollectedRequest, identity
from hub.federation.execution.response_tree import merge_into, object_above, objects_at
from hub.federation.planning.query_plan import Entities, Source
from hub.federation.planning.search_state import Template


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """An object that an entity completes, with its path and the source of this number that leads to it.

    Keys of `without` are not merged from the answer.
    """

    value: dict[str, Any]
    path: Path
    source: Source
    number: int
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class Missing:
    """Keys of an object that can't be requested, since something did not come that templates read of the object, or of
    those above it that give contexts (`reads`)."""

    value: dict[str, Any]
    path: Path
    keys: tuple[str, ...]
    reads: tuple[tuple[dict[str, Any], tuple[Template, ...]], ...]


@dataclass(slots=True, repr=False)
class EntityRequest:
    """What one `_entities` field requests: representations, the targets of each, what can't be requested since a value
    did not come (`missing`), and as for `CollectedRequest` what is not since a value is null (`absent`)."""

    representations: list[dict[str, Any]] = field(default_factory=list)
    targets: list[list[Target]] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    absent: list[tuple[dict[str, Any], Iterable[str]]] = field(default_factory=list)

    def objects(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """(index of the representation, number of the source, object)."""
        for index, targets in enumerate(self.targets):
            for target in targets:
                yield index, target.number, target.value

    def part(self, indices: Sequence[int]) -> EntityRequest:
        """The request of some of the representations."""
        return EntityRequest(
            [self.representations[index] for index in indices], [self.targets[index] for index in indices]
        )


def represent(data: dict[str, Any], entities: Entities) -> EntityRequest:
    """The request for all objects that the sources lead to in the tree."""
    request = EntityRequest()
    indices: dict[Hashable, int] = {}
    for number, source in enumerate(entities.sources):
        for value, path in objects_at(data, source.path, source.only):
            representation: dict[str, Any] = {"__typename": source.type}
            missing = fill(representation, value, source.inputs) or any(map(rounded, representation.values()))
            if missing or any(representation[template.name] is None for template in source.inputs):
                if missing:
                    request.missing.append(Missing(value, path, source.outputs, ((value, source.inputs),)))
                else:
                    request.absent.append((value, source.outputs))
                continue
            contexts_above = {
                context.coordinate: leaf(object_above(data, path, context.depth), context.template)
                for context in source.contexts
            }
            stopped_keys: list[frozenset[str]] = []
            context_values = dict.fromkeys(contexts_above)
            for need in source.needs:
                required: dict[str, Any] = {}
                missing = fill(required, value, need.required) or any(
                    contexts_above[coordinate][1] for coordinate in need.contexts
                )
                if missing:
                    above = tuple(
                        (object_above(data, path, context.depth), (context.template,))
                        for context in source.contexts
                        if context.coordinate in need.contexts
                    )
                    reads = ((value, need.required), *above)
                    request.missing.append(Missing(value, path, tuple(sorted(need.keys)), reads))
                elif any(template.is_list and required[template.name] is None for template in need.required):
                    request.absent.append((value, need.keys))
                    missing = True
                if missing:
                    stopped_keys.append(need.keys)
                else:
                    merge_into(representation, required)  # two may read different things below one field
                    context_values.update((name, contexts_above[name][0]) for name in need.contexts)
            without = frozenset().union(*stopped_keys)
            if stopped_keys and without.issuperset(source.outputs):
                continue
            if source.contexts:
                representation[CONTEXTS] = list(context_values.values())
            target = Target(value, path, source, number, without)
            index = indices.setdefault(identity(representation), len(request.representations))
            if index == len(request.representations):
                request.representations.append(representation)
                request.targets.append([target])
            else:
                request.targets[index].append(target)
    return request


def retrace(data: dict[str, Any], entities: Entities, collected: CollectedRequest) -> EntityRequest:
    """The request that `represent` makes of the same tree: the collected objects with their paths."""
    targets: list[list[Target]] = [[] for _ in collected.representations]
    for number, (source, objects) in enumerate(zip(entities.sources, collected.by_source, strict=True)):
        candidates = objects_at(data, source.path, source.only)
        for index, value in objects:
            path = next(path for candidate, path in candidates if candidate is value)
            targets[index].append(Target(value, path, source, number))
    return EntityRequest(collected.representations, targets)


def merge_targets(targets: list[Target], entity: dict[str, Any], *, by_context: bool) -> None:
    """Merge an entity into the objects that it completes; those of a later source get copies, and all but the first if
    entities depend on contexts."""
    first = targets[0]
    for target in targets:
        value = entity
        if target.without:
            value = {key: field_value for key, field_value in entity.items() if key not in target.without}
        merge_into(target.value, value, copied=target is not first and (by_context or target.number != first.number))
