"""Who shares a dossier with whom: its two adults are each other's partner (docs/domain.md#people, foyer)."""

from __future__ import annotations

from uuid import UUID

from subgraphs.kit.ingest.row_store import Row, Store
from subgraphs.people import tables


async def put(store: Store, source: str, organisme: str, matricule: str) -> None:
    """Say it of two adults who both have their household in this dossier; else say of those who have it nobody."""
    adults = await store.all(tables.identity, source=source, organisme=organisme, matricule=matricule)
    here = []
    for row in adults:
        home = await store.row(tables.household, person_id=row["person_id"])
        if home is not None and is_of(home, row):
            here.append(row["person_id"])
    couple = len(adults) == len(here) == 2
    for person_id, other in zip(here, reversed(here), strict=True):
        await store.put(tables.household, {"person_id": person_id}, {"partner_id": other if couple else None})


async def kept(store: Store, person_id: UUID, household: Row) -> Row:
    """The household as it is to be written: a partner goes, on both sides, with the dossier that said it."""
    known = await store.row(tables.household, person_id=person_id)
    if known is None or is_of(known, household):
        return household
    for other in await store.all(tables.household, partner_id=person_id):
        await store.put(tables.household, {"person_id": other["person_id"]}, {"partner_id": None})
    return {**household, "partner_id": None}


def is_of(home: Row, row: Row) -> bool:
    """Whether both come from the same record."""
    return (home["source"], home["source_id"]) == (row["source"], row["source_id"])
