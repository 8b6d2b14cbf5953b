"""How each source is: its last runs, its last success, and whether that is as recent as the settings expect.

Ages are the database's, so that no clock of another machine makes a source late. Nothing here is about a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import asyncpg
import orjson

from hub.runs.kept_runs import LOCKS
from hub.runs.source_settings import Rhythm

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

SHOWN = 10
"""Runs of each source that are read, the latest."""


class Phase(StrEnum):
    """The state of one run: how it ended, or that it has not."""

    COMPLETE = "complete"
    CUT = "cut"
    FAILED = "failed"
    RUNNING = "running"
    BROKEN_OFF = "broken off"

    @property
    def label(self) -> str:
        """The state in French."""
        return _PHASES[self]


_PHASES = {
    Phase.COMPLETE: "menée à bien",
    Phase.CUT: "un fichier n'a pas été lu en entier",
    Phase.FAILED: "en échec",
    Phase.RUNNING: "en cours",
    Phase.BROKEN_OFF: "interrompue",
}


class State(StrEnum):
    """The state of a source: `untimed` has succeeded, and nothing says how often it should."""

    FRESH = "fresh"
    LATE = "late"
    FAILING = "failing"
    NEVER = "never"
    UNTIMED = "untimed"

    @property
    def label(self) -> str:
        """The state in French."""
        return _STATES[self]


_STATES = {
    State.FRESH: "à jour",
    State.LATE: "en retard",
    State.FAILING: "en échec",
    State.NEVER: "jamais lue",
    State.UNTIMED: "lue, sans rythme attendu",
}


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One run: `inputs` are safe names with the SHA-256 of each, `seconds` how long it took, or has taken so far;
    `notified` if it adds up the notifications of a day."""

    number: int
    notified: bool
    phase: Phase
    started_at: datetime
    seconds: float | None
    error: str | None
    read: int
    written: int
    counts: Mapping[str, int]
    refusals: Mapping[str, int]
    asides: Mapping[str, int]
    inputs: Sequence[tuple[str, str | None]]
    cursor: str | None

    @property
    def refused(self) -> int:
        """Records and files refused."""
        return sum(self.refusals.values())


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source: its latest runs (the last one first), when it last succeeded and how many seconds ago, and when an
    API that fails is asked again."""

    source: str
    runs: Sequence[KeptRun]
    succeeded_at: datetime | None
    age: float | None
    rhythm: Rhythm | None
    retry_at: datetime | None = None

    @property
    def last(self) -> KeptRun | None:
        """The latest run that ended; one that failed stays it, whatever notifications come, until another ends."""
        ended = [run for run in self.runs if run.phase is not Phase.RUNNING]
        failed = next((run for run in ended if not run.notified), None)
        if failed is not None and failed.phase is not Phase.COMPLETE:
            return failed
        return ended[0] if ended else None

    @property
    def running(self) -> bool:
        """Whether the source is being read."""
        return any(run.phase is Phase.RUNNING for run in self.runs)

    @property
    def late(self) -> bool:
        """Whether the last success is older than the settings admit, or one is expected and there was none."""
        return self.rhythm is not None and (self.age is None or self.age > self.rhythm.latest)

    @property
    def state(self) -> State:
        """The state; of a source that fails and is late, that it fails."""
        if self.last is None:
            return State.NEVER
        if self.last.phase is not Phase.COMPLETE:
            return State.FAILING
        if self.rhythm is None:
            return State.UNTIMED
        return State.LATE if self.late else State.FRESH

    @property
    def wanting(self) -> bool:
        """Whether someone should look at it: it fails, is late, or has a rhythm and was never read."""
        return self.late or self.state is State.FAILING

    @property
    def trend(self) -> Sequence[int]:
        """Records read by its latest runs that ended, the last one last."""
        return [run.read for run in reversed(self.runs) if run.phase is not Phase.RUNNING]


_SOURCES = "SELECT DISTINCT source FROM runs.run"
_SUCCESSES = """
SELECT source, max(ended_at) AS at, extract(epoch FROM now() - max(ended_at))::float8 AS age
FROM runs.run WHERE outcome = 'complete' GROUP BY source
"""
_RETRIES = """
SELECT source, max(retry_at) AS at FROM runs.sync_state WHERE retry_at > now() GROUP BY source
"""
_RUNS = """
SELECT latest.*, extract(epoch FROM coalesce(latest.ended_at, now()) - latest.started_at)::float8 AS seconds,
    latest.outcome IS NULL AND latest.rank = 1 AND EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = $3::bigint::oid
        AND objid = (hashtext(latest.source)::bigint & 4294967295)::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) AS running,
    (SELECT coalesce(json_agg(json_build_array(name, digest) ORDER BY place), '[]')
        FROM runs.input WHERE run = latest.number AND place <= $4) AS inputs
FROM unnest($1::text[]) AS names (source) CROSS JOIN LATERAL (
    SELECT *, row_number() OVER (PARTITION BY day IS NULL ORDER BY number DESC) AS rank
    FROM runs.run WHERE run.source = names.source
    ORDER BY number DESC LIMIT $2
) AS latest
ORDER BY latest.source, latest.number DESC
"""
INPUTS = 100
"""Inputs of a run that are read, the first."""


async def read_status(
    connection: Connection, rhythms: Mapping[str, Rhythm], sources: Sequence[str] = ()
) -> list[SourceStatus]:
    """The status of each source that has a run or a rhythm, and of these `sources`, by name."""
    ran = [row["source"] for row in await connection.fetch(_SOURCES)]
    successes = {row["source"]: row for row in await connection.fetch(_SUCCESSES)}
    retries = {row["source"]: row["at"] for row in await connection.fetch(_RETRIES)}
    runs: dict[str, list[KeptRun]] = {name: [] for name in sorted({*ran, *rhythms, *sources})}
    for row in await connection.fetch(_RUNS, list(runs), SHOWN, LOCKS, INPUTS):
        runs[row["source"]].append(_run(row))
    return [
        SourceStatus(
            name,
            rows,
            successes[name]["at"] if name in successes else None,
            successes[name]["age"] if name in successes else None,
            rhythms.get(name),
            retries.get(name),
        )
        for name, rows in runs.items()
    ]


def _run(row: asyncpg.Record) -> KeptRun:
    outcome = row["outcome"]
    unended = Phase.RUNNING if row["running"] else Phase.BROKEN_OFF
    return KeptRun(
        number=row["number"],
        notified=row["day"] is not None,
        phase=unended if outcome is None else Phase(outcome),
        started_at=row["started_at"],
        seconds=None if outcome is None and not row["running"] else row["seconds"],
        error=row["error"],
        read=row["read"],
        written=row["written"],
        counts=orjson.loads(row["counts"]),
        refusals=orjson.loads(row["refusals"]),
        asides=orjson.loads(row["asides"]),
        inputs=[(name, digest) for name, digest in orjson.loads(row["inputs"])],
        cursor=row["cursor"],
    )
