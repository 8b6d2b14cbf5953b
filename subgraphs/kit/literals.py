"""Constants of a rule as part of a statement's text, with their type; none comes from a request."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Double, Text, literal_column


def number(value: float) -> ColumnElement[float]:
    """A double."""
    return literal_column(f"{value!r}::float8", Double())


def text(value: str) -> ColumnElement[str]:
    """A text without a quote in it."""
    if "'" in value:
        raise ValueError("a quote in a constant")
    return literal_column(f"'{value}'", Text())
