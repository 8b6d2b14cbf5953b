"""Partners: the two adults of one dossier are each other's partner (docs/domain.md#people, foyer)."""

from __future__ import annotations

from uuid import UUID

from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import tables
from subgraphs.people.merged_people import survivors_of


async def put(store: Store, source: str, organisme: str, matricule: str) -> None:
    """Make the two adults of a dossier partners if both have their household in it; else they have no partner."""
    adults = await store.all(tables.identity, source=source, organisme=organisme, matricule=matricule)
    survivors = await survivors_of(store, [row["person_id"] for row in adults])
    housed = []
    for row in adults:
        person_id = survivors[row["person_id"]]
        home = await store.row(tables.household, person_id=person_id)
        if home is not None and is_of(home, row):
            housed.append(person_id)
    couple = len(adults) == len(set(housed)) == 2
    for person_id, partner in zip(housed, reversed(housed), strict=True):
        await store.put(tables.household, {"person_id": person_id}, {"partner_id": partner if couple else None})


async def keep_partner(store: Store, person_id: UUID, household: Row) -> Row:
    """Return the household to write, with its partner; a household of another dossier loses it, on both sides."""
    current = await store.row(tables.household, person_id=person_id)
    if current is None or is_of(current, household):
        return household
    for row in await store.all(tables.household, partner_id=person_id):
        await store.put(tables.household, {"person_id": row["person_id"]}, {"partner_id": None})
    return {**household, "partner_id": None}


def is_of(home: Row, row: Row) -> bool:
    """Whether both come from the same record."""
    return (home["source"], home["source_id"]) == (row["source"], row["source_id"])
