"""Changes of what is returned: fields, interfaces, members of unions, values of enums."""

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

from hub.federation.changes import input_changes as inputs
from hub.federation.changes.change import Change, Level

Fielded = GraphQLObjectType | GraphQLInterfaceType


def changes(before: Fielded, after: Fielded) -> Iterator[Change]:
    """Of an object or interface."""
    for name, field in before.fields.items():
        coordinate = f"{before.name}.{name}"
        if name not in after.fields:
            yield Change(Level.BREAKING, "FIELD_REMOVED", coordinate, "champ retiré", frozenset((coordinate,)))
        else:
            yield from _field(coordinate, field, after.fields[name])
    for name in (each for each in after.fields if each not in before.fields):
        yield Change(Level.SAFE, "FIELD_ADDED", f"{before.name}.{name}", "champ ajouté")
    had, has = ({each.name for each in type_.interfaces} for type_ in (before, after))
    for name in sorted(had - has):
        touched = frozenset((before.name, name))
        said = f"n'implémente plus « {name} »"
        yield Change(Level.BREAKING, "INTERFACE_REMOVED", before.name, said, touched)
    for name in sorted(has - had):
        yield Change(Level.DANGEROUS, "INTERFACE_ADDED", before.name, f"implémente « {name} »", frozenset((name,)))


def _field(coordinate: str, before: GraphQLField, after: GraphQLField) -> Iterator[Change]:
    if str(before.type) != str(after.type):
        safe = _narrower(before.type, after.type)
        level = Level.SAFE if safe else Level.BREAKING
        said = f"était de type « {before.type} », devient « {after.type} »"
        touched = frozenset(() if safe else (coordinate,))
        yield Change(level, "FIELD_TYPE_CHANGED", coordinate, said, touched)
    if (before.deprecation_reason is None) != (after.deprecation_reason is None):
        said = "champ plus déprécié" if after.deprecation_reason is None else "champ déprécié"
        yield Change(Level.SAFE, "FIELD_DEPRECATION_CHANGED", coordinate, said)
    yield from inputs.arguments(coordinate, before.args, after.args)


def _narrower(before: GraphQLOutputType, after: GraphQLOutputType) -> bool:
    """Whether every value of the new type is one of the old: non-null where null was possible."""
    if isinstance(before, GraphQLNonNull):
        return isinstance(after, GraphQLNonNull) and _narrower(before.of_type, after.of_type)
    if isinstance(after, GraphQLNonNull):
        return _narrower(before, after.of_type)
    if isinstance(before, GraphQLList) or isinstance(after, GraphQLList):
        lists = isinstance(before, GraphQLList) and isinstance(after, GraphQLList)
        return lists and _narrower(before.of_type, after.of_type)  # type: ignore[union-attr]
    return str(before) == str(after)


def members(before: GraphQLUnionType, after: GraphQLUnionType) -> Iterator[Change]:
    """Of a union."""
    had, has = ({each.name for each in type_.types} for type_ in (before, after))
    touched = frozenset((before.name,))
    for name in sorted(had - has):
        yield Change(Level.BREAKING, "MEMBER_REMOVED", before.name, f"« {name} » n'en est plus membre", touched)
    for name in sorted(has - had):
        yield Change(Level.DANGEROUS, "MEMBER_ADDED", before.name, f"« {name} » en devient membre", touched)


def values(before: GraphQLEnumType, after: GraphQLEnumType) -> Iterator[Change]:
    """Of an enum."""
    for name in (each for each in before.values if each not in after.values):
        touched = frozenset((f"{before.name}.{name}",))
        yield Change(Level.BREAKING, "VALUE_REMOVED", f"{before.name}.{name}", "valeur retirée", touched)
    for name in (each for each in after.values if each not in before.values):
        touched = frozenset((before.name,))
        yield Change(Level.DANGEROUS, "VALUE_ADDED", f"{before.name}.{name}", "valeur ajoutée", touched)
