"""Changes between two client schemas, with the levels of graphql-core's `find_schema_changes`.

Descriptions, order and directives are not compared: no operation depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_specified_scalar_type,
)

from hub.federation.changes.change import Change, Level
from hub.federation.changes.input_changes import input_type_changes
from hub.federation.changes.output_changes import composite_changes, enum_changes, union_changes

_KINDS = {
    "GraphQLScalarType": "scalar",
    "GraphQLObjectType": "object",
    "GraphQLInterfaceType": "interface",
    "GraphQLUnionType": "union",
    "GraphQLEnumType": "enum",
    "GraphQLInputObjectType": "input",
}


def schema_changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """All the changes, the breaking ones first, within a level in the order of the old schema."""
    changes = [change for name in {**old.type_map, **new.type_map} for change in _type_changes(name, old, new)]
    return sorted(changes, key=lambda change: list(Level).index(change.level))


def _type_changes(name: str, old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    before, after = old.type_map.get(name), new.type_map.get(name)
    if before is None and after is not None:
        yield Change(Level.SAFE, "TYPE_ADDED", name, "type added")
    elif before is not None and after is None:
        if not is_specified_scalar_type(before):
            yield Change(Level.BREAKING, "TYPE_REMOVED", name, "type removed", frozenset((name,)))
    elif before is not None and after is not None and not is_introspection_type(before):
        if type(before) is not type(after):
            kinds = {"before": _KINDS[type(before).__name__], "after": _KINDS[type(after).__name__]}
            message = "kind changed from {before} to {after}".format_map(kinds)
            yield Change(Level.BREAKING, "TYPE_KIND_CHANGED", name, message, frozenset((name,)), kinds)
        else:
            yield from _content_changes(before, after)


def _content_changes(before: GraphQLNamedType, after: GraphQLNamedType) -> Iterator[Change]:
    """Changes inside a type that keeps its kind."""
    match before, after:
        case GraphQLObjectType() | GraphQLInterfaceType(), GraphQLObjectType() | GraphQLInterfaceType():
            yield from composite_changes(before, after)
        case GraphQLUnionType(), GraphQLUnionType():
            yield from union_changes(before, after)
        case GraphQLEnumType(), GraphQLEnumType():
            yield from enum_changes(before, after)
        case GraphQLInputObjectType(), GraphQLInputObjectType():
            yield from input_type_changes(before, after)
