"""The rows of one batch in memory: those that its records look up, as they are once the records before were taken.

A look-up that is not here is fetched for all the records that wait, one statement per table and set of columns. What
the records change is written at the end in the same way, so that the statements of a batch don't grow with its records.
The batch holds the lock of ingestion: nobody else changes what it has read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import Table

from subgraphs.kit.columns import UNMERGED
from subgraphs.kit.ingest.table_shapes import SUBJECT, Columns, LookUp, Row, TableShape, Values, shape_of

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Place = tuple[Table, Columns, Values]
"""Where rows are found: a table, the columns of an index, and their values."""
Changes = Mapping[Table, Mapping[Values, Row | None]]
"""Rows by table and primary key as one record leaves them; None for one that goes."""


class RowMap:
    """The rows of a batch; `version` counts the records that have changed some."""

    def __init__(self) -> None:
        self._tables: dict[Table, _TableRows] = {}
        self._new: set[Any] = set()
        self._changed: dict[Place, int] = {}
        self.version = 0

    def find(self, look_up: LookUp, table: Table, values: Values) -> tuple[Place, list[Row] | None]:
        """Where these rows are looked up, and the rows; None if they have to be fetched."""
        rows = self._rows(table)
        for path in look_up.paths:
            led = tuple([values[place] for place in path.places])
            if rows.holds(path.columns, led) or not self._new.isdisjoint(led):
                return (table, path.columns, led), rows.at(path.columns, led)
        path = look_up.paths[0]
        return (table, path.columns, tuple([values[place] for place in path.places])), None

    def add_new(self, key: UUID) -> None:
        """Remember that no row of the database holds this key, as such or in its text: it was made just now."""
        self._new.update((key, str(key)))

    def is_stale(self, reads: Mapping[Place, int]) -> bool:
        """Whether what was read at one of these places has changed since the version in which it was read."""
        changed = self._changed
        return any(changed[place] > reads[place] for place in changed.keys() & reads.keys())

    def apply(self, changes: Changes) -> None:
        """Take over what a record changes."""
        if changes:
            self.version += 1
        for table, rows in changes.items():
            for columns, values in self._rows(table).apply(rows):
                self._changed[table, columns, values] = self.version

    async def fetch(self, connection: Connection, places: Iterable[Place]) -> None:
        """Read the rows at these places: one statement per table and set of columns."""
        by_columns = defaultdict(set)
        for table, columns, values in places:
            by_columns[table, columns].add(values)
        for (table, columns), led in by_columns.items():
            statement = shape_of(table).select(columns)
            rows = await connection.fetch(statement, *map(list, zip(*led, strict=True)))
            self._rows(table).add(columns, led, rows)

    async def write(self, connection: Connection) -> int:
        """Write what differs from the database, and return how many rows that is."""
        tables = sorted(self._tables.values(), key=lambda rows: rows.shape.order)
        gone = [(rows.shape, rows.gone()) for rows in reversed(tables)]
        for shape, keys in gone:
            if keys:
                await connection.execute(shape.delete, *map(list, zip(*keys, strict=True)))
        written = sum(len(keys) for _, keys in gone)
        for rows in tables:
            inserted, replaced = rows.written()
            for statement, batch in ((rows.shape.insert, inserted), (rows.shape.replace, replaced)):
                if batch:
                    await connection.execute(statement, orjson.dumps(batch, default=_json).decode())
            written += len(inserted) + len(replaced)
        return written

    def _rows(self, table: Table) -> _TableRows:
        rows = self._tables.get(table)
        if rows is None:
            rows = self._tables[table] = _TableRows(shape_of(table))
        return rows


class _TableRows:
    """The rows of one table by primary key, and by the columns of each index in use."""

    def __init__(self, shape: TableShape) -> None:
        self.shape = shape
        self._rows: dict[Values, Row | None] = {}
        self._stored: dict[Values, Row | None] = {}
        self._indexes: dict[Columns, _Index] = {}

    def holds(self, columns: Columns, values: Values) -> bool:
        """Whether all rows with these values are here."""
        index = self._indexes.get(columns)
        return index is not None and values in index.whole

    def at(self, columns: Columns, values: Values) -> list[Row]:
        """The rows with these values."""
        keys = self._index(columns).keys.get(values, ())
        return [row for key in keys if (row := self._rows[key]) is not None]

    def add(self, columns: Columns, led: Iterable[Values], rows: Iterable[asyncpg.Record]) -> None:
        """Add rows of the database, all that have these values; those that are here may have changed and stay."""
        self._index(columns).whole.update(led)
        for record in rows:
            row = dict(record)
            if self.shape.moves:
                row[SUBJECT] = row.pop(UNMERGED) or row[SUBJECT]
            key = self.shape.key_of(row)
            if key not in self._rows:
                self._rows[key] = row
                for index in self._indexes.values():
                    index.add(key, row)

    def apply(self, changes: Mapping[Values, Row | None]) -> Iterator[tuple[Columns, Values]]:
        """Take over changed rows, and return the columns and values under which each was found or is now."""
        for key, row in changes.items():
            before = self._rows.get(key)
            self._stored.setdefault(key, before)
            self._rows[key] = row
            for columns, index in self._indexes.items():
                if before is not None:
                    for values in index.remove(key, before):
                        yield columns, values
                if row is not None:
                    for values in index.add(key, row):
                        yield columns, values

    def gone(self) -> list[Values]:
        """The primary keys of rows of the database that are no more."""
        return [key for key, stored in self._stored.items() if stored is not None and self._rows[key] is None]

    def written(self) -> tuple[list[Row], list[Row]]:
        """The rows to insert, and those to put in the place of others."""
        inserted, replaced = [], []
        for key, stored in self._stored.items():
            row = self._rows[key]
            if row is not None and stored is None:
                inserted.append(row)
            elif row is not None and row != stored:
                replaced.append(row)
        return inserted, replaced

    def _index(self, columns: Columns) -> _Index:
        index = self._indexes.get(columns)
        if index is None:
            index = self._indexes[columns] = _Index(self.shape.places(columns))
            for key, row in self._rows.items():
                if row is not None:
                    index.add(key, row)
        return index


class _Index:
    """Primary keys by values; `whole` are the values of which all rows are here."""

    def __init__(self, places: Callable[[Row], tuple[Values, ...]]) -> None:
        self._places = places
        self.keys: dict[Values, dict[Values, None]] = {}
        self.whole: set[Values] = set()

    def add(self, key: Values, row: Row) -> tuple[Values, ...]:
        """Add a row, and return the values under which it is found."""
        places = self._places(row)
        for values in places:
            self.keys.setdefault(values, {})[key] = None
        return places

    def remove(self, key: Values, row: Row) -> tuple[Values, ...]:
        """Remove a row, and return the values under which it was found."""
        places = self._places(row)
        for values in places:
            self.keys[values].pop(key, None)
        return places


def _json(value: Any) -> str:
    """The text of a value that JSON has no form for, as PostgreSQL reads it."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
