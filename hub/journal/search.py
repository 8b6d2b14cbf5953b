"""Search of the journal for the data-protection officer: who was told what of a person, or what an actor was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

FOUND = """SELECT entry.at, entry.actor, entry.actor_kind, entry.organisation, entry.client, entry.purpose,
       entry.reference, entry.operation_name, entry.trace, coalesce(found.coordinates, '{}') AS coordinates,
       coalesce(found.masked, '{}') AS masked, coalesce(cardinality(found.subjects), 0) AS people
FROM journal.entry LEFT JOIN journal.disclosure AS found USING (stream, seq, at)
WHERE entry.kind = 'DISCLOSURE' AND ($1::bytea IS NULL OR found.subjects @> ARRAY[$1::bytea])
  AND ($2::text IS NULL OR entry.actor = $2)
  AND ($3::timestamptz IS NULL OR entry.at >= $3)
  AND ($4::timestamptz IS NULL OR entry.at < $4)
ORDER BY entry.at DESC, entry.stream, entry.seq, found.rank LIMIT $5"""


@dataclass(frozen=True, slots=True)
class Criteria:
    """All that is given is wanted: the pseudonym of a person, an actor, instants from which and before which."""

    pseudonym: str | None = None
    actor: str | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """What was told at once: to whom, for what, which coordinates of how many people; of none, an empty answer."""

    at: datetime
    actor: str
    actor_kind: str
    organisation: str | None
    client: str
    purpose: str
    reference: str | None
    operation_name: str | None
    trace: str
    coordinates: Sequence[str]
    masked: Sequence[str]
    people: int


async def search(connection: asyncpg.Connection[asyncpg.Record], wanted: Criteria, most: int) -> list[Hit]:
    """What was told, newest first, as the reading role."""
    pseudonym = bytes.fromhex(wanted.pseudonym) if wanted.pseudonym is not None else None
    rows = await connection.fetch(FOUND, pseudonym, wanted.actor, wanted.since, wanted.before, most)
    return [Hit(**dict(row)) for row in rows]
