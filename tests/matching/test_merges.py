"""Merges and un-merges lose nothing: in whatever order they come, people are served as the decisions in force say."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

import pytest

from hub.matching.merges import MOVING, ROLE, TABLES, apply_decisions, least_ids, undisputed
from schema.facts import Fact
from subgraphs.kit import access
from subgraphs.kit.columns import WRITTEN
from subgraphs.kit.ingest import row_store
from subgraphs.kit.ingest.person_registry import PersonRecord, Referent, Rsa
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.people import journey_tables, person_rows
from subgraphs.people.precedence import Precedence, Ranks
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.sources.ingestion import rows, take_one, values
from tests.sources.test_batches import empty, state

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRECEDENCE = Precedence(*(Ranks((("a", "b"),)),) * 2)
WAITS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'ingest' AND wait_event_type = 'Lock'
"""
FIRST_NAMES = ("Adèle", "Bruno", "Chloé", "Denis")


@dataclass(frozen=True)
class SourceRecord:
    """A record of someone, with a difficulty, an own item and restrictions that its source tells."""

    number: int
    source: str
    minutes: int

    async def write(self, registry: Registry, store: Store) -> UUID:
        """Write the record and what refers to it."""
        born, key = date(1980, 1, 1) + timedelta(days=self.number), f"{self.source}{self.number}"
        record = PersonRecord(
            self.source, str(self.number), NOON + timedelta(minutes=self.minutes),
            first_name=FIRST_NAMES[self.number], last_name="Ardoisier", birth_date=born,
            nir=f"18013080{self.number:05}",
            organisme="CAF:081", matricule=f"000000{self.number // 2}", role=("DEMANDEUR", "CONJOINT")[self.number % 2],
            email=f"{key}@example.org" if self.minutes % 2 else None, city_code="08105", department="08",
            rsa=Rsa("DROIT_OUVERT_VERSABLE", None, None, None, "08"),
            referents=(Referent(f"{key}@cd08.example"),) if self.source == "b" else None,
        )  # fmt: skip
        person_id = await registry.put(store, record)
        row = {"person_id": person_id, "theme": "MOBILITE", "source": self.source, "source_id": key, "as_of": NOON}
        await store.put(
            journey_tables.constraint, {"source": self.source, "source_id": key}, row, new={"id": store.new_key()}
        )
        await store.link("items", key, [Link(person_id, Fact.OWN_ITEM, "99900010100019", NOON.date())])
        restrictions = int(Fact.OPPOSITION if self.number == 1 else Fact.LIMITATION if self.number == 2 else 0)
        await store.put(access.person, {"person_id": person_id}, {"own_restrictions": restrictions})
        await registry.put_restrictions(store, person_id)
        return person_id


async def decide(database: Database, person: UUID, counterpart: UUID, verdict: str) -> None:
    """Add a decision, as the page does."""
    first, second = sorted((person, counterpart))
    await rows(
        database,
        "INSERT INTO people.match_decision SELECT $1, $2, count(*) + 1, $3, 'PERSON', '{}', 'essai#1', '1', now()"
        " FROM people.match_decision WHERE person_id = $1 AND other_person_id = $2",
        first, second, verdict,
    )  # fmt: skip


async def apply(database: Database) -> int:
    """Make the merges that are decided."""
    connection = await database.connect(ROLE)
    try:
        return await apply_decisions(Registry(database.keys.nir, PRECEDENCE), connection)
    finally:
        await connection.close()


async def write(database: Database, record: SourceRecord) -> UUID:
    """Take one record."""
    connection = await database.connect(ROLE)
    try:
        return await take_one(connection, partial(record.write, Registry(database.keys.nir, PRECEDENCE)))
    finally:
        await connection.close()


async def stored_rows(database: Database) -> list[str]:
    """All rows but the decisions, with names in the place of random ids."""
    return [text for text in await state(database) if not text.startswith("people.match_decision ")]


def seeded(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Make the ids of new rows those of a seed."""
    random = Random(seed)
    monkeypatch.setattr(row_store, "uuid4", lambda: UUID(int=random.getrandbits(128), version=4))


@pytest.mark.parametrize("seed", range(2))
async def test_merges_and_un_merges_in_any_order_end_where_the_decisions_say(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = Random(seed)
    initial = [SourceRecord(number, "a", 0) for number in range(len(FIRST_NAMES))]
    later = [SourceRecord(random.randrange(len(FIRST_NAMES)), random.choice("ab"), minutes) for minutes in range(1, 9)]
    seeded(monkeypatch, seed)
    people = [await write(fresh_database, record) for record in initial]
    decided: dict[tuple[UUID, UUID], str] = {}
    for record in later:
        for _ in range(random.randrange(3)):
            first, second = sorted(random.sample(people, 2))
            decided[first, second] = random.choice(("SAME", "SAME", "DIFFERENT"))
            await decide(fresh_database, first, second, decided[first, second])
        await apply(fresh_database)
        await write(fresh_database, record)
    await apply(fresh_database)
    assert await apply(fresh_database) == 0
    left = await stored_rows(fresh_database)
    await empty(fresh_database)
    await rows(fresh_database, "TRUNCATE people.match_decision, access.merged")
    seeded(monkeypatch, seed)
    assert [await write(fresh_database, record) for record in initial] == people
    for record in later:
        await write(fresh_database, record)
    for (first, second), verdict in decided.items():
        await decide(fresh_database, first, second, verdict)
    await apply(fresh_database)
    assert await stored_rows(fresh_database) == left


def test_whoever_is_one_with_one_is_one_with_all() -> None:
    first, second, third, fourth = map(UUID, map("{:032x}".format, (1, 2, 3, 4)))
    assert least_ids([(second, third), (third, first)]) == {second: first, third: first}
    assert least_ids([(third, fourth)]) == {fourth: third}
    assert least_ids([]) == {}


def test_nobody_is_merged_with_whom_an_agent_says_it_is_not_be_it_through_a_third() -> None:
    first, second, third, fourth, fifth = map(UUID, map("{:032x}".format, (1, 2, 3, 4, 5)))
    same = [(first, second), (second, third), (fourth, fifth)]
    assert undisputed(same, [(first, third)]) == {fifth: fourth}
    assert undisputed(same, [(second, fourth)]) == least_ids(same)
    assert undisputed(same, []) == {second: first, third: first, fifth: fourth}


async def test_a_merge_through_a_third_ends_when_an_agent_parts_its_ends(fresh_database: Database) -> None:
    people = [await write(fresh_database, SourceRecord(number, "a", 0)) for number in range(3)]
    unmerged = await stored_rows(fresh_database)
    await decide(fresh_database, people[0], people[1], "SAME")
    await decide(fresh_database, people[1], people[2], "SAME")
    assert await apply(fresh_database) == 2
    await decide(fresh_database, people[0], people[2], "DIFFERENT")
    assert await apply(fresh_database) == 2
    assert await stored_rows(fresh_database) == unmerged
    await decide(fresh_database, people[1], people[2], "DIFFERENT")
    assert await apply(fresh_database) == 1


async def test_a_merge_waits_for_who_writes_to_one_of_them_before_it_moves_a_row(fresh_database: Database) -> None:
    people = [await write(fresh_database, SourceRecord(number, "a", 0)) for number in range(2)]
    await decide(fresh_database, people[0], people[1], "SAME")
    writer = await fresh_database.connect()
    try:
        async with writer.transaction():
            await writer.execute("SELECT FROM access.person FOR NO KEY UPDATE")  # as a mutation does, and then its item
            applying = asyncio.create_task(apply(fresh_database))
            while not applying.done() and not await values(fresh_database, WAITS):
                pass
            await writer.execute("SELECT FROM people.person_constraint FOR UPDATE NOWAIT")
        assert await applying == 1
    finally:
        await writer.close()


OF_RECORDS = {
    *("people.asked", "people.referents_word", "people.match_candidate", "people.match_decision"),
    *("people.record_candidate", "people.record_decision"),
}
"""Tables of ingestion alone, which are of own people whatever is merged."""


def test_every_row_of_a_person_follows_it_or_is_consolidated_or_is_of_its_own_records() -> None:
    of_people = {table.fullname for table in TABLES if "person_id" in table.columns}
    moving = {table.fullname for table in MOVING}
    written_anew = {table.fullname for table in person_rows.CONSOLIDATED}
    excepted = {"access.person", "access.person_reference", "access.merged"} | OF_RECORDS
    excepted |= {table.fullname for table in access.NOTED if "person_id" in table.columns}
    assert of_people == moving | written_anew | excepted
    assert not moving & (written_anew | excepted)


async def test_what_is_written_for_a_merged_person_is_the_survivors(fresh_database: Database) -> None:
    served = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'serve_survivor'"
    written = {table.fullname for table in TABLES if table.info == WRITTEN}
    assert set(await values(fresh_database, served)) == written
