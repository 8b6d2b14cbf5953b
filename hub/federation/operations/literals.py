"""Values that a document writes down, as the JSON that a variable would hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLInputType,
    GraphQLList,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
)

from schema.written_numbers import number


@dataclass(frozen=True, slots=True)
class Reference:
    """The place of a client variable inside a lifted literal, until its value is bound."""

    name: str


def literal(node: ValueNode, type_: GraphQLInputType | None = None) -> Any:
    """An AST value as the JSON that a variable of this type would hold, client's variables left as `Reference`, numbers
    as they are written; a whole number for ID is a text."""
    result: list[Any] = [None]
    stack: list[tuple[ValueNode, Any, Any, GraphQLInputType | None]] = [(node, result, 0, type_)]
    while stack:
        value, holder, key, expected = stack.pop()
        match value:
            case VariableNode():
                holder[key] = Reference(value.name.value)
            case ListValueNode():
                holder[key] = [None] * len(value.values)
                below = _item(expected)
                stack.extend((item, holder[key], index, below) for index, item in enumerate(value.values))
            case ObjectValueNode():
                holder[key] = {entry.name.value: None for entry in value.fields}
                fields = _fields(expected)
                stack.extend(
                    (entry.value, holder[key], entry.name.value, fields.get(entry.name.value)) for entry in value.fields
                )
            case IntValueNode() | FloatValueNode():
                whole = isinstance(value, IntValueNode) and _type_name(expected) == "ID"
                holder[key] = value.value if whole else number(value.value)
            case NullValueNode():
                holder[key] = None
            case StringValueNode() | EnumValueNode() | BooleanValueNode():
                holder[key] = value.value
            case _:
                raise TypeError(value.kind)
    return result[0]


def _type_name(type_: GraphQLInputType | None) -> str:
    return "" if type_ is None else get_named_type(type_).name


def _item(type_: GraphQLInputType | None) -> GraphQLInputType | None:
    """The type of the items of a list type."""
    nullable = None if type_ is None else get_nullable_type(type_)
    return nullable.of_type if isinstance(nullable, GraphQLList) else None


def _fields(type_: GraphQLInputType | None) -> Mapping[str, GraphQLInputType]:
    """The types of the fields of an input object, also where one stands for a list of one."""
    input_type = None if type_ is None else get_named_type(type_)
    return {name: field.type for name, field in input_type.fields.items()} if is_input_object_type(input_type) else {}
