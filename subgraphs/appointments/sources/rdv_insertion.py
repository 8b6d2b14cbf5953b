"""Source `rdv-insertion`: signed webhooks (`.json`, headers beside in `.headers.json`) and user files (`.csv`).

A webhook or a row is a record group. `asOf` of a webhook is its `meta.timestamp`, so that messages may come late, twice
or in any order. An unsigned or badly signed body is not even parsed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from subgraphs.appointments import tables
from subgraphs.appointments.sources import rdvi_users
from subgraphs.appointments.sources.rdvi_items import Items
from subgraphs.appointments.sources.rdvi_payload import Gone, Invitation, Rdv, proven, read
from subgraphs.appointments.sources.rdvi_values import NAME
from subgraphs.kit.ingest import Options, Session
from subgraphs.kit.ingest_csv import Row, rows, written_at
from subgraphs.kit.ingest_json import loads
from subgraphs.kit.ingest_people import People
from subgraphs.kit.ingest_report import Outcome, Refused, Report
from subgraphs.kit.ingest_store import Store
from subgraphs.kit.ingest_text import instant

HEADERS = ".headers.json"


class RdvInsertion:
    """Reads RDV-Insertion into `people` and `appointments`."""

    name = NAME
    role = "ingest"

    def __init__(self, people: People) -> None:
        self._people = people

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read webhooks and user files in the order given; files of headers are read with their webhook."""
        report = Report(NAME)
        items = Items(self._people, options.organisations)
        for path in paths:
            if path.name.endswith(HEADERS):
                continue
            try:
                report.open(path)
                if path.suffix == ".json":
                    await self._webhook(path, options, session, report, items)
                elif path.suffix == ".csv":
                    await self._users(path, options, session, report)
                else:
                    raise Refused("FILE_TYPE_UNKNOWN")
            except Refused as refused:
                report.refuse_file(refused)
        return report

    async def _webhook(self, path: Path, options: Options, session: Session, report: Report, items: Items) -> None:
        if not options.webhook_secret:
            raise Refused("WEBHOOK_SECRET_MISSING")
        body, headers = _request(path, options.headers)
        report.begin()
        try:
            message = webhook(body, headers, options.webhook_secret)
        except Refused as refused:
            report.refuse(refused)
        else:
            await session.unit(report, lambda store: items.write(store, message.item, message.model, message.as_of))

    async def _users(self, path: Path, options: Options, session: Session, report: Report) -> None:
        as_of = options.as_of or written_at(path)
        found = rows(path, tuple(rdvi_users.COLUMNS))
        while True:
            try:
                row = next(found)
            except StopIteration:
                return
            except Refused as refused:
                report.stop(refused)
                return
            report.begin()
            if isinstance(row, Refused):
                report.refuse(row)
            else:
                await session.unit(report, _User(self._people, row, as_of, options.department).write)


@dataclass(frozen=True, slots=True)
class Message:
    """A proven webhook."""

    item: Rdv | Invitation | Gone
    model: str
    as_of: datetime


def webhook(body: bytes, headers: Mapping[str, str], secret: bytes) -> Message:
    """The message of a webhook as it came in; raises Refused."""
    meta, item = read(proven(body, headers, secret))
    return Message(item, meta.model, instant(meta.timestamp, "meta.timestamp"))


@dataclass(frozen=True, slots=True)
class _User:
    """One row of a user file."""

    people: People
    row: Row
    as_of: datetime
    department: str | None

    async def write(self, store: Store) -> Outcome:
        record = rdvi_users.record(self.row, self.as_of, self.department, self.people)
        if not await store.admit(tables.source_record, NAME, record.source_id, self.as_of):
            return Outcome.OLDER
        await self.people.put(store, record)
        return store.outcome


def _request(path: Path, headers: Path | None) -> tuple[bytes, dict[str, str]]:
    """The body of a webhook and the headers that came with it, from the file named or the one beside the body."""
    beside = path.with_name(path.name.removesuffix(".json") + HEADERS)
    try:
        found = loads((headers or beside).read_bytes())
    except OSError:
        raise Refused("HEADERS_MISSING") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Refused("HEADERS_MISSING")
    return path.read_bytes(), found
