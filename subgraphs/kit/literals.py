"""Typed SQL literals for constants of our own; no value of a request becomes one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Double, Text, literal_column


def number(value: float) -> ColumnElement[float]:
    """A literal of type double precision."""
    return literal_column(f"{value!r}::float8", Double())


def text(value: str) -> ColumnElement[str]:
    """A text literal; raises ValueError for a quote."""
    if "'" in value:
        raise ValueError("a quote in a constant")
    return literal_column(f"'{value}'", Text())
