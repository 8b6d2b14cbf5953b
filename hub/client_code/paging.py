"""Finds the list that an operation reads page by page: its cursor variable, and where its page stands in the data."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import FieldNode, VariableNode, is_non_null_type
from graphql.language import OperationDefinitionNode

from hub.client_code.operations import Operation
from hub.client_code.shapes import Shape, ShapeField

CURSORS = ("after", "since")
"""Arguments that take the `endCursor` of the page before."""


@dataclass(frozen=True, slots=True)
class Paging:
    """`variable` holds the cursor, `argument` takes it; `path` leads to the connection, each key with whether it may be
    null; `node` is the class of an element."""

    variable: str
    argument: str
    path: tuple[tuple[str, bool], ...]
    node: str
    nodes_nullable: bool


def paging(operation: Operation, data: Shape) -> Paging | None:
    """The paging of an operation with one variable for an `after` or a `since`, outside lists, that selects `nodes` and
    `pageInfo { hasNextPage endCursor }` there; else None."""
    cursors = _cursors(operation.node)
    if len(cursors) != 1:
        return None
    keys, variable, argument = cursors[0]
    shape = data
    path: list[tuple[str, bool]] = []
    for key in keys:
        entry = _entry(shape, key)
        if entry is None or len(entry.shapes) != 1 or "[" in str(entry.type):
            return None
        path.append((key, entry.optional or not is_non_null_type(entry.type)))
        shape = entry.shapes[0]
    nodes, bounds = _entry(shape, "nodes"), _entry(shape, "pageInfo")
    if (
        nodes is None
        or bounds is None
        or not is_non_null_type(bounds.type)
        or len(nodes.shapes) != 1
        or not str(nodes.type).rstrip("!").endswith("!]")
    ):
        return None
    inner = {entry.key for entry in bounds.shapes[0].fields}
    if not {"hasNextPage", "endCursor"} <= inner:
        return None
    return Paging(variable, argument, tuple(path), nodes.shapes[0].name, not is_non_null_type(nodes.type))


def _entry(shape: Shape, key: str) -> ShapeField | None:
    return next((entry for entry in shape.fields if entry.key == key), None)


def _cursors(node: OperationDefinitionNode) -> list[tuple[tuple[str, ...], str, str]]:
    """The paths of fields whose cursor is a variable, with it and its argument; fragments are not looked into."""
    cursors: list[tuple[tuple[str, ...], str, str]] = []

    def walk(fields: list[FieldNode], path: tuple[str, ...]) -> None:
        for entry in fields:
            field_path = (*path, (entry.alias or entry.name).value)
            cursors.extend(
                (field_path, argument.value.name.value, argument.name.value)
                for argument in entry.arguments or ()
                if argument.name.value in CURSORS and isinstance(argument.value, VariableNode)
            )
            if entry.selection_set is not None:
                walk([part for part in entry.selection_set.selections if isinstance(part, FieldNode)], field_path)

    walk([part for part in node.selection_set.selections if isinstance(part, FieldNode)], ())
    return cursors
