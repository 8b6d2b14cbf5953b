"""Changes between two client schemas, with the levels of graphql-core's `find_schema_changes`.

What no operation can tell apart is no change: descriptions, order, directives.
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

from hub.federation.changes import input_changes as inputs
from hub.federation.changes import output_changes as outputs
from hub.federation.changes.change import Change, Level

_KINDS = {
    "GraphQLScalarType": "un scalaire",
    "GraphQLObjectType": "un objet",
    "GraphQLInterfaceType": "une interface",
    "GraphQLUnionType": "une union",
    "GraphQLEnumType": "une énumération",
    "GraphQLInputObjectType": "un type d'entrée",
}


def changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """All the changes, the breaking ones first, else in the order of the old schema."""
    found = [change for name in {**old.type_map, **new.type_map} for change in _type(name, old, new)]
    return sorted(found, key=lambda change: list(Level).index(change.level))


def _type(name: str, old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    before, after = old.type_map.get(name), new.type_map.get(name)
    if before is None and after is not None:
        yield Change(Level.SAFE, "TYPE_ADDED", name, "type ajouté")
    elif before is not None and after is None:
        if not is_specified_scalar_type(before):
            yield Change(Level.BREAKING, "TYPE_REMOVED", name, "type retiré", frozenset((name,)))
    elif before is not None and after is not None and not is_introspection_type(before):
        if type(before) is not type(after):
            said = f"était {_kind(before)}, devient {_kind(after)}"
            yield Change(Level.BREAKING, "TYPE_KIND_CHANGED", name, said, frozenset((name,)))
        else:
            yield from _same_kind(before, after)


def _same_kind(before: GraphQLNamedType, after: GraphQLNamedType) -> Iterator[Change]:
    match before, after:
        case GraphQLObjectType() | GraphQLInterfaceType(), GraphQLObjectType() | GraphQLInterfaceType():
            yield from outputs.changes(before, after)
        case GraphQLUnionType(), GraphQLUnionType():
            yield from outputs.members(before, after)
        case GraphQLEnumType(), GraphQLEnumType():
            yield from outputs.values(before, after)
        case GraphQLInputObjectType(), GraphQLInputObjectType():
            yield from inputs.fields(before, after)


def _kind(type_: GraphQLNamedType) -> str:
    return _KINDS[type(type_).__name__]
