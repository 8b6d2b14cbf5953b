"""Values of an operation's variables: the client's as their types take them (`hub.document.coercion`), defaults, and
those of the document's literals with variables in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson
from graphql import (
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLType,
    is_input_type,
    parse_type,
    type_from_ast,
)

from hub.document.coercion import Room, coerce
from hub.federation.operations.literals import Reference
from hub.federation.operations.operation import Operation
from schema.lru import Lru
from schema.written_numbers import written_or_text

_MISSING = object()


def bind(operation: Operation, provided: Mapping[str, Any], schema: GraphQLSchema) -> dict[str, Any]:
    """Every variable of the operation that has a value, client's and lifted alike; raises VariablesRefused."""
    values: dict[str, Any] = {}
    room = Room()
    for variable in operation.variables:
        if variable.lifted:
            continue
        type_ = _TYPES.get_or((variable.type, schema), partial(_type_of, variable.type, schema))
        value = provided.get(variable.name, _MISSING)
        if value is _MISSING:
            if variable.name in operation.defaults:
                values[variable.name] = operation.defaults[variable.name]
            elif isinstance(type_, GraphQLNonNull):
                room.refuse((variable.name,), type_, "missing")
        elif is_input_type(type_):
            values[variable.name] = coerce(value, type_, variable.name, room)
    room.check()
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


def _fill(template: Any, values: Mapping[str, Any], sizes: dict[str, int], room: Room) -> Any:
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
