"""The directives that a client's document bears, put on the fields that the steps of a plan fetch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hub.federation.operations.operation import Condition, Field, Selections
from hub.federation.planning.fetches import Step
from hub.federation.planning.search_state import Segment

Placed = list[tuple[Selections, frozenset[Condition]]]
"""Selections on an object, each with the conditions on the whole path to it."""


def place_directives(root: Selections, steps: Sequence[Step]) -> None:
    """Add to each fetched field its places in the document that have directives, under their conditions from the root
    on."""
    if not _any(root):
        return
    selected_at: dict[tuple[Segment, ...], Placed] = {(): [(root, frozenset())]}
    for step in steps:
        stack = [(step.tree, _at(step.path, selected_at))]
        while stack:
            tree, selected = stack.pop()
            fields = _by_key(selected)
            for type_, items in tree.types.items():
                for item in items.values():
                    here = [
                        (field, when) for field, when in fields.get((type_, item.key), ()) if field.name == item.name
                    ]
                    occurrences = {
                        replace(occurrence, conditions=tuple(when.union(occurrence.conditions))): None
                        for field, when in here
                        for occurrence in field.occurrences
                    }
                    item.occurrences = tuple(occurrences)
                    if item.tree is not None:
                        stack.append((item.tree, _below(here)))


def _any(root: Selections) -> bool:
    stack = [root]
    while stack:
        for field in stack.pop().fields:
            if field.occurrences:
                return True
            stack.extend(field.selections)
    return False


def _at(path: tuple[Segment, ...], known: dict[tuple[Segment, ...], Placed]) -> Placed:
    """The selections on the objects at a response path; what is read of each prefix is kept in `known`."""
    start = next(length for length in range(len(path), -1, -1) if path[:length] in known)
    for length in range(start, len(path)):
        type_, key = path[length]
        known[path[: length + 1]] = _below(
            (field, when)
            for selections, when in known[path[:length]]
            if selections.type == type_
            for field in selections.fields
            if field.key == key
        )
    return known[path]


def _by_key(selected: Placed) -> dict[Segment, list[tuple[Field, frozenset[Condition]]]]:
    """The selected fields by type and response key."""
    fields: dict[Segment, list[tuple[Field, frozenset[Condition]]]] = {}
    for selections, when in selected:
        for field in selections.fields:
            fields.setdefault((selections.type, field.key), []).append((field, when))
    return fields


def _below(fields: Iterable[tuple[Field, frozenset[Condition]]]) -> Placed:
    return [(selections, when.union(field.conditions)) for field, when in fields for selections in field.selections]
