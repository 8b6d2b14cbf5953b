"""Known people of whom a refused record may be, for an agent to review: it has their names and birth date, and no more.

The record waits in the quarantine. What an agent decides of it is found at its next reading: a confirmed person is
proven, one from whom it was separated is no namesake any more. Decision 0148.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from schema.days import QUARANTINE_DAYS, today
from subgraphs.kit.ingest.row_map import Connection
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import review_tables, tables
from subgraphs.people.match_candidates import MANY
from subgraphs.people.matching import AmbiguousMatch
from subgraphs.people.merged_people import survivors_of
from subgraphs.people.names import name_key
from subgraphs.people.values import MatchVerdict


class NamesakesOnly(AmbiguousMatch):
    """Nothing but names and birth date links a record to known people: `people`, of whom an agent may confirm one."""


def record_id(values: Row, key: bytes) -> UUID:
    """The id under which a record is reviewed, which tells nothing of its key in the source, nor of whom it names.

    A source that reuses the key for someone else has another record to review: no decision passes on to it.
    """
    names = (name_key(values["last_name"]), name_key(values["first_name"]))
    birth_and_number = (values["birth_date"], values["birth_place_hash"], values["nir_hash"])
    identity = ("" if value is None else str(value) for value in (*names, *birth_and_number))
    text = "\x1f".join(("record", values["source"], values["source_id"], *identity)).encode()
    return UUID(bytes=hmac.digest(key, text, "sha256")[:16])


async def verdicts(store: Store, values: Row, key: bytes) -> dict[UUID, str]:
    """The verdicts in force on a record, by the person as it is served."""
    rows = await store.all(review_tables.record_decision, record_id=record_id(values, key))
    decisions = sorted(rows, key=lambda row: row["number"])
    in_force = {row["person_id"]: row["verdict"] for row in decisions}
    survivors = await survivors_of(store, in_force)
    return {
        survivors[person_id]: verdict
        for person_id, verdict in sorted(in_force.items(), key=lambda item: item[1] == MatchVerdict.DIFFERENT.name)
    }


async def keep(store: Store, values: Row, key: bytes, people: Collection[UUID]) -> None:
    """Replace the candidates of a refused record by these people; too many of them leave none."""
    made_now = store.changes.get(tables.person, {})
    stored_people = {person_id for person_id in people if (person_id,) not in made_now}
    candidates = stored_people if len(stored_people) <= MANY else set()
    record = {"source": values["source"], "source_id": values["source_id"]}
    for row in await store.all(review_tables.record_candidate, **record):
        if row["person_id"] not in candidates:
            await store.drop(review_tables.record_candidate, row)
    refusal = {"as_of": values["as_of"], "record_id": record_id(values, key), "refused_on": today()}
    for person_id in sorted(candidates):
        await store.keep(review_tables.record_candidate, {**record, "person_id": person_id}, refusal)


async def forget(store: Store, source: str, source_id: str) -> None:
    """Forget of whom a record may be: it is taken now, or removed."""
    await store.delete(review_tables.record_candidate, source=source, source_id=source_id)


async def expire(connection: Connection) -> None:
    """Forget of whom records may be that wait in the quarantine no more."""
    first = today() - timedelta(days=QUARANTINE_DAYS)
    await connection.execute("DELETE FROM people.record_candidate WHERE refused_on < $1", first)
