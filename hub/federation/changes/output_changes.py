"""Changes of outputs: fields, interfaces, members of unions, values of enums."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
)

from hub.federation.changes.change import Change, Level
from hub.federation.changes.input_changes import argument_changes

Composite = GraphQLObjectType | GraphQLInterfaceType


def composite_changes(before: Composite, after: Composite) -> Iterator[Change]:
    """Changes of the fields and interfaces of an object or interface."""
    for name, field in before.fields.items():
        coordinate = f"{before.name}.{name}"
        if name not in after.fields:
            yield Change(Level.BREAKING, "FIELD_REMOVED", coordinate, "field removed", frozenset((coordinate,)))
        else:
            yield from _field_changes(coordinate, field, after.fields[name])
    for name in after.fields:
        if name not in before.fields:
            yield Change(Level.SAFE, "FIELD_ADDED", f"{before.name}.{name}", "field added")
    old, new = ({interface.name for interface in type_.interfaces} for type_ in (before, after))
    for name in sorted(old - new):
        message, affects = f'no longer implements "{name}"', frozenset((before.name, name))
        yield Change(Level.BREAKING, "INTERFACE_REMOVED", before.name, message, affects, {"interface": name})
    for name in sorted(new - old):
        message, affects = f'implements "{name}"', frozenset((name,))
        yield Change(Level.DANGEROUS, "INTERFACE_ADDED", before.name, message, affects, {"interface": name})


def _field_changes(coordinate: str, before: GraphQLField, after: GraphQLField) -> Iterator[Change]:
    if str(before.type) != str(after.type):
        safe = _accepts_all(before.type, after.type)
        level = Level.SAFE if safe else Level.BREAKING
        types = {"before": str(before.type), "after": str(after.type)}
        message = 'type changed from "{before}" to "{after}"'.format_map(types)
        affects = frozenset(() if safe else (coordinate,))
        yield Change(level, "FIELD_TYPE_CHANGED", coordinate, message, affects, types)
    if (before.deprecation_reason is None) != (after.deprecation_reason is None):
        deprecated = after.deprecation_reason is not None
        message = "field deprecated" if deprecated else "field no longer deprecated"
        parameters = {"reason": "DEPRECATED" if deprecated else "NO_LONGER_DEPRECATED"}
        yield Change(Level.SAFE, "FIELD_DEPRECATION_CHANGED", coordinate, message, parameters=parameters)
    yield from argument_changes(coordinate, before.args, after.args)


def _accepts_all(before: GraphQLOutputType, after: GraphQLOutputType) -> bool:
    """Whether the old type accepts every value of the new one: it is the same, or non-null where the old was not."""
    if isinstance(before, GraphQLNonNull):
        return isinstance(after, GraphQLNonNull) and _accepts_all(before.of_type, after.of_type)
    if isinstance(after, GraphQLNonNull):
        return _accepts_all(before, after.of_type)
    if isinstance(before, GraphQLList) or isinstance(after, GraphQLList):
        lists = isinstance(before, GraphQLList) and isinstance(after, GraphQLList)
        return lists and _accepts_all(before.of_type, after.of_type)  # type: ignore[union-attr]
    return str(before) == str(after)


def union_changes(before: GraphQLUnionType, after: GraphQLUnionType) -> Iterator[Change]:
    """Changes of the members of a union."""
    old, new = ({member.name for member in type_.types} for type_ in (before, after))
    affects = frozenset((before.name,))
    for name in sorted(old - new):
        message = f'member "{name}" removed'
        yield Change(Level.BREAKING, "MEMBER_REMOVED", before.name, message, affects, {"member": name})
    for name in sorted(new - old):
        message = f'member "{name}" added'
        yield Change(Level.DANGEROUS, "MEMBER_ADDED", before.name, message, affects, {"member": name})


def enum_changes(before: GraphQLEnumType, after: GraphQLEnumType) -> Iterator[Change]:
    """Changes of the values of an enum."""
    for name in before.values:
        if name not in after.values:
            coordinate = f"{before.name}.{name}"
            yield Change(Level.BREAKING, "VALUE_REMOVED", coordinate, "value removed", frozenset((coordinate,)))
    for name in after.values:
        if name not in before.values:
            coordinate = f"{before.name}.{name}"
            yield Change(Level.DANGEROUS, "VALUE_ADDED", coordinate, "value added", frozenset((before.name,)))
