"""What ingestion must know of a table besides its columns: which look-ups an index serves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from subgraphs.kit.errors import DeclarationError

SYSTEMS = frozenset({"source", "origin"})
"""Columns with a handful of values: an index that begins with one of them tells rows apart by its next column."""


def check_indexed(table: Table, key: tuple[str, ...]) -> None:
    """Raise DeclarationError unless an index leads to the rows with these columns without reading the others."""
    led = (tuple(takewhile(key.__contains__, columns)) for columns in indexes(table))
    if not any(set(columns) - SYSTEMS for columns in led):
        raise DeclarationError(f"{table.fullname}: no index leads to rows by {', '.join(key)}")


def indexes(table: Table) -> Iterator[tuple[str, ...]]:
    """The columns of each index of all rows of the table, in order."""
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            yield tuple(column.name for column in constraint.columns)
    for index in table.indexes:
        if index.dialect_options["postgresql"]["where"] is None:
            yield tuple(column.name for column in index.columns)
