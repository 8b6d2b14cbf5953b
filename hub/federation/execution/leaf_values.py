"""The values that a built-in scalar may have in a subgraph's answer (GraphQL specification §3.5, result coercion).

Nothing is coerced but whole numbers for ID, which is written as a text. A schema's own scalars may have any value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from types import MappingProxyType
from typing import Any

from schema.written_numbers import WrittenNumber

LARGEST_INT = 2**31 - 1
"""The largest Int; the smallest is one more below zero."""

INVALID = object()
"""What `Complete` gives for a value that its type does not have."""

Complete = Callable[[Any], Any]
"""From a value that is not null to that of the answer, or `INVALID`."""


def integer(value: Any) -> Any:
    """An Int: a whole number of 32 bits."""
    if type(value) is WrittenNumber and value.whole and float(value) == 0.0:
        return 0
    return value if type(value) is int and -LARGEST_INT - 1 <= value <= LARGEST_INT else INVALID


def number(value: Any) -> Any:
    """A Float: any finite number."""
    if type(value) is int:
        return value
    return float(value) if isinstance(value, float) and isfinite(value) else INVALID


def text(value: Any) -> Any:
    """A String."""
    return value if type(value) is str else INVALID


def identifier(value: Any) -> Any:
    """An ID: a text, or a whole number that becomes one."""
    if type(value) is int:
        return str(value)
    if type(value) is WrittenNumber and value.whole:
        return value.text
    return value if type(value) is str else INVALID


def boolean(value: Any) -> Any:
    """A Boolean."""
    return value if type(value) is bool else INVALID


COMPLETE: Mapping[str, Complete] = MappingProxyType(
    {"Boolean": boolean, "Float": number, "ID": identifier, "Int": integer, "String": text}
)
"""By the name of the built-in scalar."""
