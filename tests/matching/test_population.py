"""On a generated population, nobody is merged with someone else by the automatic rungs; how many are joined is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import comb
from random import Random

from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.unit_of_work import Session
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.draws import POPULATION
from tests.matching.population import population, records
from tests.sources.ingestion import rows

SEED = 13
BY_NAMES = "ft-extrait"
"""The source whose records are attached by names and birth date where no key of theirs is known."""


async def ingested(database: Database, written: Sequence[tuple[int, PersonRecord]]) -> Report:
    """The report of all records, each a group of its own."""
    registry, report = Registry(database.keys.nir), Report("population")
    connection = await database.connect("people_ingest")
    session = Session(connection)
    try:
        for _, record in written:

            async def write(store: Store, record: PersonRecord = record) -> Outcome:
                await registry.put(store, record)
                return store.outcome

            await session.take(report, report.begin(), write)
        await session.settle(report)
    finally:
        await connection.close()
    return report


def pairs(groups: Iterable[object]) -> int:
    """How many pairs have one group."""
    return sum(comb(size, 2) for size in Counter(groups).values())


async def test_nobody_of_a_generated_population_is_merged_with_someone_else(fresh_database: Database) -> None:
    random = Random(SEED)
    written = records(random, population(random, POPULATION))
    report = await ingested(fresh_database, written)
    truth: Mapping[tuple[str, str], int] = {(record.source, record.source_id): number for number, record in written}
    identities = await rows(fresh_database, "SELECT source, source_id, person_id FROM people.identity")
    joined = {(row["source"], row["source_id"]): row["person_id"] for row in identities}
    by_key = {key for key in truth if key[0] != BY_NAMES}
    right = pairs((joined[key], truth[key]) for key in joined if key in by_key)
    merged, whole = pairs(joined[key] for key in joined if key in by_key), pairs(truth[key] for key in by_key)
    people: dict[object, set[int]] = defaultdict(set)
    for key in joined.keys() & by_key:
        people[joined[key]].add(truth[key])
    attached = [truth[key] in people[joined[key]] for key in joined.keys() - by_key]
    print(
        f"{POPULATION} people, {len(written)} records, {len(written) - len(joined)} refused {dict(report.codes)}\n"
        f"by keys: precision {right / merged:.4%} ({right} of {merged} pairs), recall {right / whole:.2%} of {whole}\n"
        f"by names in a département: {sum(attached)} of {len(attached)} right, of {len(truth) - len(by_key)} records\n"
        f"candidates for a person to confirm: {report.candidates}"
    )
    assert [numbers for numbers in people.values() if len(numbers) > 1] == []
    assert right > whole / 2
