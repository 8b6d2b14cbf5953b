"""Templates of field sets: merging them, filling them from objects of the response tree, reading the leaf of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.federation.planning.search_state import Template

_ABSENT = object()


def union(first: tuple[Template, ...], second: tuple[Template, ...]) -> tuple[Template, ...]:
    """The templates that read the fields of both."""
    merged = {template.key: template for template in first}
    for template in second:
        existing = merged.get(template.key)
        if existing is None:
            merged[template.key] = template
        else:
            inner = dict(existing.selections)
            for type_name, templates in template.selections:
                inner[type_name] = union(inner.get(type_name, ()), templates)
            merged[template.key] = replace(template, selections=tuple(inner.items()))
    return tuple(merged.values())


def fill(into: dict[str, Any], value: dict[str, Any], templates: tuple[Template, ...]) -> bool:
    """Write an object's fields; return whether one, at any depth, is absent. Depth is the field set's."""
    missing = False
    for template in templates:
        field_value = value.get(template.key, _ABSENT)
        if field_value is _ABSENT:
            missing = True
        elif not template.selections:
            into[template.name] = field_value
        else:
            into[template.name], below = _nested(field_value, dict(template.selections), template.typed)
            missing |= below
    return missing


def rounded(value: Any) -> bool:
    """Whether a key's value may have lost digits: a whole number beyond 64 bits is read as a double, unless the fetch
    is read exactly."""
    if type(value) is float:
        return not -(2.0**63) <= value < 2.0**64
    if isinstance(value, dict):
        return any(map(rounded, value.values()))
    return isinstance(value, list) and any(map(rounded, value))


def leaf(value: dict[str, Any], template: Template) -> tuple[Any, bool]:
    """The value of a template's only leaf at an object, with lists on the path as lists, and whether it is absent."""
    field_value = value.get(template.key, _ABSENT)
    if field_value is _ABSENT:
        return None, True
    return _leaves(field_value, dict(template.selections)) if template.selections else (field_value, False)


def _leaves(value: Any, templates: dict[str, tuple[Template, ...]]) -> tuple[Any, bool]:
    if isinstance(value, list):
        pairs = [_leaves(item, templates) for item in value]
        return [leaf_value for leaf_value, _ in pairs], any(missing for _, missing in pairs)
    if not isinstance(value, dict):
        return None, False
    type_name = value.get("__typename") if len(templates) > 1 else next(iter(templates))
    below = templates.get(str(type_name), ())
    return leaf(value, below[0]) if below else (None, False)


def _nested(value: Any, templates: dict[str, tuple[Template, ...]], typed: bool) -> tuple[Any, bool]:
    if isinstance(value, list):
        pairs = [_nested(item, templates, typed) for item in value]
        return [item for item, _ in pairs], any(missing for _, missing in pairs)
    if not isinstance(value, dict):
        return None, False
    type_name = value.get("__typename") if len(templates) > 1 else next(iter(templates))
    into: dict[str, Any] = {"__typename": type_name} if typed else {}
    return into, fill(into, value, templates.get(str(type_name), ()))
