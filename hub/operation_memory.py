"""The memory that a prepared operation takes, reckoned from what it is made of, by factors that were measured
(decision 0064). Generated code is cached elsewhere (`hub.federation.execution.project`)."""

from __future__ import annotations

from collections.abc import Iterator
from sys import getsizeof
from typing import Any

from hub.federation.operations.operation import Operation, Selections

BASE = 34_000
"""Bytes of an operation of few fields, a filtered list the most: 24 to 30 KB."""
PER_FIELD = 1_600
"""Bytes that each field adds: measured at 0.8 to 1.4 KB."""
PER_VALUE = 130
"""Bytes that each value that the document writes down, and each variable, adds beside its text: up to 110."""
PER_INTROSPECTED = 60
"""Bytes that each character of a document with introspection adds."""


def operation_memory(operation: Operation, introspected: int) -> int:
    """Bytes of an operation, with `introspected` characters of introspection."""
    values = [*operation.literals.values(), *operation.defaults.values()]
    return (
        BASE
        + PER_FIELD * _fields(operation.root)
        + PER_VALUE * len(operation.variables)
        + sum(PER_VALUE + (getsizeof(value) if isinstance(value, str) else 0) for value in _values(values))
        + PER_INTROSPECTED * introspected
    )


def _fields(root: Selections) -> int:
    stack, count = [root], 0
    while stack:
        for field in stack.pop().fields:
            count += 1
            stack.extend(field.selections)
    return count


def _values(values: list[Any]) -> Iterator[Any]:
    """Some values, and all in them."""
    pending = list(values)
    while pending:
        value = pending.pop()
        yield value
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
