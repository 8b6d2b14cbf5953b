"""An operation for given values of its skip/include variables: the fields that are present, and no condition left.

A field asked twice under different conditions stands twice in the normal form; once the values are known, it is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.document.operation import Condition, Field, Selections


def hold(conditions: tuple[Condition, ...], variables: Mapping[str, Any]) -> bool:
    """Whether all conditions hold."""
    return all(variables.get(condition.variable) is condition.wanted for condition in conditions)


def resolve(selections: Selections, variables: Mapping[str, Any]) -> Selections:
    """The present part of a selection; its depth is bounded by the document's limits."""
    if not _conditional(selections):
        return selections
    present: dict[str, Field] = {}
    for field in selections.fields:
        if not hold(field.conditions, variables):
            continue
        twin = present.get(field.key)
        nested = field.selections
        if twin is not None:
            nested = tuple(
                replace(first, fields=first.fields + second.fields)
                for first, second in zip(twin.selections, field.selections, strict=True)
            )
        present[field.key] = replace(field, conditions=(), selections=nested)
    return replace(
        selections,
        fields=tuple(
            replace(field, selections=tuple(resolve(each, variables) for each in field.selections))
            for field in present.values()
        ),
    )


def _conditional(selections: Selections) -> bool:
    stack = [selections]
    while stack:
        current = stack.pop()
        keys = set()
        for field in current.fields:
            if field.conditions or field.key in keys:
                return True
            keys.add(field.key)
            stack.extend(field.selections)
    return False
