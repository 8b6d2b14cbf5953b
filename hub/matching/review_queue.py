"""The queue of people who may be one, as an agent sees it: the pairs of which it is linked to both people.

It is read and written as the role `people_review`, under the row security of both people for the scopes of the
transaction, whatever the statement says. A decision is a row; the number that the agent saw is part of its key, so that
of two decisions on one state the second is refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from hub.errors import NotServed, RequestRefused
from infra.connecting import connect
from infra.role_names import REVIEWER
from infra.roles import Dsn
from schema.days import QUARANTINE_DAYS
from schema.facts import Fact, link_key

CHANNEL = "people_match_decision"
"""Channel on which each decision on a pair is told, without what it is about: `hub matching apply` merges people."""
SHOWN = 50
"""Pairs that one page lists."""
SECONDS = 10.0
"""Longest time of a statement."""
REASONS = ("NIR", "RECORD", "NAMES", "CONTACT")
"""Why two people may be one, the strongest first."""
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

PAIRS = """
WITH decided AS (
    SELECT DISTINCT ON (person_id, other_person_id) * FROM people.match_decision
    ORDER BY person_id, other_person_id, number DESC
), seen AS (
    SELECT person_id, other_person_id, array_agg(DISTINCT reason) AS reasons, min(as_of) AS since
    FROM people.match_candidate GROUP BY 1, 2
), pair AS (
    SELECT person_id, other_person_id, coalesce(seen.reasons, '{}') AS reasons, seen.since, decided.verdict,
        coalesce(decided.number, 0) AS number, decided.decided_at,
        coalesce(decided.verdict = 'SAME' OR seen.reasons <@ decided.reasons, false) AS closed
    FROM seen FULL JOIN decided USING (person_id, other_person_id)
)
SELECT pair.*, coalesce(one.survivor_id, pair.person_id) AS person,
    coalesce(other.survivor_id, pair.other_person_id) AS other_person
FROM pair LEFT JOIN access.merged one ON one.person_id = pair.person_id
LEFT JOIN access.merged other ON other.person_id = pair.other_person_id
"""
WAITING = f"""
SELECT * FROM ({PAIRS}) p WHERE NOT closed AND reasons <> '{{}}' AND person <> other_person
ORDER BY (SELECT min(array_position($1::text[], reason)) FROM unnest(reasons) reason), since, person_id, other_person_id
LIMIT {SHOWN}
"""  # noqa: S608 - our own statement
JOINED = f"""
SELECT * FROM ({PAIRS}) p WHERE verdict = 'SAME' ORDER BY decided_at DESC, person_id, other_person_id LIMIT {SHOWN}
"""  # noqa: S608 - our own statement
PAIR = f"SELECT * FROM ({PAIRS}) p WHERE person_id = $1 AND other_person_id = $2"  # noqa: S608 - our own statement
COUNTED = f"""
SELECT reasons[1] AS reason, count(*) AS number FROM (
    SELECT ARRAY(SELECT r FROM unnest(reasons) r ORDER BY array_position($1::text[], r)) AS reasons
    FROM ({PAIRS}) p WHERE NOT closed AND reasons <> '{{}}' AND person <> other_person
) w GROUP BY 1 ORDER BY array_position($1::text[], reasons[1])
"""  # noqa: S608 - our own statement
RECORDS = """
SELECT c.record_id, c.person_id, c.source, c.as_of AS since, coalesce(merged.survivor_id, c.person_id) AS person,
    coalesce(d.number, 0) AS number, d.verdict
FROM people.record_candidate c LEFT JOIN access.merged ON merged.person_id = c.person_id
LEFT JOIN LATERAL (
    SELECT number, verdict FROM people.record_decision d WHERE d.record_id = c.record_id AND d.person_id = c.person_id
    ORDER BY number DESC LIMIT 1
) d ON true
WHERE c.refused_on >= current_date - $1::int
"""
WAITING_RECORDS = f"""
SELECT * FROM ({RECORDS}) r WHERE verdict IS DISTINCT FROM 'DIFFERENT'
ORDER BY verdict NULLS FIRST, since, record_id, person_id LIMIT {SHOWN}
"""  # noqa: S608 - our own statement
RECORD = f"SELECT * FROM ({RECORDS}) r WHERE record_id = $2 AND person_id = $3"  # noqa: S608 - our own statement
COUNTED_RECORDS = f"SELECT count(*) FROM ({RECORDS}) r WHERE verdict IS NULL"  # noqa: S608 - our own statement
DECIDE_RECORD = """
INSERT INTO people.record_decision VALUES ($1, $2, $3, $4, $5, $6, $7, now())
"""
DECIDE = """
INSERT INTO people.match_decision VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
"""


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """Two people who may be one: `key` are the own people of the records, `served` the ids under which they are read;
    `number` counts the decisions on them, of which `verdict` is the last."""

    key: tuple[UUID, UUID]
    served: tuple[UUID, UUID]
    reasons: tuple[str, ...]
    since: datetime | None
    number: int
    verdict: str | None
    decided_at: datetime | None
    closed: bool


@dataclass(frozen=True, slots=True, repr=False)
class RefusedRecord:
    """A refused record and a person of whom it may be: `key` are its id and the own person, `served` the id under which
    that is read; `number` counts the decisions on both, of which `verdict` is the last."""

    key: tuple[UUID, UUID]
    served: UUID
    source: str
    since: datetime
    number: int
    verdict: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Reviewer:
    """Who reviews: agent, organisation and scopes of its token."""

    agent: str
    organisation: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Counts:
    """How many pairs wait, by their strongest reason, how many people are merged into another, and how many refused
    records wait with a person of whom they may be."""

    waiting: Mapping[str, int]
    records: int
    merged: int


async def counts(connection: Connection) -> Counts:
    """Count the queue of every département, as a role of ingestion."""
    waiting = {row["reason"]: row["number"] for row in await connection.fetch(COUNTED, REASONS)}
    records = await connection.fetchval(COUNTED_RECORDS, QUARANTINE_DAYS)
    return Counts(waiting, records, await connection.fetchval("SELECT count(*) FROM access.merged"))


class ReviewQueue:
    """Pairs and decisions in the database; each use is a transaction of its own. Raises NotServed."""

    def __init__(self, dsn: Dsn) -> None:
        self._dsn: Callable[[], str] = lambda: dsn(REVIEWER)

    async def probe(self) -> None:
        """Raise NotServed if the queue can't be read."""
        async with self._transaction(Reviewer("", "", ())) as connection:
            await connection.execute("SELECT FROM people.match_decision LIMIT 0")

    async def waiting(self, reviewer: Reviewer) -> list[Pair]:
        """The pairs that wait for a decision, the strongest reasons first."""
        async with self._transaction(reviewer) as connection:
            return [_pair(row) for row in await connection.fetch(WAITING, REASONS)]

    async def joined(self, reviewer: Reviewer) -> list[Pair]:
        """The pairs decided to be one person, the newest first."""
        async with self._transaction(reviewer) as connection:
            return [_pair(row) for row in await connection.fetch(JOINED)]

    async def pair(self, reviewer: Reviewer, key: tuple[UUID, UUID]) -> Pair:
        """One pair; raises RequestRefused (MATCH_UNKNOWN) if the agent is not linked to both people."""
        async with self._transaction(reviewer) as connection:
            row = await connection.fetchrow(PAIR, *key)
        if row is None:
            raise unknown()
        return _pair(row)

    async def records(self, reviewer: Reviewer) -> list[RefusedRecord]:
        """The refused records that wait for a decision, then those confirmed that wait to be read again."""
        async with self._transaction(reviewer) as connection:
            return [_record(row) for row in await connection.fetch(WAITING_RECORDS, QUARANTINE_DAYS)]

    async def record(self, reviewer: Reviewer, key: tuple[UUID, UUID]) -> RefusedRecord:
        """One refused record; raises RequestRefused (MATCH_UNKNOWN) if the agent is not linked to the person."""
        async with self._transaction(reviewer) as connection:
            row = await connection.fetchrow(RECORD, QUARANTINE_DAYS, *key)
        if row is None:
            raise unknown()
        return _record(row)

    async def decide_record(self, reviewer: Reviewer, record: RefusedRecord, verdict: str, ground: str) -> None:
        """Add a decision on the state of the record that was seen; raises RequestRefused (MATCH_DECIDED_MEANWHILE)."""
        arguments = (*record.key, record.number + 1, verdict, ground, reviewer.agent, reviewer.organisation)
        await self._decide(reviewer, (DECIDE_RECORD, *arguments))

    async def decide(self, reviewer: Reviewer, pair: Pair, verdict: str, ground: str) -> None:
        """Add a decision on the state of the pair that was seen; raises RequestRefused (MATCH_DECIDED_MEANWHILE)."""
        decision = (*pair.key, pair.number + 1, verdict, ground, list(pair.reasons))
        await self._decide(reviewer, (DECIDE, *decision, reviewer.agent, reviewer.organisation), (f"NOTIFY {CHANNEL}",))

    async def _decide(self, reviewer: Reviewer, *statements: tuple[Any, ...]) -> None:
        """Execute statements, each with its arguments, in one transaction."""
        try:
            async with self._transaction(reviewer) as connection:
                for statement in statements:
                    await connection.execute(*statement)
        except asyncpg.UniqueViolationError:
            raise decided_meanwhile() from None
        except asyncpg.InsufficientPrivilegeError:
            raise unknown() from None

    @asynccontextmanager
    async def _transaction(self, reviewer: Reviewer) -> AsyncIterator[Connection]:
        try:
            connection = await connect(self._dsn(), command_timeout=SECONDS)
            try:
                async with connection.transaction():
                    await connection.execute("SELECT set_config('spie.scopes', $1, true)", "\x1f".join(reviewer.scopes))
                    yield connection
            finally:
                await connection.close()
        except (asyncpg.UniqueViolationError, asyncpg.InsufficientPrivilegeError):
            raise
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise NotServed(
                "DATABASE_UNAVAILABLE",
                "La file des rapprochements ne répond pas : réessayez dans un instant.",
                type(error).__name__,
            ) from None


def reviewing_scopes(scopes: Sequence[str]) -> tuple[str, ...]:
    """Those of an actor's scopes through which pairs are reviewed: whom its département answers for."""
    prefix = link_key(Fact.DEPARTMENT_BRSA, "")
    return tuple(scope for scope in scopes if scope.startswith(prefix))


def unknown() -> RequestRefused:
    """The refusal of a pair that is not there, or not for this agent: both are told alike."""
    return RequestRefused(
        "MATCH_UNKNOWN",
        "Ces deux dossiers ne sont pas, ou plus, à comparer dans votre périmètre : revenez à la liste.",
        "no such pair for the agent",
        http_status=404,
    )


def decided_meanwhile() -> RequestRefused:
    """The refusal of a decision on a state that is no more."""
    return RequestRefused(
        "MATCH_DECIDED_MEANWHILE",
        "Une décision a été prise entre-temps sur ces deux dossiers : comparez-les à nouveau.",
        "the pair was decided since it was shown",
        http_status=409,
    )


def _pair(row: asyncpg.Record) -> Pair:
    reasons = tuple(sorted(row["reasons"], key=REASONS.index))
    return Pair(
        (row["person_id"], row["other_person_id"]), (row["person"], row["other_person"]), reasons, row["since"],
        row["number"], row["verdict"], row["decided_at"], row["closed"],
    )  # fmt: skip


def _record(row: asyncpg.Record) -> RefusedRecord:
    key = row["record_id"], row["person_id"]
    return RefusedRecord(key, row["person"], row["source"], row["since"], row["number"], row["verdict"])
