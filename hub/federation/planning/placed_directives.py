"""The directives that a client's document bears, put on the fields that the steps of a plan fetch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hub.federation.operations.operation import Condition, Field, Selections
from hub.federation.planning.fetches import Step
from hub.federation.planning.search_state import Segment

Fields = dict[Segment, list[tuple[Field, frozenset[Condition]]]]
"""The fields selected on an object, by type and response key, each with the conditions on the whole path to it."""


def place_directives(root: Selections, steps: Sequence[Step]) -> None:
    """Add to each fetched field its places in the document that have directives, under their conditions from the root
    on."""
    if not _any(root):
        return
    fields_by_path: dict[tuple[Segment, ...], Fields] = {(): _fields([(root, frozenset())])}
    for step in steps:
        stack = [(step.tree, _fields_at(step.path, fields_by_path))]
        while stack:
            tree, fields = stack.pop()
            for type_, items in tree.types.items():
                for item in items.values():
                    same_key = fields.get((type_, item.key), ())
                    same_field = [(field, when) for field, when in same_key if field.name == item.name]
                    occurrences = {
                        replace(occurrence, conditions=tuple(when.union(occurrence.conditions))): None
                        for field, when in same_field
                        for occurrence in field.occurrences
                    }
                    item.occurrences = tuple(occurrences)
                    if item.tree is not None:
                        stack.append((item.tree, _below(same_field)))


def _any(root: Selections) -> bool:
    stack = [root]
    while stack:
        for field in stack.pop().fields:
            if field.occurrences:
                return True
            stack.extend(field.selections)
    return False


def _fields_at(path: tuple[Segment, ...], fields_by_path: dict[tuple[Segment, ...], Fields]) -> Fields:
    """The fields selected at a response path; those of each prefix are kept in `fields_by_path`."""
    start = next(length for length in range(len(path), -1, -1) if path[:length] in fields_by_path)
    for length in range(start, len(path)):
        fields_by_path[path[: length + 1]] = _below(fields_by_path[path[:length]].get(path[length], ()))
    return fields_by_path[path]


def _below(fields: Iterable[tuple[Field, frozenset[Condition]]]) -> Fields:
    """The fields selected on the values of some fields."""
    return _fields(
        (selections, when.union(field.conditions)) for field, when in fields for selections in field.selections
    )


def _fields(selected: Iterable[tuple[Selections, frozenset[Condition]]]) -> Fields:
    fields: Fields = {}
    for selections, when in selected:
        for field in selections.fields:
            fields.setdefault((selections.type, field.key), []).append((field, when))
    return fields
