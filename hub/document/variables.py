"""Values of an operation's variables: checked against their types, in the form in which subgraphs receive them.

Errors tell the path inside the variables and the expected type, never the value. Loops, no recursion: JSON may be
nested as deep as its reader allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from sys import float_info
from typing import Any

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    get_named_type,
    is_input_type,
    is_required_input_field,
    parse_type,
    type_from_ast,
)

from hub.document.faults import LISTED, listed
from hub.errors import Path, VariablesRefused
from hub.federation.operations.literals import Reference
from hub.federation.operations.operation import Operation
from schema.lru import Lru
from schema.written_numbers import WrittenNumber, written_or_text

MOST_VALUES = 10_000
"""Values of one request, those inside of custom scalars too: some 10 ms of the event loop to read or to check them."""
MOST_FILLED = 1024 * 1024
"""Bytes of the variables that are put into literals, each time that a literal names one: it is sent as often."""

_MISSING = object()


@dataclass(slots=True)
class _Room:
    """The room that one request has left; raises VariablesRefused (VARIABLES_LIMIT) when more is taken."""

    values: int = MOST_VALUES
    bytes: int = MOST_FILLED

    def take_values(self, count: int) -> None:
        """Take room for values."""
        self.values -= count
        if self.values < 0:
            raise _too_much(f"plus de {MOST_VALUES} valeurs", f"more than {MOST_VALUES} values")

    def take_bytes(self, count: int) -> None:
        """Take room for the text of a variable in a literal."""
        self.bytes -= count
        if self.bytes < 0:
            bound = f"{MOST_FILLED} octets"
            raise _too_much(
                f"plus de {bound} là où le document les nomme", f"more than {MOST_FILLED} bytes in literals"
            )


def bind(operation: Operation, provided: Mapping[str, Any], schema: GraphQLSchema) -> dict[str, Any]:
    """Every variable of the operation that has a value, client's and lifted alike; raises VariablesRefused."""
    values: dict[str, Any] = {}
    room = _Room()
    for variable in operation.variables:
        if variable.lifted:
            continue
        type_ = _TYPES.get_or((variable.type, schema), partial(_type_of, variable.type, schema))
        value = provided.get(variable.name, _MISSING)
        if value is _MISSING:
            if variable.name in operation.defaults:
                values[variable.name] = operation.defaults[variable.name]
            elif isinstance(type_, GraphQLNonNull):
                raise _refused((variable.name,), type_, "missing")
        elif is_input_type(type_):
            values[variable.name] = _coerce(value, type_, (variable.name,), room)
    sizes: dict[str, int] = {}
    for variable in operation.variables:
        if variable.lifted:
            values[variable.name] = _fill(operation.literals[variable.name], values, sizes, room)
    return values


def _type_of(text: str, schema: GraphQLSchema) -> GraphQLType | None:
    return type_from_ast(schema, parse_type(text))


_TYPES: Lru[tuple[str, GraphQLSchema], GraphQLType | None] = Lru(
    "variable types", 1024 * 1024, lambda key, _: 600 + 4 * len(key[0])
)


def _fill(template: Any, values: Mapping[str, Any], sizes: dict[str, int], room: _Room) -> Any:
    """Put variables into a lifted literal: an absent one leaves its object field out, and is null in a list. `sizes`
    keeps the bytes of each."""
    result: list[Any] = [None]
    stack: list[tuple[Any, Any, Any]] = [(template, result, 0)]
    while stack:
        value, holder, key = stack.pop()
        if isinstance(value, Reference):
            if value.name in values:
                if value.name not in sizes:
                    sizes[value.name] = len(orjson.dumps(values[value.name], written_or_text))
                room.take_bytes(sizes[value.name])
                holder[key] = values[value.name]
            elif isinstance(holder, dict):
                del holder[key]
        elif isinstance(value, list):
            holder[key] = [None] * len(value)
            stack.extend((item, holder[key], index) for index, item in enumerate(value))
        elif isinstance(value, dict):
            holder[key] = dict.fromkeys(value)
            stack.extend((item, holder[key], name) for name, item in value.items())
        else:
            holder[key] = value
    return result[0]


def _coerce(value: Any, type_: GraphQLInputType, path: Path, room: _Room) -> Any:
    result: list[Any] = [None]
    stack: list[tuple[Any, GraphQLInputType, Any, Any, Path]] = [(value, type_, result, 0, path)]
    while stack:
        item, expected, holder, key, where = stack.pop()
        inner = expected.of_type if isinstance(expected, GraphQLNonNull) else expected
        if item is None:
            if inner is not expected:
                raise _refused(where, expected, "null")
            holder[key] = None
        elif isinstance(inner, GraphQLList):
            if isinstance(item, list):
                room.take_values(len(item))
                holder[key] = [None] * len(item)
                stack.extend(
                    (entry, inner.of_type, holder[key], index, (*where, index)) for index, entry in enumerate(item)
                )
            else:
                holder[key] = [None]
                stack.append((item, inner.of_type, holder[key], 0, where))
        elif isinstance(inner, GraphQLInputObjectType):
            holder[key] = _entries(item, inner, where)
            room.take_values(len(holder[key]))
            stack.extend(
                (item[name], inner.fields[name].type, holder[key], name, (*where, name)) for name in holder[key]
            )
        else:
            holder[key] = _leaf(item, inner, where)
            room.take_values(_count_inside(item))
    return result[0]


def _count_inside(value: Any) -> int:
    """The number of values in a custom scalar's lists and objects."""
    count, stack = 0, [value]
    while stack:
        value = stack.pop()
        if isinstance(value, list | dict):
            count += len(value)
            stack.extend(value.values() if isinstance(value, dict) else value)
    return count


def _entries(value: Any, type_: GraphQLInputObjectType, path: Path) -> dict[str, Any]:
    """The object's keys, once known to be those of the type."""
    if not isinstance(value, dict):
        raise _refused(path, type_, "not an object")
    if not value.keys() <= type_.fields.keys():
        raise _refused(path, type_, "unknown input field")
    for name, field in type_.fields.items():
        if name not in value and is_required_input_field(field):
            raise _refused((*path, name), field.type, "missing")
    if type_.is_one_of and (len(value) != 1 or None in value.values()):
        raise _refused(path, type_, "exactly one input field expected")
    return dict.fromkeys(value)


def _leaf(value: Any, type_: GraphQLScalarType | GraphQLEnumType, path: Path) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match type_.name:
        case _ if isinstance(type_, GraphQLEnumType):
            valid = isinstance(value, str) and value in type_.values
        case "Int":
            valid = number and -(2**31) <= value < 2**31 and _is_whole(value)
            value = int(value) if valid else None
        case "Float":
            valid = number and -float_info.max <= value <= float_info.max
        case "String":
            valid = isinstance(value, str)
        case "ID":
            whole = value.whole if isinstance(value, WrittenNumber) else number and isinstance(value, int)
            valid = whole or isinstance(value, str)
            value = (value.text if isinstance(value, WrittenNumber) else str(value)) if valid else None
        case "Boolean":
            valid = isinstance(value, bool)
        case _:
            valid = True  # a custom scalar: its subgraph judges
    if not valid:
        raise _refused(path, type_, "wrong type")
    return value


def _is_whole(value: float) -> bool:
    """Whether a number, as it is written, has no fraction."""
    if value != int(value) or not isinstance(value, WrittenNumber):
        return value == int(value)
    try:
        return Decimal(value.text) == int(value)
    except InvalidOperation:  # an exponent beyond decimals
        return False


def _too_much(what: str, detail: str) -> VariablesRefused:
    return VariablesRefused(
        "VARIABLES_LIMIT", f"Les variables ont {what} : envoyez moins de valeurs, en plusieurs requêtes.", detail
    )


def _refused(path: Path, type_: Any, detail: str) -> VariablesRefused:
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    allowed = _allowed(get_named_type(type_))
    return VariablesRefused(
        "VARIABLE_INVALID",
        f"La variable « ${where} » n'a pas le type attendu, {type_}"
        f"{f', qui admet {listed(allowed)}' if allowed else ''} : corrigez sa valeur.",
        f"variable {where}: {detail}, expected {type_}",
        extensions={"variable": list(path), "expected": str(type_), **({"allowed": allowed} if allowed else {})},
    )


def _allowed(type_: Any) -> list[str]:
    """The values of an enum, or the fields of an input object."""
    if isinstance(type_, GraphQLEnumType):
        return list(type_.values)[:LISTED]
    return list(type_.fields)[:LISTED] if isinstance(type_, GraphQLInputObjectType) else []
