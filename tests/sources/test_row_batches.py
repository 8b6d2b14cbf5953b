"""Rows of a batch: random reads and writes of records leave in one batch what they leave one by one."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from schema.facts import Fact
from subgraphs.kit import access
from subgraphs.kit.ingest import unit_of_work
from subgraphs.kit.ingest.batch import Write
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused, Report
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.unit_of_work import Session
from subgraphs.people import journey_tables, tables
from tests.conftest import Database
from tests.sources.ingestion import codes, values

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
IDS = [UUID(int=number) for number in range(1, 5)]
PHONES = ["0639980001", "0639980002", "0639980003"]
TEXTS = [None, "é", 'a\\u0041"\n\\x00', "\\x5c", "null", ""]
DAYS = [None, date.min, date.max, date(1990, 2, 28)]
HASHES = [None, b"\x00", b"\\x", b'"\xff']
WRITTEN = (
    tables.person, tables.identity, tables.household, journey_tables.agent, tables.source_record, access.link,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
async def test_random_records_leave_in_one_batch_what_they_leave_one_by_one(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    left = []
    for size in (1, 6, 1000):
        draw = random.Random(seed)
        monkeypatch.setattr(unit_of_work, "BATCH", size)
        report = Report("essai")
        connection = await fresh_database.connect("ingest")
        session = Session(connection)
        for _ in range(60):
            await session.take(report, report.begin(), record(random.Random(draw.random())))
        await session.settle(report)
        await connection.close()
        texts = [
            sorted(await values(fresh_database, f"SELECT t::text FROM {table.fullname} t ORDER BY 1"))
            for table in WRITTEN
        ]
        left.append((report.counts, codes(report), texts))
        await empty(fresh_database)
    assert {Outcome.UPDATED, Outcome.REJECTED} <= left[0][0].keys()
    assert all(left[0][2])
    assert left[0] == left[1]
    assert left[0] == left[2]


def record(draw: random.Random) -> Write[Outcome]:
    """A record of up to four steps, refused now and then once they are taken."""
    kinds = (person, person, identity, identity, household, agent, forget_person, forget_identities, link, count, count)
    steps = [(draw.choice(kinds), draw.random()) for _ in range(draw.randrange(1, 5))]
    refused = draw.random() < 0.1

    async def write(store: Store) -> Outcome:
        for step, seed in steps:
            await step(store, random.Random(seed))
        if refused:
            raise Refused("SCHEMA_INVALID")
        return store.outcome

    return write


async def person(store: Store, draw: random.Random) -> None:
    """Write a person."""
    number = draw.randrange(4)
    row = {"last_name": draw.choice(TEXTS), "birth_date": draw.choice(DAYS), **lineage(number)}
    await store.put(tables.person, {"id": IDS[number]}, row)


async def identity(store: Store, draw: random.Random) -> None:
    """Write a record of a person, who may be another than before."""
    number, person_id = draw.randrange(4), draw.choice(IDS)
    if await store.row(tables.person, id=str(person_id)) is None:
        return
    row = {
        "person_id": draw.choice([person_id, str(person_id)]),
        "phones": draw.choices(PHONES, k=draw.randrange(4)),
        "email": draw.choice(TEXTS),
        "nir_hash": draw.choice(HASHES),
        "contact_origin": "DOSSIER",
        "contact_authorisation": "A",
        "as_of": NOON,
    }
    await store.put(tables.identity, {"source": "a", "source_id": str(number)}, row)


async def household(store: Store, draw: random.Random) -> None:
    """Write a household with a partner."""
    number, partner = draw.randrange(4), draw.choice(IDS)
    if await store.row(tables.person, id=IDS[number]) is None or await store.row(tables.person, id=partner) is None:
        return
    await store.put(tables.household, {"person_id": IDS[number]}, {"partner_id": partner, **lineage(number)})


async def agent(store: Store, draw: random.Random) -> None:
    """Write an agent, whose mailbox may be another than before."""
    number = draw.randrange(4)
    row = {"email": f"{draw.randrange(4)}@exemple.invalid", "last_name": draw.choice(TEXTS), **lineage(number)}
    await store.put(journey_tables.agent, {"id": IDS[number]}, row)


async def forget_person(store: Store, draw: random.Random) -> None:
    """Delete a person and what goes with it."""
    await store.delete(tables.person, id=draw.choice(IDS))


async def forget_identities(store: Store, draw: random.Random) -> None:
    """Delete the records that have a number."""
    for row in await store.all(tables.identity, phones=draw.choice(PHONES)):
        await store.delete(tables.identity, source=row["source"], source_id=row["source_id"])


async def link(store: Store, draw: random.Random) -> None:
    """Replace the links of an item, or all those of a person."""
    if draw.random() < 0.2:
        await store.delete(access.link, person_id=draw.choice(IDS))
        return
    people = draw.sample(IDS, k=draw.randrange(3))
    first, last = date(2026, 1, 1 + draw.randrange(9)), draw.choice([None, date(2026, 1, 5), date(2026, 2, 1)])
    links = [Link(person_id, Fact.OWN_ITEM, "99900030800011", first, last) for person_id in people]
    await store.link("a", str(draw.randrange(4)), links)


async def count(store: Store, draw: random.Random) -> None:
    """Write how many rows some look-ups lead to, and how often that was done: a stale reading shows."""
    person_id, email, digest = draw.choice(IDS), draw.choice(TEXTS), draw.choice(HASHES)
    rows = [
        await store.all(tables.identity, phones=draw.choice(PHONES)),
        await store.all(tables.identity, person_id=person_id),
        await store.all(tables.identity, email=email),
        await store.all(tables.identity, nir_hash=digest),
        await store.all(tables.household, partner_id=person_id),
        await store.all(access.link, person_id=person_id),
        await store.all(journey_tables.agent, email="1@exemple.invalid"),
    ]
    key = {"source": "a", "source_id": str(draw.randrange(4))}
    before = await store.row(tables.source_record, **key)
    last = NOON if before is None else before["as_of"]
    seconds = sum((len(some) + 1) * 7**place for place, some in enumerate(rows))
    await store.put(tables.source_record, key, {"as_of": last + timedelta(seconds=seconds), "removed": False})


def lineage(number: int) -> dict[str, object]:
    """The provenance of a row."""
    return {"source": "a", "source_id": str(number), "as_of": NOON}


async def empty(database: Database) -> None:
    """Delete all that records write."""
    connection = await database.connect()
    await connection.execute(f"TRUNCATE {', '.join(table.fullname for table in WRITTEN)} CASCADE")
    await connection.close()
