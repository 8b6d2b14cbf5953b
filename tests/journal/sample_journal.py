"""Sample entries and journals, ways to tamper with them, and their verification."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import asyncpg

from hub.journal.operator import adopt
from hub.journal.record import Disclosure, Entry
from hub.journal.signing import Signer, Trust
from hub.journal.verify.adoption import Adoptable, adoptable, sign_streams
from hub.journal.verify.checkpoint_trail import NONE_KEPT
from hub.journal.verify.kept_anchors import read_anchors
from hub.journal.verify.person_keys import pseudonyms_of_keys
from hub.journal.verify.verification import Verification, verify
from hub.journal.write.group_commit import Journal
from tests.conftest import Database

SIGNER = Signer(b"s" * 32)
TRUST = Trust({SIGNER.id: SIGNER.public})
PSEUDONYMS = tuple(f"{number:032x}" for number in range(3))


def intent(**more: object) -> Entry:
    """The intent of a request of its own."""
    fields: dict[str, object] = {
        "kind": "INTENT",
        "request": uuid4(),
        "at": datetime.now(UTC),
        "trace": "t" * 32,
        "actor": "https://idp.example#a",
        "actor_kind": "referent_cd",
        "organisation": "22080001000018",
        "client": "frontend",
        "purpose": "suivi",
        "reference": None,
        "operation_hash": "h",
        "operation_name": "Journey",
        "decisions": {},
    }
    return Entry(**(fields | more))  # type: ignore[arg-type]


def released(*coordinates: str, masked: Sequence[str] = (), subjects: Sequence[str] = PSEUDONYMS) -> Disclosure:
    """A disclosure of coordinates of some people."""
    return Disclosure(coordinates, tuple(masked), tuple(subjects))


async def fill(journal: Journal, requests: int) -> None:
    """One request after the other: two lines each, the second with two disclosures."""
    for number in range(requests):
        entry = intent(operation_name=f"Request{number}")
        disclosures = [released("Person.id", "Person.lastName"), released("Rsa.status", masked=["Person.birthDate"])]
        await journal.disclose(journal.intend(entry), entry.disclosed({"NOT_HELD": 2, "OPPOSITION": 1}), disclosures)


@asynccontextmanager
async def running(database: Database, signer: Signer = SIGNER) -> AsyncIterator[Journal]:
    """A journal, from its start to its stop."""
    journal = Journal(database.dsn, signer)
    await journal.start()
    try:
        yield journal
    finally:
        await journal.stop()


async def written(database: Database, requests: int = 5) -> UUID:
    """A closed stream with twice as many lines; its id."""
    before = set(await streams(database))
    async with running(database) as journal:
        await fill(journal, requests)
    (stream,) = set(await streams(database)) - before
    return stream


async def streams(database: Database) -> list[UUID]:
    """The streams that have a checkpoint."""
    return [row["stream"] for row in await rows(database, "SELECT DISTINCT stream FROM journal.checkpoint")]


async def rows(database: Database, query: str, *values: object) -> list[asyncpg.Record]:
    """The rows of a query as the reading role."""
    connection = await database.connect("journal_reader")
    try:
        return await connection.fetch(query, *values)
    finally:
        await connection.close()


async def tamper(database: Database, *statements: str) -> None:
    """Run statements as the administrator of the database."""
    connection = await database.connect()
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def copied(stream: UUID, line: int, place: int) -> str:
    """A statement that adds a copy of an entry at another place of its stream."""
    return f"""INSERT INTO journal.entry SELECT (jsonb_populate_record(entry, '{{"seq": {place}}}')).*
    FROM journal.entry WHERE stream = '{stream}' AND seq = {line}"""


async def checked(
    database: Database, trust: Trust = TRUST, anchor: str | None = None, *, keys: bool = False
) -> Verification:
    """The verification of the journal as the reading role; with `keys`, of the keys of people too."""
    connection = await database.connect("journal_reader")
    try:
        anchors = read_anchors(anchor) if anchor is not None else NONE_KEPT
        return await verify(connection, trust, anchors, partial(key_pseudonyms, database) if keys else None)
    finally:
        await connection.close()


async def key_pseudonyms(database: Database) -> set[bytes]:
    """The pseudonyms that the keys of people make."""
    keeper = await database.connect("journal_keeper")
    try:
        return await pseudonyms_of_keys(keeper)
    finally:
        await keeper.close()


async def adopted(database: Database) -> None:
    """Sign what older versions left, as `hub journal adopt` does."""
    verified = adoptable(await checked(database, keys=True))
    await adopt(database.dsn, SIGNER, verified.strangers, None)
    await sign(database, verified)


async def sign(database: Database, verified: Adoptable) -> None:
    """Sign what was found to be adoptable."""
    writer = await database.connect("journal_writer")
    try:
        await sign_streams(writer, SIGNER, verified)
    finally:
        await writer.close()


async def findings(
    database: Database, trust: Trust = TRUST, anchor: str | None = None, *, keys: bool = False
) -> list[tuple[str, int, int]]:
    """The faults that verification finds, with their range."""
    verification = await checked(database, trust, anchor, keys=keys)
    return [(finding.fault.value, finding.first, finding.last) for finding in verification.findings]
