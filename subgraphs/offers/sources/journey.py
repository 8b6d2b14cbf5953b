"""What the sources of the journey share: records of a JSON document, and one item with its person and link as a unit.

A record group is one item. Its person is found by the registry alone and never made here: by the NIR or the France
Travail number with the birth date, else as the one known person of the département with the same names and birth date.
Messages may come late, twice or in any order; a removal is final and takes the item, its link and its record away.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Table

from schema.facts import Fact
from subgraphs.kit.ingest import excerpts
from subgraphs.kit.ingest.ingestion_report import Announced, Numbered, Outcome, Refused, Report
from subgraphs.kit.ingest.json_stream import records
from subgraphs.kit.ingest.person_registry import People, PersonRecord
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.unit_of_work import Options, Session, Source, read_files
from subgraphs.kit.ingest.unread_fields import UnreadFields
from subgraphs.offers import journey_tables as tables


@dataclass(frozen=True, slots=True, repr=False)
class Item:
    """An item of a source: its row in `table`, and how long the link of its owner, who receives it, holds, if any.

    `values` are those of the row besides its person, its organisations and its lineage.
    """

    table: Table
    key: str
    as_of: datetime
    person: PersonRecord
    owner: str | None
    since: date
    until: date | None
    values: Mapping[str, Any]
    recorded_by: str | None = None


class Items:
    """Writes the items of one source."""

    def __init__(self, name: str, people: People) -> None:
        self.name, self.people = name, people

    async def admit(self, store: Store, key: str, as_of: datetime, *, removed: bool = False) -> bool:
        """Record the date of a message about an item; return False if a newer one was applied before."""
        return await store.admit(tables.source_record, self.name, key, as_of, removed=removed)

    async def put(self, store: Store, item: Item) -> UUID:
        """Write an admitted item, its person's record and its link; returns the person's key. Raises Refused."""
        person_id = await self.people.put(store, item.person)
        values = {
            **item.values,
            "person_id": person_id,
            "organisation_siret": item.owner,
            "recorded_by": item.recorded_by,
            "as_of": item.as_of,
        }
        await store.put(item.table, {"source": self.name, "source_id": item.key}, values, new={"id": store.new_key()})
        links = [Link(person_id, Fact.OWN_ITEM, item.owner, item.since, item.until)] if item.owner else []
        await store.link(self.name, item.key, links)
        return person_id

    async def remove(self, store: Store, table: Table, key: str, person_key: str) -> Outcome:
        """Take an admitted removal: the item, its link, and what its record said of the person."""
        gone = await store.delete(table, source=self.name, source_id=key)
        await store.link(self.name, key, ())
        await self.people.remove(store, self.name, person_key)
        return Outcome.REMOVED if gone else Outcome.UNCHANGED


class JourneySource(Source):
    """A source of items: JSON documents, each of one or more records: those of the list under `list_key`, or of the
    list that the document is if `is_list`."""

    role = "ingest"
    list_key: ClassVar[str | None] = "results"
    is_list: ClassVar[bool] = False
    pieces = excerpts.Items("results")

    def __init__(self, people: People) -> None:
        super().__init__(people)
        self.items = Items(self.name, people)

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the documents in the order given."""

        async def write(record: object, store: Store) -> Outcome:
            return await self.write(store, record, options)

        unread = UnreadFields(self.fields)

        def read(path: Path) -> Iterator[Numbered[Any] | Refused | Announced]:
            return unread.of_list(records(path, self.list_key, self.records, is_list=self.is_list), self.place)

        return await read_files(self.name, paths, session, read, write)

    def records(self, content: Any) -> list[Any]:
        """Return the records of a document that has no such list, by default none; raises Refused FORMAT_UNKNOWN."""
        raise Refused("FORMAT_UNKNOWN", detail=f"no list {self.list_key}")

    def place(self, record: object) -> str:
        """Return the path of a record in its document, as the fields of the source write it."""
        return "results."

    @abstractmethod
    async def write(self, store: Store, record: object, options: Options) -> Outcome:
        """Write the item of one record; raises Refused."""
