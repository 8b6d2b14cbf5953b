"""Everything that a database holds, read at once by its owner, whom row security does not bind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tests.conftest import Database
from tests.e2e.canary_rights import Subject, subjects

Row = Mapping[str, Any]
SCHEMAS = ("people", "appointments", "offers", "trainings", "access")


@dataclass(frozen=True, slots=True)
class World:
    """All rows by table, and what the schema `access` says of everyone."""

    tables: Mapping[str, list[Row]]
    subjects: Mapping[str, Subject]
    today: date
    _index: dict[tuple[str, str], dict[Any, list[Row]]]

    def where(self, table: str, column: str, value: Any) -> list[Row]:
        """The rows of a table whose column has this value."""
        index = self._index.get((table, column))
        if index is None:
            index = self._index[table, column] = {}
            for row in self.tables[table]:
                index.setdefault(row[column], []).append(row)
        return index.get(value, [])

    def first(self, table: str, column: str, value: Any) -> Row | None:
        """The row of a table whose column, which is unique, has this value."""
        return next(iter(self.where(table, column, value)), None)


async def read(database: Database, today: date) -> World:
    """The whole world."""
    owner = await database.connect()
    try:
        names = await owner.fetch(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema = ANY ($1)",
            SCHEMAS,
        )
        tables = {name: [_row(row) for row in await owner.fetch(f"SELECT * FROM {name}")] for (name,) in names}
        return World(tables, await subjects(owner, today), today, {})
    finally:
        await owner.close()


def _row(row: Any) -> Row:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """A value as an answer writes it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return str(value) if isinstance(value, UUID | date) else value
