"""Ingestion: the base of sources, their options, and the session in which they write.

A source reads files of one foreign format (`subgraphs/*/sources`) and cuts them into record groups: a foyer, a
webhook, a row. The items and links of a group are written together or not at all, and groups in batches, each of which
is one transaction (`batch`): a process killed at any moment leaves nothing half-applied, and the same file can be given
again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import Table

from subgraphs.kit.ingest.batch import TakenRecord, Write, take_all
from subgraphs.kit.ingest.excerpts import Pieces
from subgraphs.kit.ingest.file_kind import check_kind, no_table
from subgraphs.kit.ingest.ingestion_report import Announced, Numbered, Outcome, Place, Refused, Report
from subgraphs.kit.ingest.person_registry import People
from subgraphs.kit.ingest.progress import Meter, Progress
from subgraphs.kit.ingest.row_map import Connection
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.sender_scope import EVERYTHING, SenderScope
from subgraphs.kit.ingest.source_fields import Fields
from subgraphs.kit.ingest.webhook import Webhook

T = TypeVar("T")

BATCH = 1000
"""Record groups that are written together, at most."""
BATCH_BYTES = 16 << 20
"""Bytes of what is read beyond which no more groups join a batch."""


@dataclass(frozen=True, slots=True, repr=False)
class Organisation:
    """An organisation of a source: its SIRET and RDV-Insertion's organisation_type.

    `structure` is its key in the offer (data.inclusion); `sensitive` a kind of
    `subgraphs.kit.sensitive_organisations`, where the name doesn't tell it.
    """

    siret: str
    type: str
    structure: str | None = None
    sensitive: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Options:
    """Options of the command line.

    `as_of` dates files that carry no date of their own; `department` places people whose record names none; `headers`
    is the file of HTTP headers of the one webhook given; `organisations` maps a source's organisation id to the
    organisation: without it, nobody owns the items of that organisation; `proven` says that what is read was proven to
    come from its source when it first came; `whole` says that the files are all that the source holds, so that what
    they no longer have goes, and `remove` that much of it may go at once; `scope` is what whoever sent it may speak of.
    """

    as_of: datetime | None = None
    department: str | None = None
    headers: Path | None = None
    webhook_secret: bytes | None = None
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    proven: bool = False
    whole: bool = False
    remove: bool = False
    scope: SenderScope = EVERYTHING


class Source(ABC):
    """One foreign format; `role` is the database role that may write all that it writes, `reads` says in French, for
    docs/sources.md, what its files hold, `pieces` how they are cut into records, `fields` what becomes of each field;
    `webhook` is how its system proves what it sends, if it sends; `removes` says that its files may be whole."""

    name: ClassVar[str]
    reads: ClassVar[str]
    role: ClassVar[str]
    pieces: ClassVar[Pieces]
    fields: ClassVar[Fields]
    webhook: ClassVar[Webhook | None] = None
    removes: ClassVar[bool] = False

    def __init__(self, people: People) -> None:
        self.people = people

    @abstractmethod
    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given, and write each record group in a unit of the session."""


class RecordGroup(Protocol):
    """The part of a file that is written in one unit of work."""

    async def write(self, store: Store) -> Outcome:
        """Write the group; raises Refused, which undoes all of it."""
        ...


async def write_group(group: RecordGroup, store: Store) -> Outcome:
    """Write a record group."""
    return await group.write(store)


@dataclass(frozen=True, slots=True, repr=False)
class _Read:
    """A record group that was read and waits for its batch: how it is written, or why it can't be."""

    place: Place
    write: Write[Outcome] | Refused


class Session:
    """A connection of an ingest role, used by one source at a time, and the groups that wait for their batch; each is
    written within `scope`."""

    def __init__(
        self,
        connection: Connection,
        progress: Callable[[Progress], None] | None = None,
        scope: SenderScope = EVERYTHING,
    ) -> None:
        self._connection = connection
        self._scope = scope
        self._progress = progress
        self.meter = Meter()
        self._waiting: list[_Read] = []
        self._size = 0

    async def take(self, report: Report, place: Place, write: Write[Outcome] | Refused, size: int = 0) -> None:
        """Add a record group of `size` bytes to the batch, which is written once it is full."""
        self._waiting.append(_Read(place, write))
        self._size += size
        if len(self._waiting) >= BATCH or self._size >= BATCH_BYTES:
            await self.settle(report)

    async def settle(self, report: Report) -> None:
        """Write the groups that wait, and count them in the order in which they were read."""
        waiting, self._waiting, self._size = self._waiting, [], 0
        writes = [partial(self._within, read.write) for read in waiting if not isinstance(read.write, Refused)]
        results_of_writes, rows = await take_all(self._connection, writes) if writes else ([], 0)
        report.rows += rows
        results = iter(results_of_writes)
        for read in waiting:
            result = read.write if isinstance(read.write, Refused) else next(results)
            _count(report, read.place, result)
        self.tell(report)

    def _within(self, write: Write[Outcome], store: Store) -> Coroutine[Any, Any, Outcome]:
        store.scope = self._scope
        return write(store)

    async def note(self, write: Write[None]) -> None:
        """Write what is not of a record, once all that waits is settled; it is in no report."""
        [noted], _ = await take_all(self._connection, [write])
        if isinstance(noted, Refused):
            raise noted
        noted.result()

    async def keys(self, table: Table, source: str, until: datetime) -> set[str]:
        """The keys that a public table holds of a source, of rows as of this instant at the latest."""
        statement = f"SELECT id FROM {table.fullname} WHERE source = $1 AND as_of <= $2"  # noqa: S608 - the name of our own table
        return {row["id"] for row in await self._connection.fetch(statement, source, until)}

    def tell(self, report: Report) -> None:
        """Report the progress, if anyone follows it."""
        if self._progress is not None:
            self._progress(self.meter.progress(report.read))


def _count(report: Report, place: Place, result: TakenRecord[Outcome] | Refused) -> None:
    try:
        if isinstance(result, Refused):
            raise result
        report.count(place, result.result(), result.store.candidates, result.store.asides)
    except Refused as refused:
        report.refuse(place, refused)


def _size(record: object) -> int:
    """The bytes of a record, where it says how many it has: of those of documents that are read whole, no matter."""
    return len(record) if isinstance(record, bytes) else getattr(record, "size", 0)


async def read_files(
    name: str,
    paths: Sequence[Path],
    session: Session,
    records: Callable[[Path], Iterable[T | Refused | Numbered[T] | Announced]],
    write: Callable[[T, Store], Coroutine[Any, Any, Outcome]],
    may_be_table: Callable[[Path], bool] = no_table,
) -> Report:
    """Read files in the order given: `records` cuts one into record groups, `write` applies one, as its own unit.

    `records` gives a Refused for a group that can't be read, and the number of groups that the file announces. What it
    gives must stay as it is: groups are written in batches, which go on from file to file, and `write` may begin again.
    `may_be_table` says of which files `records` reads the table of a workbook.
    A file that breaks before its first group is refused as a whole; later, its complete groups stay.
    """
    report = Report(name)
    session.meter.expect(paths)
    for path in paths:
        groups_before = report.read
        session.meter.open(path, groups_before)
        try:
            report.open(path)
            check_kind(path, may_be_table)
            announced = None
            groups = records(path)
            session.meter.count(groups)
            for read in groups:
                if isinstance(read, Announced):
                    announced = read
                    continue
                numbered: Numbered[T] = read if isinstance(read, Numbered) else Numbered(None, read)
                record = numbered.record
                group = record if isinstance(record, Refused) else partial(write, record)
                place = report.begin(numbered.line, numbered.unread, numbered.sheet)
                await session.take(report, place, group, _size(record))
            report.close(report.read - groups_before, announced)
        except Refused as refused:
            await session.settle(report)
            if report.read == groups_before:
                report.refuse_file(refused)
            else:
                report.stop(refused)
    await session.settle(report)
    return report
