"""Ingestion: the base of sources, their options, and the unit of work in which they write.

A source reads files of one foreign format (`subgraphs/*/sources`) and cuts them into record groups: a foyer, a
webhook, a row. One group is one transaction: its items and its links are written together or not at all, so that a
process killed between two groups leaves nothing half-applied and the same file can be given again. Units are
serialised by an advisory lock, since matching reads before it writes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import ClassVar, Protocol, TypeVar

import asyncpg

from subgraphs.kit.ingest.ingestion_report import Outcome, Refused, Report
from subgraphs.kit.ingest.person_registry import People
from subgraphs.kit.ingest.row_store import Connection, Store

T = TypeVar("T")

LOCK = 0x53504945
"""Advisory lock of ingestion (`SPIE`): at most one unit of work at a time in a database."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of a source: its SIRET and RDV-Insertion's organisation_type.

    `structure` is its key in the offer (data.inclusion); `sensitive` a kind of
    `subgraphs.kit.sensitive_organisations`, where the name doesn't tell it.
    """

    siret: str
    type: str
    structure: str | None = None
    sensitive: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """Options of the command line.

    `as_of` dates files that carry no date of their own; `department` places people whose record names none; `headers`
    is the file of HTTP headers of the one webhook given; `organisations` maps a source's organisation id to the
    organisation: without it, nobody owns the items of that organisation.
    """

    as_of: datetime | None = None
    department: str | None = None
    headers: Path | None = None
    webhook_secret: bytes | None = None
    organisations: Mapping[str, Organisation] = field(default_factory=dict)


class Source(ABC):
    """One foreign format; `role` is the database role that may write all that it writes, `reads` says in French, for
    docs/sources.md, what its files hold."""

    name: ClassVar[str]
    reads: ClassVar[str]
    role: ClassVar[str]

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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingestion is: groups read, and groups per second since its start."""

    read: int
    rate: float


class Session:
    """A connection of an ingest role, used by one source at a time."""

    def __init__(self, connection: Connection, progress: Callable[[Progress], None] | None = None) -> None:
        self._connection = connection
        self._progress = progress
        self._started = monotonic()

    async def unit(self, report: Report, write: Callable[[Store], Awaitable[Outcome]]) -> None:
        """Apply one record group in one transaction; `Refused` undoes all of it and enters the report.

        Values that PostgreSQL or its client refuses do so too, by a code alone: their messages quote the row.
        """
        store = Store(self._connection)
        try:
            async with self._connection.transaction():
                await self._connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
                outcome = await write(store)
        except Refused as refused:
            report.refuse(refused)
        except asyncpg.DataError as error:
            report.refuse(Refused("VALUE_NOT_STORABLE", detail=type(error).__name__))
        except asyncpg.IntegrityConstraintViolationError as error:
            report.refuse(Refused("CONSTRAINT_VIOLATED", detail=type(error).__name__))
        except asyncpg.InterfaceError as error:
            if not isinstance(error, ValueError):
                raise
            report.refuse(Refused("VALUE_NOT_STORABLE", detail=type(error).__name__))
        else:
            report.count(outcome, store.written, store.candidates, store.asides)
        self.tell(report)

    def tell(self, report: Report) -> None:
        """Report the progress, if anyone follows it."""
        if self._progress is not None:
            elapsed = monotonic() - self._started
            self._progress(Progress(report.read, report.read / elapsed if elapsed else 0.0))


async def read_files(
    name: str,
    paths: Sequence[Path],
    session: Session,
    records: Callable[[Path], Iterable[T | Refused]],
    write: Callable[[T, Store], Awaitable[Outcome]],
) -> Report:
    """Read files in the order given: `records` cuts one into record groups, `write` applies one in a unit of its own.

    `records` gives a Refused for a group that can't be read. A file that breaks before its first group is refused as a
    whole; later, its complete groups stay.
    """
    report = Report(name)
    for path in paths:
        groups_before = report.read
        try:
            report.open(path)
            for record in records(path):
                report.begin()
                if isinstance(record, Refused):
                    report.refuse(record)
                else:
                    await session.unit(report, partial(write, record))
        except Refused as refused:
            if report.read == groups_before:
                report.refuse_file(refused)
            else:
                report.stop(refused)
    return report
