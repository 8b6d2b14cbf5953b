"""The known person that a record is of: by its keys (`matching`), or by its names with one more agreement.

Names and birth date alone are never proof: the one person of the hub who has them may be a namesake of someone that
the hub does not know, or knows under a misspelt name. A record that makes nobody is attached only where the commune of
birth, an e-mail or telephone or a matricule agrees too, where the hub asked about the one person with these names, or
where an agent has confirmed it (`record_candidates`). Decisions 0100, 0148 and 0152.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from subgraphs.kit import access
from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import record_candidates, tables
from subgraphs.people.matching import AmbiguousMatch, match
from subgraphs.people.merged_people import merged_person, records_of, survivor_of, survivors_of
from subgraphs.people.names import name_key
from subgraphs.people.record_candidates import NamesakesOnly, record_id
from subgraphs.people.values import MatchVerdict

_IDENTIFIERS = (("nir_hash",), ("france_travail_id",), ("matricule",), ("department", "department_internal_id"))
"""Columns of `people.identity` that tell a person, alone or together; None tells nobody."""
_NAME_KEYS = ("last_name_key", "birth_name_key")


@dataclass(frozen=True, slots=True, repr=False)
class KnownPerson:
    """The known person that a record is of, and the `decision` of an agent, if that alone says it; `candidates` are
    others of whom it may be, if it is of nobody but itself."""

    person_id: UUID
    decision: Row | None = None
    candidates: frozenset[UUID] = frozenset()


async def known_person(
    store: Store, record: PersonRecord, values: Row, own: Row | None, key: bytes
) -> KnownPerson | None:
    """Return the own person that a record is of, None if it is of nobody known; raises Refused.

    `values` is its row of `people.identity`, `own` the row it had before, `key` that of the hashes.
    """
    person_id = await _by_keys(store, values, own)
    by_keys = person_id
    if record.by_identity and own is not None:
        by_keys = await _by_keys(store, values, None)
    if record.by_identity and by_keys is None:
        return await _by_names(store, record, values, own, key)
    return None if by_keys is None else KnownPerson(by_keys)


async def _by_keys(store: Store, values: Row, own: Row | None) -> UUID | None:
    keys = [{name: values[name] for name in names} for names in _IDENTIFIERS]
    await store.prefetch(*((tables.identity, key) for key in keys))
    rows = [row for key in keys for row in await store.all(tables.identity, **key)]
    record = values["source"], values["source_id"]
    candidates = {(row["source"], row["source_id"]): row for row in rows}
    candidates.pop(record, None)
    people = {row["person_id"] for row in (*candidates.values(), *([own] if own is not None else ()))}
    return match(values, list(candidates.values()), own, await survivors_of(store, people))


async def _by_names(store: Store, record: PersonRecord, values: Row, own_row: Row | None, key: bytes) -> KnownPerson:
    """Return the one known person of the département with these names and birth date, of whom more agrees, or an agent
    has said that the record is.

    A record that has the row `own_row` stays with its person, unless another person matches too by now, or an agent has
    confirmed it when it had another identity. An agent who separated that person from the one for whom the record was
    confirmed may confirm it for another.
    """
    current: UUID | None = None if own_row is None else own_row["person_id"]
    alike = await _namesakes(store, values)
    decisions = await record_candidates.decisions(store, values, key) if alike else {}
    own = set() if current is None else {await survivor_of(store, current)}
    verdicts = {person_id: row["verdict"] for person_id, row in decisions.items()}
    said_of_own = {} if current is None else await record_candidates.verdicts(store, current)
    verdicts |= said_of_own
    own |= {person_id for person_id, verdict in said_of_own.items() if verdict == MatchVerdict.SAME.name}
    separated = {person_id for person_id, verdict in verdicts.items() if verdict == MatchVerdict.DIFFERENT.name}
    namesakes = alike - (separated - own)
    proven = {person_id for person_id in namesakes if await _is_proven(store, record, values, person_id)}
    if len(namesakes) == 1 and record.asked_about is not None:
        asked_person = await survivor_of(store, record.asked_about)
        proven |= namesakes & {asked_person}
    confirmed = {person_id for person_id in namesakes & decisions.keys() if person_id not in separated}
    by_decision = confirmed - proven - own
    proven |= confirmed
    meant = proven if proven or own else namesakes
    if current is None and namesakes and not proven:
        raise NamesakesOnly("MATCH_NAMES_ONLY" if len(namesakes) == 1 else "MATCH_SEVERAL", namesakes)
    if own_row is not None and not proven & own and await _was_confirmed(store, values, own_row, own, key):
        if namesakes & own:
            raise NamesakesOnly("MATCH_NAMES_ONLY", namesakes)
        raise AmbiguousMatch("MATCH_CONFLICT", own)
    if len(meant) > 1:
        raise AmbiguousMatch("MATCH_SEVERAL", meant | own)
    if by_decision:
        [person_id] = by_decision
        return KnownPerson(person_id, decisions[person_id])
    if own and meant - own:
        raise AmbiguousMatch("MATCH_CONFLICT", meant | own)
    if current is not None:
        is_separated = bool(separated) and own == {current}
        return KnownPerson(current, candidates=frozenset(namesakes - own if is_separated else ()))
    if not proven:
        raise Refused("MATCH_NONE")
    return KnownPerson(proven.pop())


async def _was_confirmed(store: Store, values: Row, own_row: Row, own: set[UUID], key: bytes) -> bool:
    """Whether an agent has confirmed the person of a record that had another identity then."""
    if record_id(values, key) == record_id(own_row, key):
        return False
    decisions = await record_candidates.decisions(store, own_row, key)
    return any(decisions[person_id]["verdict"] == MatchVerdict.SAME.name for person_id in own & decisions.keys())


async def _namesakes(store: Store, values: Row) -> set[UUID]:
    """The known people of the département of a record who have its names and birth date."""
    last_name, first_name = name_key(values["last_name"]), name_key(values["first_name"])
    if first_name is None or values["department"] is None:
        return set()
    keys = [{"birth_date": values["birth_date"], column: last_name} for column in _NAME_KEYS]
    await store.prefetch(*((tables.person, key) for key in keys))
    alike = {
        UUID(str(row["id"]))
        for key in keys
        for row in await store.all(tables.person, **key)
        if name_key(row["first_name"]) == first_name
    }
    await store.prefetch(*((access.person, {"person_id": person_id}) for person_id in alike))
    places = {person_id: await store.row(access.person, person_id=person_id) for person_id in alike}
    return {
        person_id
        for person_id, place in places.items()
        if place is not None and place["department"] == values["department"]
    }


async def _is_proven(store: Store, record: PersonRecord, values: Row, person_id: UUID) -> bool:
    """Whether more than names and birth date agrees between a record and a known person."""
    rows = await records_of(store, await merged_person(store, person_id))
    return any(_agrees(record, values, row) for row in rows if not _is_of(row, record))


def _agrees(record: PersonRecord, values: Row, row: Row) -> bool:
    reached: Sequence[str | None] = (values["email"], *values["phones"], *record.reached_at)
    return (
        any(values[name] is not None and values[name] == row[name] for name in ("birth_place_hash", "matricule"))
        or row["email"] in set(reached) - {None}
        or not set(row["phones"]).isdisjoint(reached)
    )


def _is_of(row: Row, record: PersonRecord) -> bool:
    return bool(row["source"] == record.source and row["source_id"] == record.source_id)
