"""Writes of one record: a row is written only if it differs, and each written row is counted.

All reads and writes of a record go through here. It reads the rows of its batch (`row_map`), changes nothing in them
until the record is taken, and waits where rows have to be fetched first. Tables are the SQLAlchemy ones.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from asyncpg.pgproto.pgproto import UUID as HashedUuid  # noqa: N811 - as rows have it, hashed in C
from sqlalchemy import Table

from schema.facts import Fact, link_key
from subgraphs.kit import access
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.nir_gate import PlainTexts, screened
from subgraphs.kit.ingest.row_map import Changes, Place, RowMap
from subgraphs.kit.ingest.sender_scope import EVERYTHING
from subgraphs.kit.ingest.table_shapes import LookUp, Row, Values, as_uuid, shape_of

AHEAD = timedelta(days=62)
"""How far ahead of the clock a record may be dated: files are dated by the month that they are for."""


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """A relation between a scope and a person that an item of a source states, until a day if the item ends."""

    person_id: UUID
    relation: Fact
    scope_id: str
    valid_from: date
    valid_until: date | None = None


class Awaited:
    """Places whose rows have to be fetched before the record goes on: what a waiting record gives to its batch."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places

    def __await__(self) -> Generator[Awaited, None, None]:
        yield self


class Store:
    """The reads and writes of one record.

    `written` counts rows inserted, changed and deleted; `candidates` counts people made although a known one has the
    same first name and e-mail or telephone; `asides` are values of the record that were not taken; `changes` are the
    rows as the record leaves them; `scope` is what whoever sent the record may speak of.
    """

    def __init__(self, rows: RowMap) -> None:
        self._rows = rows
        self._admitted = Outcome.UNCHANGED
        self._reads: dict[Place, int] = {}
        self._changes: dict[Table, dict[Values, Row | None]] = {}
        self._retained: dict[Table, dict[Values, Row | None]] = {}
        self._seen: PlainTexts = set()
        self.written = 0
        self.candidates = 0
        self.asides: list[Refused] = []
        self.scope = EVERYTHING

    @property
    def changes(self) -> Changes:
        """Rows by table and primary key as the record leaves them; None for one that goes."""
        return self._changes

    @property
    def retained(self) -> Changes:
        """Rows that the record leaves although it is refused."""
        return self._retained

    @property
    def is_stale(self) -> bool:
        """Whether a record before this one has changed what this one has read."""
        return self._rows.is_stale(self._reads)

    @property
    def outcome(self) -> Outcome:
        """The outcome of a group that was admitted and not removed."""
        if self._admitted is Outcome.CREATED:
            return Outcome.CREATED
        return Outcome.UPDATED if self.written else Outcome.UNCHANGED

    def new_key(self) -> UUID:
        """A random key of a row to come."""
        key = HashedUuid(uuid4().bytes)
        self._rows.add_new(key)
        return key

    def set_aside(self, code: str, path: str) -> None:
        """Report the value at `path` as left out, once; the rest of the record is taken."""
        if (code, path) not in ((refused.code, refused.path) for refused in self.asides):
            self.asides.append(Refused(code, path))

    def screened(self, table: Table, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the values as a row of this table may hold them: without a NIR (`nir_gate`); raises Refused."""
        return screened(table, values, self.set_aside, self._seen)

    def is_older(self, as_of: datetime, row: Row | None) -> bool:
        """Whether a record of this date is older than the stored row of its item, if there is one.

        Raises Refused AS_OF_AHEAD for a date far ahead, such as of a mistyped year, before which all that comes would
        be old.
        """
        if as_of > datetime.now(UTC) + AHEAD:
            raise Refused("AS_OF_AHEAD")
        return row is not None and bool(as_of < row["as_of"])

    async def admit(self, table: Table, source: str, source_id: str, as_of: datetime, *, removed: bool = False) -> bool:
        """Remember a message and return True, unless a newer one of the same item is known.

        `table` is a `source_record`. A removal wins over another message of the same second, since it is final. Raises
        what `is_older` raises.
        """
        row = await self.row(table, source=source, source_id=source_id)
        if self.is_older(as_of, row):
            return False
        if row is not None and row["removed"] and not removed and as_of == row["as_of"]:
            return False
        if row is None or row["removed"]:
            self._admitted = Outcome.CREATED
        await self.put(table, {"source": source, "source_id": source_id}, {"as_of": as_of, "removed": removed})
        return True

    async def is_taken(self, table: Table, source: str, source_id: str, digest: bytes) -> bool:
        """Whether the last message of an item is this very one; `table` is a `source_record` with digests."""
        row = await self.row(table, source=source, source_id=source_id)
        return row is not None and not row["removed"] and bool(row["digest"] == digest)

    async def set_digest(self, table: Table, source: str, source_id: str, digest: bytes) -> None:
        """Remember the content of an admitted message, unless values of it were set aside: those are told again."""
        written = self.written
        await self.put(table, {"source": source, "source_id": source_id}, {"digest": None if self.asides else digest})
        self.written = written

    async def prefetch(self, *look_ups: tuple[Table, Row]) -> None:
        """Fetch the rows of look-ups to come together, so that the record waits once."""
        places = []
        for table, key in look_ups:
            look_up, values = _look_up(table, key)
            if None not in values:
                place, rows = self._rows.find(look_up, table, values)
                if rows is None:
                    places.append(place)
        if places:
            await Awaited(places)

    async def row(self, table: Table, **key: Any) -> Row | None:
        """Return the row with these values, if any."""
        rows = await self.all(table, **key)
        return rows[0] if rows else None

    async def all(self, table: Table, **key: Any) -> list[Row]:
        """Return the rows with these values, which are not to be changed; of an array, those that contain the value."""
        look_up, values = _look_up(table, key)
        if None in values:
            return []
        place, stored = self._rows.find(look_up, table, values)
        if stored is None:
            await Awaited((place,))
            place, stored = self._rows.find(look_up, table, values)
            assert stored is not None
        self._reads.setdefault(place, self._rows.version)
        if len(place[2]) < len(values):
            stored = [row for row in stored if _has(row, look_up, values)]
        changes = self._changes.get(table)
        if not changes:
            return stored
        key_of = shape_of(table).key_of
        own = [row for row in changes.values() if row is not None and _has(row, look_up, values)]
        return [row for row in stored if key_of(row) not in changes] + own

    async def put(
        self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any], *, new: Mapping[str, Any] | None = None
    ) -> bool:
        """Insert the row, or update it if a value differs; `new` holds for an inserted row only. True if written."""
        key, values = self.screened(table, key), self.screened(table, values)
        current = await self.row(table, **key)
        if current is None:
            self._insert(table, {**key, **values, **self.screened(table, new or {})})
        elif not values.items() <= current.items():
            self._replace(table, current, {**current, **values})
        else:
            return False
        return True

    async def keep(
        self,
        table: Table,
        key: Mapping[str, Any],
        values: Mapping[str, Any],
        *,
        new: Mapping[str, Any] | None = None,
    ) -> None:
        """Put a row as `put` does, if the record, which is about to be, is refused."""
        before = await self.row(table, **key)
        new_values = self.screened(table, values)
        if before is None:
            first = {**self.screened(table, key), **self.screened(table, new or {})}
            row = {**shape_of(table).defaults, **first, **new_values}
        else:
            row = {**before, **new_values}
        if row != before:
            self._retained.setdefault(table, {})[shape_of(table).key_of(row)] = row

    async def drop(self, table: Table, row: Row) -> None:
        """Delete a row to which none refers, if the record, which is about to be, is refused."""
        self._retained.setdefault(table, {})[shape_of(table).key_of(row)] = None

    async def delete(self, table: Table, **key: Any) -> int:
        """Delete the rows with these values, with those that go with them; returns how many there were."""
        rows = await self.all(table, **key)
        for row in rows:
            await self._delete(table, row)
        self.written += len(rows)
        return len(rows)

    async def link(self, origin: str, origin_id: str, links: Iterable[Link]) -> None:
        """Replace the links that an item of a source states; one that remains begins on the earliest day stated."""
        rows = {
            (row["person_id"], row["relation"], row["scope_id"]): row
            for row in await self.all(access.link, origin=origin, origin_id=origin_id)
        }
        new = {(link.person_id, int(link.relation), link.scope_id): link for link in links}
        for place in rows.keys() - new.keys():
            await self._delete(access.link, rows[place])
            self.written += 1
        for place, link in new.items():
            row = rows.get(place)
            first = link.valid_from if row is None else min(link.valid_from, row["valid_from"])
            days = {"valid_from": min(first, link.valid_until or first), "valid_until": link.valid_until}
            if row is None:
                parts = self.screened(access.link, _link_key(place, origin, origin_id))
                self._insert(access.link, {**parts, "key": link_key(Fact(place[1]), place[2]), **days})
            elif not days.items() <= row.items():
                self._replace(access.link, row, {**row, **days})

    def _insert(self, table: Table, row: Row) -> None:
        self._write(table, {**shape_of(table).defaults, **row})

    def _replace(self, table: Table, before: Row, row: Row) -> None:
        key_of = shape_of(table).key_of
        if key_of(before) != key_of(row):
            self._changes.setdefault(table, {})[key_of(before)] = None
        self._write(table, row)

    def _write(self, table: Table, row: Row) -> None:
        shape = shape_of(table)
        for name in shape.uuids:
            row[name] = as_uuid(row[name])
        self._changes.setdefault(table, {})[shape.key_of(row)] = row
        self.written += 1

    async def _delete(self, table: Table, row: Row) -> None:
        """Delete a row as the database does: what refers to it goes, or forgets it."""
        shape = shape_of(table)
        children = shape.children
        await self.prefetch(*((child, {name: row[own_column]}) for child, name, own_column, _ in children))
        for child, name, own_column, goes in children:
            for referring in await self.all(child, **{name: row[own_column]}):
                if goes:
                    await self._delete(child, referring)
                else:
                    self._changes.setdefault(child, {})[shape_of(child).key_of(referring)] = {**referring, name: None}
        self._changes.setdefault(table, {})[shape.key_of(row)] = None


def _look_up(table: Table, key: Mapping[str, Any]) -> tuple[LookUp, Values]:
    look_up = shape_of(table).look_up(tuple(key))
    values = tuple(key.values())
    for place in look_up.uuids:
        if isinstance(values[place], str):
            values = (*values[:place], as_uuid(values[place]), *values[place + 1 :])
    return look_up, values


def _has(row: Row, look_up: LookUp, values: Values) -> bool:
    for name, value in zip(look_up.columns, values, strict=True):
        stored = row[name]
        if stored != value and not (isinstance(stored, list) and value in stored):
            return False
    return True


def _link_key(place: tuple[UUID, int, str], origin: str, origin_id: str) -> Row:
    columns = ("person_id", "relation", "scope_id", "origin", "origin_id")
    return dict(zip(columns, (*place, origin, origin_id), strict=True))
