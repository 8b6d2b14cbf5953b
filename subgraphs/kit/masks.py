"""Masks: SQL that turns a value into a coarser one of the same type (docs/policy.md#rule-8).

A mask is of fixed form, can't be inverted and is never filtered or sorted on. A residual names it; an unknown name
masks to null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, literal_column, null

Mask = Callable[[ColumnElement[Any]], ColumnElement[Any]]


def year_start(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """1 January of a date's year."""
    return cast(func.date_trunc(literal_column("'year'"), value), Date)


MASKS: dict[str, Mask] = {"year_start": year_start}


def masked(name: str | None, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the value under the mask of this name; null if there is no such mask."""
    mask = MASKS.get(name) if name is not None else None
    return null() if mask is None else mask(value)
