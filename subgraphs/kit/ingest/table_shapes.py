"""What ingestion must know of a table besides its columns: keys, look-ups that an index serves, statements of sets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, PrimaryKeyConstraint, Table, UniqueConstraint, Uuid
from sqlalchemy.dialects import postgresql

from subgraphs.kit.columns import UNMERGED
from subgraphs.kit.errors import DeclarationError

Row = dict[str, Any]
"""A row by column name."""
Values = tuple[Any, ...]
"""Values of the columns of a key or a look-up, in their order."""
Columns = tuple[str, ...]

SUBJECT = "person_id"
SYSTEMS = frozenset({"source", "origin"})
"""Columns with a handful of values: an index that begins with one of them tells rows apart by its next column."""


@dataclass(frozen=True, slots=True, repr=False)
class Path:
    """A way to the rows of a look-up: by these columns, which an index begins with, found at `places` of its key."""

    columns: Columns
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class LookUp:
    """How rows with values of these columns are found: by any of the paths, the most narrow first."""

    columns: Columns
    paths: tuple[Path, ...]
    uuids: tuple[int, ...]


class TableShape:
    """A table as ingestion sees it; `children` are the tables whose rows go, or forget it, with a row of this one;
    `moves`: its rows follow a person that is merged into another, and are here those of the former."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.moves = UNMERGED in table.columns
        self.columns: Columns = tuple(column.name for column in table.columns if _is_read(column))
        self.key: Columns = tuple(column.name for column in table.primary_key.columns)
        self.key_of = values_of(self.key)
        self.defaults: Row = {
            str(column.name): None if column.server_default is None else json.loads(str(column.server_default.arg))  # type: ignore[attr-defined]
            for column in table.columns
            if _is_read(column)
        }
        self.uuids = tuple(name for name in self.columns if isinstance(table.columns[name].type, Uuid))
        self._types = {column.name: _type(column.type) for column in table.columns}
        self._arrays = {column.name for column in table.columns if isinstance(column.type, ARRAY)}
        self._look_ups: dict[Columns, LookUp] = {}

    def look_up(self, columns: Columns) -> LookUp:
        """How rows with values of these columns are found; raises DeclarationError where no index leads to them."""
        if columns not in self._look_ups:
            self._look_ups[columns] = self._planned(columns)
        return self._look_ups[columns]

    def _planned(self, columns: Columns) -> LookUp:
        led: dict[Columns, bool] = {}
        for index, unique in _indexes(self.table):
            prefix = tuple(takewhile(columns.__contains__, index))
            if set(prefix) - SYSTEMS:
                led[prefix] = max(led.get(prefix, False), unique and prefix == index)
        if not led:
            raise DeclarationError(f"{self.table.fullname}: no index leads to rows by {', '.join(columns)}")
        narrow = sorted(led, key=lambda prefix: (not led[prefix], -len(prefix)))
        paths = tuple(Path(prefix, tuple(columns.index(name) for name in prefix)) for prefix in narrow)
        return LookUp(columns, paths, tuple(place for place, name in enumerate(columns) if name in self.uuids))

    def places(self, columns: Columns) -> Callable[[Row], tuple[Values, ...]]:
        """A function from a row to the values under which it is found by these columns: of an array, each element."""
        if columns[0] in self._arrays:
            name = columns[0]
            return lambda row: tuple((element,) for element in row[name])
        values = values_of(columns)
        return lambda row: (values(row),)

    @property
    def order(self) -> tuple[str, int]:
        """Place of the table among those that are written: after the tables that it refers to."""
        return self.table.schema or "", _order(self.table.metadata)[self.table]

    @property
    def children(self) -> list[tuple[Table, str, str, bool]]:
        """Each table that refers to this one, its column, the column here, and whether its rows go with it."""
        return _children(self.table)

    def select(self, columns: Columns) -> str:
        """The statement that reads the rows with these values; a parameter per column, an array of values each."""
        return f"SELECT t.* FROM {self._led(columns, '*')}"  # noqa: S608 - names come from our own tables

    @property
    def insert(self) -> str:
        """The statement that inserts the rows of a JSON array."""
        names = ", ".join(self.columns)
        types = ", ".join(f"{name} {self._types[name]}" for name in self.columns)
        rows = f"json_to_recordset($1::json) r({types})"
        if not self.moves:
            return f"INSERT INTO {self.table.fullname} ({names}) SELECT {names} FROM {rows}"  # noqa: S608 - as above
        values = ", ".join(
            f"r.{name}" if name != SUBJECT else f"coalesce(m.survivor_id, r.{name})" for name in self.columns
        )
        return (
            f"INSERT INTO {self.table.fullname} ({names}, {UNMERGED})"  # noqa: S608 - as above
            f" SELECT {values}, CASE WHEN m.survivor_id IS NOT NULL THEN r.{SUBJECT} END"
            f" FROM {rows} LEFT JOIN access.merged m ON m.person_id = r.{SUBJECT}"
        )

    @property
    def replace(self) -> str:
        """The statement that puts the rows of a JSON array in the place of those with their keys."""
        rest = [name for name in (*self.columns, *([UNMERGED] if self.moves else ())) if name not in self.key]
        changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in rest)
        return f"{self.insert} ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {changes}"

    @property
    def delete(self) -> str:
        """The statement that deletes the rows with these primary keys; a parameter per column of the key."""
        return (
            f"DELETE FROM {self.table.fullname}"  # noqa: S608 - as above
            f" WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM {self._led(self.key, 'ctid')}))"
        )

    def _led(self, columns: Columns, read: str) -> str:
        """Rows by the values of parameters: from the values to the rows, however few the planner thinks there are.

        A row of a person that was merged into another is one of the former. `OFFSET 0` keeps PostgreSQL from going
        through the table with the values inside, which a plan made while the table was empty would go on doing.
        """
        arrays = ", ".join(
            f"${place}::{self._types[name].removesuffix('[]')}[]" for place, name in enumerate(columns, 1)
        )
        equal = [f"r.{name} @> ARRAY[k.{name}]" if name in self._arrays else f"r.{name} = k.{name}" for name in columns]
        ways = [equal]
        if self.moves and SUBJECT in columns:
            rest = [condition for name, condition in zip(columns, equal, strict=True) if name != SUBJECT]
            ways = [[*equal, f"r.{UNMERGED} IS NULL"], [f"r.{UNMERGED} = k.{SUBJECT}", *rest]]
        selects = [f"SELECT {read} FROM {self.table.fullname} r WHERE {' AND '.join(way)}" for way in ways]  # noqa: S608 - as above
        rows = f"{' UNION ALL '.join(selects)} OFFSET 0"
        return f"unnest({arrays}) k({', '.join(columns)}) CROSS JOIN LATERAL ({rows}) t"


@cache
def shape_of(table: Table) -> TableShape:
    """The shape of a table."""
    return TableShape(table)


def values_of(columns: Columns) -> Callable[[Row], Values]:
    """A function from a row to its values of these columns."""
    if len(columns) == 1:
        name = columns[0]
        return lambda row: (row[name],)
    return itemgetter(*columns)


def as_uuid(value: Any) -> Any:
    """The UUID that a text writes, since the same key must be the same value."""
    return UUID(value) if isinstance(value, str) else value


def _is_read(column: Column[Any]) -> bool:
    return column.computed is None and column.name != UNMERGED


def _indexes(table: Table) -> Iterator[tuple[Columns, bool]]:
    """The columns of each index of all rows of the table, in order, and whether they are unique."""
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            yield tuple(column.name for column in constraint.columns), True
    for index in table.indexes:
        if index.dialect_options["postgresql"]["where"] is None:
            yield tuple(column.name for column in index.columns), False


@cache
def _order(metadata: Any) -> dict[Table, int]:
    return {table: place for place, table in enumerate(metadata.sorted_tables)}


@cache
def _children(parent: Table) -> list[tuple[Table, str, str, bool]]:
    return [
        (table, key.parent.name, key.column.name, key.ondelete == "CASCADE")
        for table in parent.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is parent and key.ondelete is not None
    ]


def _type(kind: Any) -> str:
    """The SQL type without its collation, which is that of the column."""
    return str(kind.compile(dialect=postgresql.dialect())).replace(' COLLATE "C"', "")  # type: ignore[no-untyped-call]
