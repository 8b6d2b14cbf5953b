"""Source `rdv-insertion`: signed webhooks (`.json`, headers beside in `.headers.json`), user files (`.csv`, `.xlsx`).

A webhook or a row is a record group. `asOf` of a webhook is its `meta.timestamp`, so that messages may come late, twice
or in any order. An unsigned or badly signed body is not even parsed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from subgraphs.appointments import tables
from subgraphs.appointments.sources import rdvi_payload, rdvi_users
from subgraphs.appointments.sources.rdvi_api import USERS
from subgraphs.appointments.sources.rdvi_items import Items
from subgraphs.appointments.sources.rdvi_payload import Gone, Invitation, Rdv, User, as_signed, proven, read, sent_at
from subgraphs.appointments.sources.rdvi_values import NAME, person
from subgraphs.kit.ingest import excerpts
from subgraphs.kit.ingest.csv_rows import Row, Rows, date_of_file, rows
from subgraphs.kit.ingest.excerpts import ByEnding, Whole
from subgraphs.kit.ingest.file_kind import is_no_json
from subgraphs.kit.ingest.ingestion_report import Announced, Numbered, Outcome, Refused, Report
from subgraphs.kit.ingest.json_records import convert, loads
from subgraphs.kit.ingest.json_stream import read_whole, records
from subgraphs.kit.ingest.person_registry import People
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields
from subgraphs.kit.ingest.text_forms import instant
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup, Session, Source, read_files, write_group
from subgraphs.kit.ingest.unread_fields import UnreadFields
from subgraphs.kit.ingest.webhook import Webhook

HEADERS = ".headers.json"
FIELDS: Fields = {**rdvi_payload.FIELDS, **rdvi_users.FIELDS}
UNREAD = UnreadFields(rdvi_payload.FIELDS)
TABLES = (".csv", ".xlsx")
"""Suffixes of user files."""


class RdvInsertion(Source):
    """Reads RDV-Insertion into `people` and `appointments`."""

    name = NAME
    reads = "notifications signées de RDV-Insertion (JSON) et fichiers d'usagers (CSV ou .xlsx)"
    role = "ingest"
    pieces = ByEnding(
        {
            USERS: excerpts.Items("users"),
            ".json": Whole(),
            **dict.fromkeys(TABLES, Rows(tuple(rdvi_users.REQUIRED), tuple(rdvi_users.OPTIONAL), rdvi_users.SYNONYMS)),
        }
    )
    webhook = Webhook(proven, sent_at, is_local=True)
    fields = FIELDS

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read webhooks and user files in the order given; files of headers are read with their webhook."""
        items = Items(self.people, options.organisations)
        bodies = [path for path in paths if not path.name.endswith(HEADERS)]
        return await read_files(
            NAME, bodies, session, lambda path: self._records(path, options, items), write_group, is_no_json
        )

    def _records(
        self, path: Path, options: Options, items: Items
    ) -> Iterator[RecordGroup | Refused | Numbered[RecordGroup] | Announced]:
        if path.name.endswith(USERS):
            yield from self._users(path, options)
        elif path.suffix.lower() == ".json":
            yield _received(path, options, items)
        elif path.suffix.lower() in TABLES:
            as_of = date_of_file(options)
            for row in rows(path, tuple(rdvi_users.REQUIRED), tuple(rdvi_users.OPTIONAL), rdvi_users.SYNONYMS):
                yield row.map(lambda cells: _User(self.people, cells, as_of, options.department))
        else:
            raise Refused("FILE_TYPE_UNKNOWN")

    def _users(self, path: Path, options: Options) -> Iterator[Refused | Numbered[RecordGroup] | Announced]:
        """The users of a page of the API, as of `as_of`: the page has no date of its own."""
        as_of = date_of_file(options)
        for user in UNREAD.of_list(records(path, "users"), lambda _: "users."):
            if isinstance(user, Numbered):
                yield user.map(lambda listed: _Listed(self.people, listed, as_of, options.department))
            else:
                yield user


@dataclass(frozen=True, slots=True, repr=False)
class _Listed:
    """One user of the API."""

    people: People
    user: object
    as_of: datetime
    department: str | None

    async def write(self, store: Store) -> Outcome:
        record = person(convert(self.user, User), self.as_of, self.department, "user", store.set_aside)
        if not await store.admit(tables.source_record, NAME, record.source_id, self.as_of):
            return Outcome.OLDER
        await self.people.put(store, record)
        return store.outcome


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """A proven webhook; `unread` names what it holds and the hub does not keep."""

    item: Rdv | Invitation | Gone
    model: str
    as_of: datetime
    unread: tuple[str, ...]


def message(body: bytes, headers: Mapping[str, str], secret: bytes) -> Message:
    """The message of a webhook as it came in; raises Refused."""
    return _message(proven(body, headers, secret))


def _message(body: bytes) -> Message:
    meta, item = read(body)
    return Message(item, meta.model, instant(meta.timestamp, "meta.timestamp"), UNREAD.of_json(loads(body)))


def _received(path: Path, options: Options, items: Items) -> Numbered[RecordGroup] | Refused:
    """The one group of a webhook's file, or why it can't be taken; raises Refused where there is nothing to prove."""
    if not options.proven and not options.webhook_secret:
        raise Refused("WEBHOOK_SECRET_MISSING")
    body, headers = (read_whole(path), {}) if options.proven else _request(path, options.headers)
    try:
        received = (
            _message(as_signed(body)) if options.proven else message(body, headers, options.webhook_secret or b"")
        )
        return Numbered(None, _Webhook(items, received), received.unread)
    except Refused as refused:
        return refused


@dataclass(frozen=True, slots=True, repr=False)
class _Webhook:
    """One proven webhook."""

    items: Items
    message: Message

    async def write(self, store: Store) -> Outcome:
        return await self.items.write(store, self.message.item, self.message.model, self.message.as_of)


@dataclass(frozen=True, slots=True, repr=False)
class _User:
    """One row of a user file."""

    people: People
    row: Row
    as_of: datetime
    department: str | None

    async def write(self, store: Store) -> Outcome:
        record = rdvi_users.record(self.row, self.as_of, self.department, self.people, store.set_aside)
        if not await store.admit(tables.source_record, NAME, record.source_id, self.as_of):
            return Outcome.OLDER
        person_id = await self.people.put(store, record)
        if rdvi_users.NAMES["orientation_start"] in self.row:
            oriented = rdvi_users.orientation(self.row, store.set_aside)
            await self.people.put_orientation(store, person_id, record, oriented)
        return store.outcome


def _request(path: Path, headers: Path | None) -> tuple[bytes, dict[str, str]]:
    """The body of a webhook and the headers that came with it, from the file named or the one beside the body."""
    beside = path.with_name(path.name.removesuffix(".json") + HEADERS)
    try:
        content = loads(read_whole(headers or beside))
    except OSError:
        raise Refused("HEADERS_MISSING") from None
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise Refused("HEADERS_MISSING")
    return read_whole(path), content
