"""Writes of one unit of work: a row is written only if it differs, and each written row is counted.

All writes of a unit go through here, so that ingesting a file twice visibly writes nothing. Tables are the
SQLAlchemy ones; statements are built once per shape and run prepared on asyncpg.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import Table

from schema.facts import Fact
from subgraphs.kit import access
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.table_shapes import check_indexed

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

Row = dict[str, Any]
"""A row by column name."""


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between a scope and a person that an item of a source states, until a day if the item ends."""

    person_id: UUID
    relation: Fact
    scope_id: str
    valid_from: date
    valid_until: date | None = None


class Store:
    """The writes of one transaction.

    `written` counts rows inserted, changed and deleted; `candidates` counts people made although a known one has the
    same first name and e-mail or telephone; `asides` are values of the record that were not taken.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._admitted = Outcome.UNCHANGED
        self.written = 0
        self.candidates = 0
        self.asides: list[Refused] = []

    @property
    def outcome(self) -> Outcome:
        """The outcome of a group that was admitted and not removed."""
        if self._admitted is Outcome.CREATED:
            return Outcome.CREATED
        return Outcome.UPDATED if self.written else Outcome.UNCHANGED

    def set_aside(self, code: str, path: str) -> None:
        """Report the value at `path` as left out; the rest of the record is taken."""
        self.asides.append(Refused(code, path))

    async def admit(self, table: Table, source: str, source_id: str, as_of: datetime, *, removed: bool = False) -> bool:
        """Remember a message and return True, unless a newer one of the same item is known.

        `table` is a `source_record`. A removal wins over another message of the same second, since it is final.
        """
        row = await self.row(table, source=source, source_id=source_id)
        if row is not None:
            removed_before = row["removed"] and not removed
            if as_of < row["as_of"] or (removed_before and as_of == row["as_of"]):
                return False
        if row is None or row["removed"]:
            self._admitted = Outcome.CREATED
        await self.put(table, {"source": source, "source_id": source_id}, {"as_of": as_of, "removed": removed})
        return True

    async def row(self, table: Table, **key: Any) -> Row | None:
        """Return the row with these values, if any."""
        row = await self._connection.fetchrow(_select(table, tuple(key)), *key.values())
        return None if row is None else dict(row)

    async def all(self, table: Table, **key: Any) -> list[Row]:
        """Return the rows with these values."""
        return await self.query(_select(table, tuple(key)), *key.values())

    async def query(self, statement: str, *values: Any) -> list[Row]:
        """Return the rows of a reading statement."""
        return [dict(row) for row in await self._connection.fetch(statement, *values)]

    async def put(
        self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any], *, new: Mapping[str, Any] | None = None
    ) -> bool:
        """Insert the row, or update it if a value differs; `new` holds for an inserted row only. True if written."""
        current = await self.row(table, **key)
        if current is None:
            row = {**key, **values, **(new or {})}
            await self._connection.execute(_insert(table, tuple(row)), *row.values())
        elif any(current[name] != value for name, value in values.items()):
            await self._connection.execute(_update(table, tuple(values), tuple(key)), *values.values(), *key.values())
        else:
            return False
        self.written += 1
        return True

    async def delete(self, table: Table, **key: Any) -> int:
        """Delete the rows with these values; returns how many there were."""
        status = await self._connection.execute(_delete(table, tuple(key)), *key.values())
        count = int(status.rpartition(" ")[2])
        self.written += count
        return count

    async def link(self, origin: str, origin_id: str, links: Iterable[Link]) -> None:
        """Replace the links that an item of a source states; a link that remains keeps its first day."""
        rows = {
            (row["person_id"], row["relation"], row["scope_id"]): row
            for row in await self.all(access.link, origin=origin, origin_id=origin_id)
        }
        new = {(link.person_id, int(link.relation), link.scope_id): link for link in links}
        for place in rows.keys() - new.keys():
            await self.delete(access.link, **_link_key(place, origin, origin_id))
        for place, link in new.items():
            row = rows.get(place)
            if row is None or row["valid_until"] != link.valid_until:
                first = link.valid_from if row is None else row["valid_from"]
                days = {"valid_from": min(first, link.valid_until or first), "valid_until": link.valid_until}
                await self.put(access.link, _link_key(place, origin, origin_id), days)


def _link_key(place: tuple[UUID, int, str], origin: str, origin_id: str) -> Row:
    columns = ("person_id", "relation", "scope_id", "origin", "origin_id")
    return dict(zip(columns, (*place, origin, origin_id), strict=True))


def _where(columns: Sequence[str], first: int = 1) -> str:
    return " AND ".join(f"{column} = ${number}" for number, column in enumerate(columns, first))


@lru_cache(maxsize=256)
def _select(table: Table, key: tuple[str, ...]) -> str:
    check_indexed(table, key)
    return f"SELECT * FROM {table.fullname} WHERE {_where(key)}"  # noqa: S608 - names come from our own tables


@lru_cache(maxsize=256)
def _insert(table: Table, columns: tuple[str, ...]) -> str:
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    return f"INSERT INTO {table.fullname} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - as above


@lru_cache(maxsize=256)
def _update(table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    check_indexed(table, key)
    changes = ", ".join(f"{column} = ${number}" for number, column in enumerate(columns, 1))
    return f"UPDATE {table.fullname} SET {changes} WHERE {_where(key, len(columns) + 1)}"  # noqa: S608 - as above


@lru_cache(maxsize=256)
def _delete(table: Table, key: tuple[str, ...]) -> str:
    check_indexed(table, key)
    return f"DELETE FROM {table.fullname} WHERE {_where(key)}"  # noqa: S608 - as above
