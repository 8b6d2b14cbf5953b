"""People whom agents have found to be one: each keeps its own id and records, and all are served as the survivor.

`access.merged` names the survivor of each of the others (decision 0084). Ingestion knows a row by the person of its
record alone, its own person; what is consolidated and read is the survivor's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from subgraphs.kit import access
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import tables


@dataclass(frozen=True, slots=True)
class MergedPerson:
    """A person as it is served: the id that is read, and the own people that it is made of, the survivor first."""

    survivor: UUID
    members: tuple[UUID, ...]


async def survivor_of(store: Store, person_id: UUID) -> UUID:
    """Return the person whom this one was merged into, else itself."""
    row = await store.row(access.merged, person_id=person_id)
    return person_id if row is None else UUID(str(row["survivor_id"]))


async def survivors_of(store: Store, people: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the survivor of each of these people, itself where it was not merged."""
    people = list(people)
    await store.prefetch(*((access.merged, {"person_id": person_id}) for person_id in people))
    return {person_id: await survivor_of(store, person_id) for person_id in people}


async def merged_person(store: Store, person_id: UUID) -> MergedPerson:
    """Return the person that this own person is part of."""
    await store.prefetch((access.merged, {"person_id": person_id}), (access.merged, {"survivor_id": person_id}))
    survivor = await survivor_of(store, person_id)
    merged_ids = [row["person_id"] for row in await store.all(access.merged, survivor_id=survivor)]
    return MergedPerson(survivor, (survivor, *merged_ids))


async def records_of(store: Store, person: MergedPerson) -> list[Row]:
    """Return the rows of `people.identity` of a person, whichever of its own people they are of."""
    await store.prefetch(*((tables.identity, {"person_id": member}) for member in person.members))
    return [row for member in person.members for row in await store.all(tables.identity, person_id=member)]
