"""Filling the templates of a field set from an object of the response tree."""

from __future__ import annotations

from typing import Any

from hub.federation.spots import Template

_ABSENT = object()


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
    return into, fill(into, value, templates.get(str(type_name), ()))
