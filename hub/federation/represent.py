"""Entity representations: what a subgraph is given of the objects that it shall complete.

Equal representations are asked once. An object whose key is null or incomplete is not asked about. A required list that
is null stops the fields that require it, for that object alone (policy.md rule 7); a null scalar is passed as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from hub.errors import Path
from hub.federation.merge import objects_at
from hub.federation.nodes import Entities, Source
from hub.federation.spots import Template

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Target:
    """An object that an entity answers for; keys of `without` are not taken from the answer."""

    value: dict[str, Any]
    path: Path
    source: Source
    without: frozenset[str] = frozenset()


@dataclass(slots=True)
class Asked:
    """One `_entities` field: representations, the targets of each, and (path, keys) that could not be asked for since
    something before had not come."""

    representations: list[dict[str, Any]] = field(default_factory=list)
    targets: list[list[Target]] = field(default_factory=list)
    missing: list[tuple[Path, tuple[str, ...]]] = field(default_factory=list)


def represent(data: dict[str, Any], entities: Entities) -> Asked:
    """Representations of all the objects that the entities' sources find in the tree."""
    asked = Asked()
    indices: dict[bytes, int] = {}
    for source in entities.sources:
        for value, path in objects_at(data, source.path, source.only):
            representation: dict[str, Any] = {"__typename": source.type}
            missing = _fill(representation, value, source.inputs)
            if missing or any(representation[each.name] is None for each in source.inputs):
                if missing:
                    asked.missing.append((path, source.outputs))
                continue
            required: dict[str, Any] = {}
            without: frozenset[str] = frozenset()
            missing = _fill(required, value, source.required)
            if missing or any(each.is_list and required[each.name] is None for each in source.required):
                without = source.dependents
                if missing:
                    asked.missing.append((path, tuple(sorted(without))))
                if without.issuperset(source.outputs):
                    continue
            else:
                representation.update(required)
            target = Target(value, path, source, without)
            index = indices.setdefault(_identity(representation), len(asked.representations))
            if index == len(asked.representations):
                asked.representations.append(representation)
                asked.targets.append([target])
            else:
                asked.targets[index].append(target)
    return asked


def _identity(representation: dict[str, Any]) -> bytes:
    return orjson.dumps(representation, option=orjson.OPT_SORT_KEYS, default=str)


def _fill(into: dict[str, Any], value: dict[str, Any], templates: tuple[Template, ...]) -> bool:
    """Write the templates' fields; whether one of them, at any depth, has not come. Depth is the field set's."""
    missing = False
    for template in templates:
        found = value.get(template.key, _ABSENT)
        if found is _ABSENT:
            missing = True
        elif not template.selections:
            into[template.name] = found
        else:
            into[template.name], below = _nested(found, dict(template.selections))
            missing |= below
    return missing


def _nested(value: Any, templates: dict[str, tuple[Template, ...]]) -> tuple[Any, bool]:
    if isinstance(value, list):
        pairs = [_nested(item, templates) for item in value]
        return [item for item, _ in pairs], any(missing for _, missing in pairs)
    if not isinstance(value, dict):
        return None, False
    several = len(templates) > 1
    type_name = value.get("__typename") if several else next(iter(templates))
    into: dict[str, Any] = {"__typename": type_name} if several else {}
    return into, _fill(into, value, templates.get(str(type_name), ()))
