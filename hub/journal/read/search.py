"""The search of the journal by person, actor, organisation and more, newest access first.

It serves the person (`myAccessJournal`), the data-protection officer (`accessJournal`) and the operator of the hub
(`hub journal search`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

COLUMNS = """SELECT entry.at, entry.stream, entry.seq, coalesce(found.rank, 0) AS rank, entry.actor, entry.actor_kind,
       entry.organisation, entry.client, entry.purpose, entry.reference, entry.operation_name, entry.trace,
       entry.visible_from, coalesce(found.coordinates, '{}') AS coordinates, coalesce(found.masked, '{}') AS masked,
       coalesce(cardinality(found.subjects), 0) AS people
FROM journal.entry LEFT JOIN journal.disclosure AS found USING (stream, seq, at)
WHERE entry.kind = 'DISCLOSURE'"""
PLACE = "entry.at, entry.stream, entry.seq, coalesce(found.rank, 0)"
CRITERIA = {
    "pseudonyms": "found.subjects && ARRAY(SELECT decode(name, 'hex') FROM unnest({}::text[]) AS name)",
    "actor": "entry.actor = {}",
    "organisation": "entry.organisation = {}",
    "client": "entry.client = {}",
    "purpose": "entry.purpose = {}",
    "trace": "entry.trace = {}",
    "since": "entry.at >= {}",
    "before": "entry.at < {}",
    "within": "entry.organisation = {}",
    "seen_at": "coalesce(entry.visible_from <= {}, true)",
}
"""The SQL condition of each criterion."""
ORDER = "entry.at DESC, entry.stream DESC, entry.seq DESC, coalesce(found.rank, 0) DESC"
ANY_ENTRY_OF_ACTOR = "SELECT true FROM journal.entry WHERE actor = $1 LIMIT 1"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.Pool[asyncpg.Record]"


@dataclass(frozen=True, slots=True, repr=False)
class Criteria:
    """Criteria of a search, all of which must hold; None is no criterion. `since` is inclusive, `before` exclusive.

    `pseudonyms` are of one person, who may have had several ids; `within` restricts the search to one organisation
    beside `organisation`; `seen_at`: accesses that the person may see at that instant.
    """

    pseudonyms: tuple[str, ...] | None = None
    actor: str | None = None
    organisation: str | None = None
    client: str | None = None
    purpose: str | None = None
    trace: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    within: str | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Place:
    """The place of an access in the list."""

    at: datetime
    stream: UUID
    seq: int
    rank: int


NEWEST = Place(datetime.fromisoformat("9999-01-01T00:00:00+00:00"), UUID(int=2**128 - 1), 0, 0)
"""The place before the newest access."""


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """One disclosure: its reader, its purpose, its coordinates and the number of its people (0: an empty answer).

    `visible_from`: the instant before which the person does not see it, if any.
    """

    place: Place
    actor: str
    actor_kind: str
    organisation: str | None
    client: str
    purpose: str
    reference: str | None
    operation_name: str | None
    trace: str
    visible_from: datetime | None
    coordinates: Sequence[str]
    masked: Sequence[str]
    people: int


async def search(connection: Connection, criteria: Criteria, after: Place, limit: int) -> list[Access]:
    """The accesses after a place, as the reading role; raises the errors of asyncpg."""
    parameters = {
        criterion.name: value
        for criterion in fields(criteria)
        if (value := getattr(criteria, criterion.name)) is not None
    }
    values = [*parameters.values(), after.at, after.stream, after.seq, after.rank, limit]
    conditions = [CRITERIA[name].format(f"${number}") for number, name in enumerate(parameters, 1)]
    at, stream, seq, rank, row_limit = (f"${len(parameters) + number}" for number in range(1, 6))
    conditions += [f"entry.at <= {at}", f"({PLACE}) < ({at}, {stream}, {seq}, {rank})"]
    rows = await connection.fetch(f"{' AND '.join([COLUMNS, *conditions])} ORDER BY {ORDER} LIMIT {row_limit}", *values)
    return [_access(row) for row in rows]


async def known_actor(connection: Connection, actor: str) -> bool:
    """Whether the journal has an entry of this actor."""
    return bool(await connection.fetchval(ANY_ENTRY_OF_ACTOR, actor))


def _access(row: asyncpg.Record) -> Access:
    columns = dict(row)
    return Access(Place(*(columns.pop(part.name) for part in fields(Place))), **columns)
