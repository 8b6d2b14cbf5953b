"""Whom and which professionals a sender may name: those known in its département, or not known yet (decision 0098)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.sender_scope import departments_of
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import journey_tables, tables
from subgraphs.people.merged_people import merged_person

_COLUMNS = ("department", "rsa_department")


async def require_people(store: Store, people: Iterable[UUID]) -> None:
    """Raise Refused (PERSON_OF_OTHER) if one of these is known in other départements than the sender's alone."""
    if store.scope.department is not None:
        for person_id in people:
            store.scope.require_one_of(await _known_in(store, {person_id}), "PERSON_OF_OTHER")


async def require_agents(store: Store, agents: Iterable[Row]) -> None:
    """Raise Refused (AGENT_OF_OTHER) if these professionals of one mailbox follow people of other départements than the
    sender's alone."""
    if store.scope.department is not None:
        keys = [(journey_tables.referent, {"agent_id": row["id"]}) for row in agents]
        await store.prefetch(*keys)
        followed = {row["person_id"] for table, key in keys for row in await store.all(table, **key)}
        store.scope.require_one_of(await _known_in(store, followed), "AGENT_OF_OTHER")


async def _known_in(store: Store, people: Iterable[UUID]) -> set[str]:
    """The départements in which these people live, are followed, or have their RSA paid."""
    merged = {person.survivor: person for person in [await merged_person(store, own) for own in people]}
    keys = [(tables.identity, {"person_id": member}) for person in merged.values() for member in person.members]
    await store.prefetch(*keys)
    records = [row for table, key in keys for row in await store.all(table, **key)]
    departments = {row[name] for row in records for name in _COLUMNS if row[name] is not None}
    return departments | await departments_of(store, merged)
