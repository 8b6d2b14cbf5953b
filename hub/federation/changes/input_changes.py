"""Changes of inputs: arguments and fields of input types."""

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

InputValue = GraphQLArgument | GraphQLInputField


def argument_changes(
    field: str, before: Mapping[str, GraphQLArgument], after: Mapping[str, GraphQLArgument]
) -> Iterator[Change]:
    """Changes of the arguments of a field, given by its coordinate."""
    for name, argument in before.items():
        coordinate = f"{field}({name}:)"
        if name not in after:
            affects = frozenset((coordinate,))
            yield Change(Level.BREAKING, "ARGUMENT_REMOVED", coordinate, "argument removed", affects)
        else:
            yield from _value_changes("ARGUMENT", coordinate, field, argument, after[name])
    for name, argument in after.items():
        if name not in before:
            yield _addition("ARGUMENT", f"{field}({name}:)", field, "argument", argument)


def input_type_changes(before: GraphQLInputObjectType, after: GraphQLInputObjectType) -> Iterator[Change]:
    """Changes of the fields of an input type."""
    for name, field in before.fields.items():
        coordinate = f"{before.name}.{name}"
        if name not in after.fields:
            affects = frozenset((coordinate,))
            yield Change(Level.BREAKING, "INPUT_FIELD_REMOVED", coordinate, "input field removed", affects)
        else:
            yield from _value_changes("INPUT_FIELD", coordinate, before.name, field, after.fields[name])
    for name, field in after.fields.items():
        if name not in before.fields:
            yield _addition("INPUT_FIELD", f"{before.name}.{name}", before.name, "input field", field)


def _addition(code: str, coordinate: str, parent: str, noun: str, value: InputValue) -> Change:
    """`parent`: the field or input type whose users must give the value if it is required."""
    affects = frozenset((parent,))
    if _is_required(value):
        return Change(Level.BREAKING, f"REQUIRED_{code}_ADDED", coordinate, f"required {noun} added", affects)
    return Change(Level.DANGEROUS, f"{code}_ADDED", coordinate, f"optional {noun} added", affects)


def _value_changes(code: str, coordinate: str, parent: str, before: InputValue, after: InputValue) -> Iterator[Change]:
    becomes_required = _is_required(after) and not _is_required(before)
    if str(before.type) != str(after.type):
        level = Level.SAFE if _accepts_all(before.type, after.type) else Level.BREAKING
        types = {"before": str(before.type), "after": str(after.type)}
        message = 'type changed from "{before}" to "{after}"'.format_map(types)
        affects = frozenset((parent if becomes_required else coordinate,))
        yield Change(level, f"{code}_TYPE_CHANGED", coordinate, message, affects, types)
    old, new = _printed_default(before), _printed_default(after)
    if old != new:
        level = Level.SAFE if old is None else Level.BREAKING if becomes_required else Level.DANGEROUS
        message = f"default value changed from {old or 'none'} to {new or 'none'}"
        affects = frozenset((parent,))
        yield Change(level, f"{code}_DEFAULT_CHANGED", coordinate, message, affects, {"before": old, "after": new})


def _accepts_all(before: GraphQLInputType, after: GraphQLInputType) -> bool:
    """Whether the new type accepts every value of the old one: it is the same, or nullable where the old was not."""
    if isinstance(before, GraphQLNonNull):
        return _accepts_all(before.of_type, after.of_type if isinstance(after, GraphQLNonNull) else after)
    if isinstance(before, GraphQLList):
        return isinstance(after, GraphQLList) and _accepts_all(before.of_type, after.of_type)
    return str(before) == str(after)


def _is_required(value: InputValue) -> bool:
    return isinstance(value.type, GraphQLNonNull) and _printed_default(value) is None


def _printed_default(value: InputValue) -> str | None:
    node = value.ast_node.default_value if value.ast_node is not None else None
    return print_ast(sort_value_node(node)) if node is not None else None
