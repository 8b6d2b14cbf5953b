"""Changes of what is received: arguments and fields of input types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    print_ast,
)
from graphql.utilities.sort_value_node import sort_value_node

from hub.federation.changes.change import Change, Level

Given = GraphQLArgument | GraphQLInputField


def arguments(
    field: str, before: Mapping[str, GraphQLArgument], after: Mapping[str, GraphQLArgument]
) -> Iterator[Change]:
    """Of a field."""
    for name, each in before.items():
        coordinate = f"{field}({name}:)"
        if name not in after:
            yield Change(Level.BREAKING, "ARGUMENT_REMOVED", coordinate, "argument retiré", frozenset((coordinate,)))
        else:
            yield from _given("ARGUMENT", coordinate, field, each, after[name])
    for name in (each for each in after if each not in before):
        yield _added("ARGUMENT", f"{field}({name}:)", field, "argument", after[name])


def fields(before: GraphQLInputObjectType, after: GraphQLInputObjectType) -> Iterator[Change]:
    """Of an input type."""
    for name, each in before.fields.items():
        coordinate = f"{before.name}.{name}"
        if name not in after.fields:
            touched = frozenset((coordinate,))
            yield Change(Level.BREAKING, "INPUT_FIELD_REMOVED", coordinate, "champ d'entrée retiré", touched)
        else:
            yield from _given("INPUT_FIELD", coordinate, before.name, each, after.fields[name])
    for name in (each for each in after.fields if each not in before.fields):
        yield _added("INPUT_FIELD", f"{before.name}.{name}", before.name, "champ d'entrée", after.fields[name])


def _added(what: str, coordinate: str, holder: str, said: str, given: Given) -> Change:
    """`holder`: what an operation uses that must give it."""
    if _required(given):
        touched = frozenset((holder,))
        return Change(Level.BREAKING, f"REQUIRED_{what}_ADDED", coordinate, f"{said} obligatoire ajouté", touched)
    return Change(Level.DANGEROUS, f"{what}_ADDED", coordinate, f"{said} facultatif ajouté", frozenset((holder,)))


def _given(what: str, coordinate: str, holder: str, before: Given, after: Given) -> Iterator[Change]:
    now_required = _required(after) and not _required(before)
    touched = frozenset((holder if now_required else coordinate,))
    if str(before.type) != str(after.type):
        level = Level.SAFE if _wider(before.type, after.type) else Level.BREAKING
        said = f"était de type « {before.type} », devient « {after.type} »"
        yield Change(level, f"{what}_TYPE_CHANGED", coordinate, said, touched)
    old, new = _default(before), _default(after)
    if old != new:
        level = Level.SAFE if old is None else Level.BREAKING if now_required else Level.DANGEROUS
        said = f"avait la valeur par défaut « {old or 'aucune'} », a « {new or 'aucune'} »"
        yield Change(level, f"{what}_DEFAULT_CHANGED", coordinate, said, frozenset((holder,)))


def _wider(before: GraphQLInputType, after: GraphQLInputType) -> bool:
    """Whether every value of the old type is one of the new: nullable where null was refused."""
    if isinstance(before, GraphQLNonNull):
        return _wider(before.of_type, after.of_type if isinstance(after, GraphQLNonNull) else after)
    if isinstance(before, GraphQLList):
        return isinstance(after, GraphQLList) and _wider(before.of_type, after.of_type)
    return str(before) == str(after)


def _required(given: Given) -> bool:
    return isinstance(given.type, GraphQLNonNull) and _default(given) is None


def _default(given: Given) -> str | None:
    node = given.ast_node.default_value if given.ast_node is not None else None
    return print_ast(sort_value_node(node)) if node is not None else None
