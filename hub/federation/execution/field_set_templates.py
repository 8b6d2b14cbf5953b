"""Filling the templates of a field set from an object of the response tree, one for what several ask below one field;
reading the one leaf of a template."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.federation.planning.search_state import Template

_ABSENT = object()


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
            merged[each.key] = replace(each, selections=tuple(inner.items()))
    return tuple(merged.values())


def fill(into: dict[str, Any], value: dict[str, Any], templates: tuple[Template, ...]) -> bool:
    """Write the templates' fields; whether one of them, at any depth, has not come. Depth is the field set's."""
    missing = False
    for template in templates:
        found = value.get(template.key, _ABSENT)
        if found is _ABSENT:
            missing = True
        elif not template.selections:
            into[template.name] = found
        else:
            into[template.name], below = _nested(found, dict(template.selections), template.typed)
            missing |= below
    return missing


def leaf(value: dict[str, Any], template: Template) -> tuple[Any, bool]:
    """What the one leaf of a template is at an object, lists on the way as lists; whether it has not come."""
    found = value.get(template.key, _ABSENT)
    if found is _ABSENT:
        return None, True
    return _leaves(found, dict(template.selections)) if template.selections else (found, False)


def _leaves(value: Any, templates: dict[str, tuple[Template, ...]]) -> tuple[Any, bool]:
    if isinstance(value, list):
        pairs = [_leaves(item, templates) for item in value]
        return [found for found, _ in pairs], any(missing for _, missing in pairs)
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
