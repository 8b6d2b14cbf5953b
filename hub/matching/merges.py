"""Make the merges that the decisions of agents describe: all rows and links of the people concerned in one transaction.

The decisions in force say which people are one; `access.merged` says which are served as one. What differs is made
equal, one set of people at a time, under the lock of ingestion. To run it again changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from uuid import UUID

from sqlalchemy import Table

from infra.role_names import INGEST
from subgraphs.appointments.tables import appointment
from subgraphs.kit import access
from subgraphs.kit.columns import UNMERGED
from subgraphs.kit.ingest.batch import Batch, begin
from subgraphs.kit.ingest.row_map import Connection
from subgraphs.kit.ingest.row_store import Store
from subgraphs.offers.journey_tables import referral
from subgraphs.people.journey_tables import constraint
from subgraphs.people.registry import Registry
from subgraphs.trainings.tables import placement

ROLE = INGEST
"""Database role that moves the rows of every subgraph."""
_METADATA = [table.metadata for table in (access.link, constraint, appointment, referral, placement)]
TABLES: tuple[Table, ...] = tuple(table for metadata in _METADATA for table in metadata.sorted_tables)
MOVING = tuple(table for table in TABLES if UNMERGED in table.columns)
"""Tables whose rows follow a person that is merged into another."""

IN_FORCE = """
SELECT DISTINCT ON (person_id, other_person_id) person_id, other_person_id, verdict FROM people.match_decision
ORDER BY person_id, other_person_id, number DESC
"""
DECIDED = f"""
SELECT d.person_id, d.other_person_id FROM ({IN_FORCE}) d
JOIN people.person p ON p.id = d.person_id JOIN people.person q ON q.id = d.other_person_id
WHERE d.verdict = $1
"""  # noqa: S608 - our own tables
MERGED = "SELECT person_id, survivor_id FROM access.merged"
HOLD = "SELECT FROM access.person WHERE person_id = ANY($1) ORDER BY person_id FOR NO KEY UPDATE"
"""Wait for who writes to these people, before any of their rows is locked: a mutation locks a person, then an item."""
MOVE = """
UPDATE {table} SET person_id = $2, unmerged_person_id = CASE WHEN $1::uuid <> $2::uuid THEN $1::uuid END
WHERE person_id = $1 AND unmerged_person_id IS NULL OR unmerged_person_id = $1
"""
STRAY = """
UPDATE {table} SET person_id = merged.survivor_id, unmerged_person_id = merged.person_id FROM access.merged
WHERE {table}.person_id = merged.person_id AND {table}.unmerged_person_id IS NULL
"""
"""A row of someone who was merged while it was being written, by a transaction that holds no lock of ingestion."""
Survivors = Mapping[UUID, UUID]
"""By person that is merged, the one that it is served as."""


def least_ids(pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, UUID]:
    """Return the survivor of everyone whom pairs make one with another, directly or not: the least id of them all."""
    least: dict[UUID, UUID] = {}

    def least_id(person: UUID) -> UUID:
        while least.get(person, person) != person:
            person = least[person]
        return person

    for pair in pairs:
        first, second = sorted(map(least_id, pair))
        least[second] = first
    return {person: least_id(person) for person in least if least_id(person) != person}


def undisputed(same: Iterable[tuple[UUID, UUID]], different: Iterable[tuple[UUID, UUID]]) -> dict[UUID, UUID]:
    """Return the survivors of those whom `same` pairs make one, unless a pair among them is different: then some agent
    is wrong, and whoever follows one of them would be shown another, so that each stays its own."""
    merged = least_ids(same)
    pairs = [[merged.get(person, person) for person in pair] for pair in different]
    disputed = {first for first, second in pairs if first == second}
    return {person: survivor for person, survivor in merged.items() if survivor not in disputed}


async def apply_decisions(registry: Registry, connection: Connection) -> int:
    """Merge and un-merge until people are served as the decisions in force say; return how many people moved."""
    moved = 0
    while True:
        async with begin(connection) as batch:
            same, different = [
                [(row[0], row[1]) for row in await connection.fetch(DECIDED, verdict)]
                for verdict in ("SAME", "DIFFERENT")
            ]
            decided = undisputed(same, different)
            current = {row[0]: row[1] for row in await connection.fetch(MERGED)}
            people = next(_differing(current, decided), None)
            if people is None:
                for table in MOVING:
                    await connection.execute(STRAY.format(table=table.fullname))
                return moved
            moving = {person: decided.get(person) for person in people if current.get(person) != decided.get(person)}
            await connection.execute(HOLD, people)
            await _move(connection, moving)
            emptied = Batch(connection)
            [emptying] = await emptied.take([partial(_empty, registry, people)])
            emptying.result()
            await emptied.write()
            [regrouping] = await batch.take([partial(_regroup, registry, people)])
            regrouping.result()
            moved += len(moving)


def _differing(current: Survivors, decided: Survivors) -> Iterator[list[UUID]]:
    """Sets of people, each closed under both groupings, in which somebody is to be merged otherwise."""
    together = defaultdict(set)
    roots = least_ids([*current.items(), *decided.items()])
    for person in {*current, *decided, *current.values(), *decided.values()}:
        together[roots.get(person, person)].add(person)
    for people in together.values():
        if any(current.get(person) != decided.get(person) for person in people):
            yield sorted(people)


async def _move(connection: Connection, moving: Mapping[UUID, UUID | None]) -> None:
    """Let rows and links of people bear the id of their survivor, or their own again (None)."""
    await connection.execute("DELETE FROM access.merged WHERE person_id = ANY($1)", list(moving))
    for person, survivor in moving.items():
        if survivor is not None:
            await connection.execute("INSERT INTO access.merged VALUES ($1, $2)", person, survivor)
        for table in MOVING:
            await connection.execute(MOVE.format(table=table.fullname), person, survivor or person)


async def _empty(registry: Registry, people: Iterable[UUID], store: Store) -> None:
    await registry.empty(store, people)


async def _regroup(registry: Registry, people: Iterable[UUID], store: Store) -> None:
    await registry.regroup(store, people)
