"""Known people of whom a refused record may be, for an agent to review: it has their names and birth date, and no more.

The record waits in the quarantine. What an agent decides of it is found at its next reading: a confirmed record is
taken as an own person that is one with the person meant, until an agent says otherwise; of a person from whom it was
separated it is no namesake any more. Decisions 0148 and 0152.
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


async def decisions(store: Store, values: Row, key: bytes) -> dict[UUID, Row]:
    """The decisions in force on a record, by the person as it is served."""
    rows = await store.all(review_tables.record_decision, record_id=record_id(values, key))
    in_force = {row["person_id"]: row for row in sorted(rows, key=lambda row: row["number"])}
    survivors = await survivors_of(store, in_force)
    sorted_rows = sorted(in_force.items(), key=lambda item: item[1]["verdict"] == MatchVerdict.DIFFERENT.name)
    return {survivors[person_id]: row for person_id, row in sorted_rows}


async def join(store: Store, own_person: UUID, decision: Row) -> None:
    """Say of the own person of a confirmed record what an agent has decided of the record: it is the person meant."""
    first, second = sorted((own_person, decision["person_id"]))
    pair = {"person_id": first, "other_person_id": second}
    number = 1 + len(await store.all(review_tables.match_decision, **pair))
    said = {name: decision[name] for name in ("verdict", "ground", "agent", "organisation", "decided_at")}
    await store.put(review_tables.match_decision, {**pair, "number": number}, {**said, "reasons": []})


async def verdicts(store: Store, own_person: UUID) -> dict[UUID, str]:
    """What agents say of this own person and others: the verdicts in force, by the other as it is served."""
    look_ups = [{"person_id": own_person}, {"other_person_id": own_person}]
    await store.prefetch(*((review_tables.match_decision, look_up) for look_up in look_ups))
    rows = [row for look_up in look_ups for row in await store.all(review_tables.match_decision, **look_up)]
    in_force = {
        row["other_person_id"] if row["person_id"] == own_person else row["person_id"]: row["verdict"]
        for row in sorted(rows, key=lambda row: row["number"])
    }
    survivors = await survivors_of(store, in_force)
    return {survivors[person_id]: verdict for person_id, verdict in in_force.items()}


async def put(store: Store, values: Row, key: bytes, people: Collection[UUID], *, refused: bool) -> None:
    """Replace the candidates of a record, refused or taken, by these people; too many of them leave none. One that is
    taken has none, unless it was separated from someone."""
    made_now = store.changes.get(tables.person, {})
    stored_people = {person_id for person_id in people if (person_id,) not in made_now}
    candidates = stored_people if len(stored_people) <= MANY else set()
    record = {"source": values["source"], "source_id": values["source_id"]}
    for row in await store.all(review_tables.record_candidate, **record):
        if row["person_id"] in candidates:
            continue
        if refused:
            await store.drop(review_tables.record_candidate, row)
        else:
            await store.delete(review_tables.record_candidate, **record, person_id=row["person_id"])
    write = store.keep if refused else store.put
    for person_id in sorted(candidates):
        reviewed = {"as_of": values["as_of"], "record_id": record_id(values, key), "refused_on": today()}
        await write(review_tables.record_candidate, {**record, "person_id": person_id}, reviewed)


async def forget(store: Store, source: str, source_id: str) -> None:
    """Forget of whom a record may be: it is taken now, or removed."""
    await store.delete(review_tables.record_candidate, source=source, source_id=source_id)


async def expire(connection: Connection) -> None:
    """Forget of whom records may be that wait in the quarantine no more."""
    first = today() - timedelta(days=QUARANTINE_DAYS)
    await connection.execute("DELETE FROM people.record_candidate WHERE refused_on < $1", first)
