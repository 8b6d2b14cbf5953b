"""Values that a document writes down, as the JSON that a variable would hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

INT64 = 2**63
"""One more than the largest whole number of 64 bits."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The place of a client variable inside a lifted literal, until its value is bound."""

    name: str


def literal(node: ValueNode) -> Any:
    """An AST value as the JSON that a variable of that type would hold, client's variables left as `Reference`."""
    result: list[Any] = [None]
    stack: list[tuple[ValueNode, Any, Any]] = [(node, result, 0)]
    while stack:
        value, holder, key = stack.pop()
        match value:
            case VariableNode():
                holder[key] = Reference(value.name.value)
            case ListValueNode():
                holder[key] = [None] * len(value.values)
                stack.extend((item, holder[key], index) for index, item in enumerate(value.values))
            case ObjectValueNode():
                holder[key] = {entry.name.value: None for entry in value.fields}
                stack.extend((entry.value, holder[key], entry.name.value) for entry in value.fields)
            case IntValueNode():
                number = int(value.value)
                holder[key] = number if -INT64 <= number < INT64 else float(number)
            case FloatValueNode():
                holder[key] = float(value.value)
            case NullValueNode():
                holder[key] = None
            case StringValueNode() | EnumValueNode() | BooleanValueNode():
                holder[key] = value.value
            case _:
                raise TypeError(value.kind)
    return result[0]
