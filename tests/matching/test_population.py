"""On a generated population, nobody is merged with someone else by the automatic rungs; how many are joined is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import comb
from random import Random
from uuid import UUID

from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.unit_of_work import Session
from subgraphs.people.names import name_key
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.draws import POPULATION
from tests.matching.population import Someone, population, records
from tests.sources.ingestion import rows

SEED = 13
Key = tuple[str, str]
"""Source and key of a record."""
Pair = tuple[UUID, UUID]
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
    people_of_it = population(random, POPULATION)
    written = records(random, people_of_it)
    report = await ingested(fresh_database, written)
    truth: Mapping[Key, int] = {(record.source, record.source_id): number for number, record in written}
    identities = await rows(fresh_database, "SELECT source, source_id, person_id FROM people.identity")
    joined = {(row["source"], row["source_id"]): row["person_id"] for row in identities}
    by_key = {key for key in truth if key[0] != BY_NAMES}
    right = pairs((joined[key], truth[key]) for key in joined if key in by_key)
    merged, whole = pairs(joined[key] for key in joined if key in by_key), pairs(truth[key] for key in by_key)
    people: dict[object, set[int]] = defaultdict(set)
    for key in joined.keys() & by_key:
        people[joined[key]].add(truth[key])
    attached = [truth[key] in people[joined[key]] for key in joined.keys() - by_key]
    queued = await rows(fresh_database, "SELECT DISTINCT person_id, other_person_id FROM people.match_candidate")
    owners = {person_id: next(iter(numbers)) for person_id, numbers in people.items()}
    waiting = {
        (row["person_id"], row["other_person_id"])
        for row in queued
        if owners.get(row["person_id"]) == owners.get(row["other_person_id"]) is not None
    }
    split = _split(joined, by_key, truth)
    count = sum(len(pairs_of & waiting) for pairs_of in split.values())
    lost = sum(map(len, split.values()))
    print(_by_cause(people_of_it, written, joined, by_key))
    print(
        f"queue: {len(queued)} pairs, {len(waiting)} of one person ({len(waiting) / max(1, len(queued)):.2%});"
        f" of {lost} pairs that keys leave apart {count} wait there (recall {count / max(1, lost):.2%})"
    )
    print(
        f"{POPULATION} people, {len(written)} records, {len(written) - len(joined)} refused {dict(report.codes)}\n"
        f"by keys: precision {right / merged:.4%} ({right} of {merged} pairs), recall {right / whole:.2%} of {whole}\n"
        f"by names in a département: {sum(attached)} of {len(attached)} right, of {len(truth) - len(by_key)} records\n"
        f"candidates for a person to confirm: {report.candidates}"
    )
    assert [numbers for numbers in people.values() if len(numbers) > 1] == []
    assert right > whole / 2


def _split(joined: Mapping[Key, UUID], by_key: Collection[Key], truth: Mapping[Key, int]) -> dict[int, set[Pair]]:
    """By someone, the pairs of persons that records of theirs were left apart in."""
    persons = defaultdict(set)
    for key in joined.keys() & set(by_key):
        persons[truth[key]].add(joined[key])
    return {number: {(a, b) for a in ids for b in ids if a < b} for number, ids in persons.items() if len(ids) > 1}


def _by_cause(
    people: Sequence[Someone],
    written: Sequence[tuple[int, PersonRecord]],
    joined: Mapping[Key, UUID],
    by_key: Collection[Key],
) -> str:
    """Recall by keys of the pairs of records that have each cause, a line each."""
    records_of = defaultdict(list)
    for number, record in written:
        if (record.source, record.source_id) in by_key:
            records_of[number].append(record)
    whole, right = Counter[str](), Counter[str]()
    for number, own in records_of.items():
        for first, second in combinations(own, 2):
            ids = [joined.get((record.source, record.source_id)) for record in (first, second)]
            for cause in _causes(people[number], first, second):
                whole[cause] += 1
                right[cause] += None not in ids and ids[0] == ids[1]
    return "\n".join(f"  {cause}: {right[cause] / whole[cause]:.2%} of {whole[cause]}" for cause in sorted(whole))


def _causes(someone: Someone, first: PersonRecord, second: PersonRecord) -> Iterator[str]:
    letters = [{name_key(record.first_name) for record in (first, second)}, {name_key(someone.first_name)}]
    if letters[0] != letters[1]:
        yield "first name mistyped"
    names = {name_key(someone.birth_name), name_key(someone.name_of_use)}
    if {name_key(first.last_name), name_key(second.last_name)} - names:
        yield "last name mistyped"
    if len({name_key(someone.birth_name), name_key(someone.name_of_use)}) == 2:
        yield "name of use"
    if first.birth_date != second.birth_date:
        yield "birth date"
    if someone.abroad:
        yield "born abroad"
    if someone.nir is None:
        yield "no NIR"
    elif None in (first.nir, second.nir):
        yield "NIR in one record at most"
    if someone.twin is not None:
        yield "twin"
