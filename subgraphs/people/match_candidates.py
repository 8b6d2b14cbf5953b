"""Pairs of people who may be one, for an agent to review: written by the record that shows them, and gone with it.

Likeness never joins (docs/domain.md#matching): one NIR and birth date under two first names, the same names and birth
date, one e-mail or telephone and first name; a refused record that has keys of several people. Decision 0084.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations
from uuid import UUID

from sqlalchemy import Table

from subgraphs.kit import access
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import review_tables, tables
from subgraphs.people.matching import other_first_name
from subgraphs.people.merged_people import MergedPerson, merged_person, survivors_of
from subgraphs.people.names import name_key
from subgraphs.people.values import MatchReason

MANY = 5
"""People whom one record may designate; more share a mailbox of a service or a common name, which tells nothing."""
_COMPARED = ("nir_hash", "birth_date", "first_name", "last_name", "birth_name", "email", "phones")
"""Columns of `people.identity` by which two people are alike."""
_NAMED = ("birth_date", "first_name", "last_name_key", "birth_name_key")
"""Columns of `people.person` by which it is found by its names."""
Alike = dict[str, set[UUID]]
"""Other people, by the reason for which they are alike."""


def is_compared_anew(values: Row, own: Row | None) -> bool:
    """Whether a record says something else than before by which people are alike."""
    return own is None or any(values[name] != own[name] for name in _COMPARED)


async def put(store: Store, values: Row, person_id: UUID, person: MergedPerson, served: Row | None) -> bool:
    """Write the pairs that a record shows and forget those that it showed; return whether it shows any.

    `values` is its row of `people.identity`, `person_id` its own person, `person` whom that is part of, `served` the
    row of `people.person` of that before this record. The records of the people who are like what the record brings
    are compared anew: what is shown does not depend on which record came last.
    """
    groups = await _groups(store, values, set(person.members))
    brought = await _brought(store, values, person_id, person, served)
    near_groups = groups if brought == values else await _groups(store, brought, set(person.members))
    near = sorted(set().union(*(people for _, people in near_groups if len(people) <= MANY + 1)))
    await store.prefetch(*((tables.identity, {"person_id": lookalike}) for lookalike in near))
    rows = [row for lookalike in near for row in await store.all(tables.identity, person_id=lookalike)]
    await store.prefetch(
        *(look_up for row in rows for look_up in _look_ups(row)),
        *((access.merged, {name: lookalike}) for name in ("person_id", "survivor_id") for lookalike in near),
    )
    for row in rows:
        other = await merged_person(store, row["person_id"])
        await _show(store, row, row["person_id"], _alike(await _groups(store, row, set(other.members))))
    return await _show(store, values, person_id, _alike(groups))


async def _brought(store: Store, values: Row, person_id: UUID, person: MergedPerson, served: Row | None) -> Row:
    """What a record says by which no other record made its person like others: nothing, for most of many records."""
    rows = [
        row
        for row in await store.all(tables.identity, person_id=person_id)
        if (row["source"], row["source_id"]) != (values["source"], values["source_id"])
        and _share_first_name(values, row)
    ]
    brought = dict(values)
    if any((row["nir_hash"], row["birth_date"]) == (values["nir_hash"], values["birth_date"]) for row in rows):
        brought["nir_hash"] = None
    if any(row["email"] == values["email"] for row in rows):
        brought["email"] = None
    brought["phones"] = [phone for phone in values["phones"] if not any(phone in row["phones"] for row in rows)]
    now = await store.row(tables.person, id=person.survivor)
    if served is not None and now is not None and all(served[name] == now[name] for name in _NAMED):
        brought |= {"last_name": None, "birth_name": None}
    return brought


async def _show(store: Store, values: Row, person_id: UUID, alike: Alike) -> bool:
    """Replace the pairs that a record of a person shows by those with these people; whether there are any."""
    pairs = {
        (*_ordered(person_id, lookalike), reason)
        for reason, people in alike.items()
        if len(people) <= MANY
        for lookalike in people
    }
    key = {"source": values["source"], "source_id": values["source_id"]}
    for row in await store.all(review_tables.match_candidate, **key):
        if (row["person_id"], row["other_person_id"], row["reason"]) not in pairs:
            await store.delete(review_tables.match_candidate, **_key(row))
    for first, second, reason in sorted(pairs, key=str):
        pair = {"person_id": first, "other_person_id": second, "reason": reason}
        await store.put(review_tables.match_candidate, {**key, **pair}, {}, new={"as_of": values["as_of"]})
    return bool(pairs)


async def keep(store: Store, values: Row, people: Collection[UUID]) -> None:
    """Keep the pairs of people whom a record designates that is refused for it."""
    made_now = store.changes.get(tables.person, {})
    stored_people = sorted(person_id for person_id in people if (person_id,) not in made_now)
    for first, second in combinations(stored_people if len(stored_people) <= MANY else (), 2):
        key = {"source": values["source"], "source_id": values["source_id"]}
        pair = {"person_id": first, "other_person_id": second, "reason": MatchReason.RECORD.name}
        await store.keep(review_tables.match_candidate, {**key, **pair}, {}, new={"as_of": values["as_of"]})


async def recheck(store: Store, person: MergedPerson, rows: Iterable[Row]) -> None:
    """Forget pairs that records of other people showed with this one, which has other records now."""
    rows = list(rows)
    own = {member: [row for row in rows if row["person_id"] == member] for member in person.members}
    own_records = {(row["source"], row["source_id"]) for row in rows}
    columns = ("person_id", "other_person_id")
    await store.prefetch(
        *((review_tables.match_candidate, {name: member}) for name in columns for member in person.members)
    )
    for member in person.members:
        for name in columns:
            for candidate in await store.all(review_tables.match_candidate, **{name: member}):
                record = candidate["source"], candidate["source_id"]
                if record in own_records or candidate["reason"] == MatchReason.RECORD.name:
                    continue
                shown_by = await store.row(tables.identity, source=record[0], source_id=record[1])
                if shown_by is not None and not any(_has(candidate["reason"], shown_by, row) for row in own[member]):
                    await store.delete(review_tables.match_candidate, **_key(candidate))


async def forget_refusal(store: Store, source: str, source_id: str) -> None:
    """Forget the people whom a record designated when it was refused: it is taken now."""
    for row in await store.all(review_tables.match_candidate, source=source, source_id=source_id):
        if row["reason"] == MatchReason.RECORD.name:
            await store.delete(review_tables.match_candidate, **_key(row))


async def forget(store: Store, source: str, source_id: str) -> None:
    """Forget the pairs that a record showed."""
    await store.delete(review_tables.match_candidate, source=source, source_id=source_id)


def _name_keys(values: Row) -> list[Row]:
    """The look-ups of people by the names and the birth date of a record."""
    last_names = {name_key(values[name]) for name in ("last_name", "birth_name")} - {None}
    return [
        {"birth_date": values["birth_date"], column: last_name}
        for column in ("last_name_key", "birth_name_key")
        for last_name in sorted(filter(None, last_names))
    ]


def _contact_keys(values: Row) -> list[Row]:
    """The look-ups of records by the ways of contact of a record."""
    return [{"email": values["email"]}, *({"phones": phone} for phone in values["phones"])]


def _look_ups(values: Row) -> list[tuple[Table, Row]]:
    """All look-ups by which people are found who are like those of a record."""
    return [
        *((tables.person, key) for key in _name_keys(values)),
        *((tables.identity, key) for key in _contact_keys(values)),
        (tables.identity, {"nir_hash": values["nir_hash"]}),
        (review_tables.match_candidate, {"source": values["source"], "source_id": values["source_id"]}),
    ]


def _alike(groups: list[tuple[str, set[UUID]]]) -> Alike:
    """The people of groups by reason, however many they are."""
    alike: Alike = {}
    for reason, people in groups:
        alike.setdefault(reason, set()).update(people)
    return alike


async def _groups(store: Store, values: Row, own: set[UUID]) -> list[tuple[str, set[UUID]]]:
    """The people who are like the person of a record, of whom `own` are a part, with the reason, by each value that
    designates them: who has it too is like all of them."""
    if name_key(values["first_name"]) is None:
        return []
    await store.prefetch(*_look_ups(values))
    nir_rows = await store.all(tables.identity, nir_hash=values["nir_hash"])
    groups = [(MatchReason.NIR.name, {row["person_id"] for row in nir_rows if _has(MatchReason.NIR.name, values, row)})]
    for reason, table, column, keys in (
        (MatchReason.NAMES.name, tables.person, "id", _name_keys(values)),
        (MatchReason.CONTACT.name, tables.identity, "person_id", _contact_keys(values)),
    ):
        for key in keys:
            rows = await store.all(table, **key)
            groups.append((reason, {row[column] for row in rows if _share_first_name(values, row)}))
    survivors = await survivors_of(store, set().union(*(people for _, people in groups)))
    return [
        (reason, {person_id for person_id in people if own.isdisjoint((person_id, survivors[person_id]))})
        for reason, people in groups
    ]


def _share_first_name(first: Row, second: Row) -> bool:
    """Whether two rows say one first name, spelt alike or not."""
    names = first["first_name"], second["first_name"]
    return names[0] == names[1] or name_key(names[0]) == name_key(names[1])


def _has(reason: str, first: Row, second: Row) -> bool:
    """Whether two rows of `people.identity` are alike for this reason."""
    if reason == MatchReason.NIR.name:
        same = all(first[name] is not None and first[name] == second[name] for name in ("nir_hash", "birth_date"))
        return same and other_first_name(first, second)
    if not _share_first_name(first, second):
        return False
    if reason == MatchReason.NAMES.name:
        last_names = [{name_key(row[name]) for name in ("last_name", "birth_name")} - {None} for row in (first, second)]
        return first["birth_date"] == second["birth_date"] and not last_names[0].isdisjoint(last_names[1])
    shared = set(first["phones"]) & set(second["phones"])
    return bool(shared) or (first["email"] is not None and first["email"] == second["email"])


def _ordered(first: UUID, second: UUID) -> tuple[UUID, UUID]:
    return (first, second) if first < second else (second, first)


def _key(row: Row) -> Row:
    return {name: row[name] for name in ("source", "source_id", "person_id", "other_person_id", "reason")}
