"""Writes each run of a source, from its start on, as the role that may write runs.

A run under way holds the lock of its source, in the session of its connection: nobody starts another run of that
source, and a run without an end whose source is not locked was broken off, however it ended (kill -9, power cut).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import asyncpg
import orjson

from hub.errors import NotServed
from hub.runs.safe_names import safe_name
from infra.connecting import connect

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

LOCKS = 0x52554E53
"""First part of the lock of a source (`RUNS`); the second is PostgreSQL's hash of its name."""
PULSE = 2.0
"""Seconds between two writings of how far a run is."""
KEPT_DAYS = 400
"""Days for which a run is kept: a year and what it is compared with."""


class Outcome(StrEnum):
    """The end of a run: all inputs were read to their end, one of them was not, or something else ended the run."""

    COMPLETE = "complete"
    CUT = "cut"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run read and wrote: `counts` of records by outcome, `refusals` and `asides` by code, `digests` of the
    inputs in their order; `whole` if each input was read to its end."""

    read: int
    written: int
    counts: Mapping[str, int] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    asides: Mapping[str, int] = field(default_factory=dict)
    digests: Sequence[str] = ()
    whole: bool = True


@dataclass(slots=True)
class Run:
    """A run under way: whoever reads the source says how many records were read, where it is, and at the end all."""

    read: int = 0
    cursor: str | None = None
    tally: Tally | None = None


@asynccontextmanager
async def kept_run(dsn: str, source: str, inputs: Sequence[str]) -> AsyncIterator[Run]:
    """Keep the run of a source, which the block sets the `tally` of; `inputs` are names of files, or of a call.

    Raises NotServed (SOURCE_BUSY) if the source is being read, and the errors of asyncpg.
    """
    async with source_lock(dsn, source) as connection:
        number = await _begin(connection, source, inputs)
        run, ended = Run(), asyncio.Event()
        pulse = asyncio.create_task(_pulse(connection, number, run, ended))
        error: str | None = None
        try:
            yield run
        except Exception as failure:
            error = str(getattr(failure, "code", "INTERNAL_ERROR"))
            raise
        finally:
            ended.set()
            await pulse
            if error is not None or run.tally is not None:
                await _end(connection, number, run, error)


@asynccontextmanager
async def source_lock(dsn: str, source: str) -> AsyncIterator[Connection]:
    """Let nobody else read the source during the block; yields the connection that holds the lock.

    Raises NotServed (SOURCE_BUSY) if the source is being read, and the errors of asyncpg.
    """
    connection = await connect(dsn)
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1, hashtext($2))", LOCKS, source):
            raise NotServed(
                "SOURCE_BUSY",
                "Cette source est déjà en cours de lecture : attendez la fin de l'autre commande, puis relancez.",
                "another run of this source is under way",
            )
        yield connection
    finally:
        await connection.close()


async def add_to_day(dsn: str, source: str, tally: Tally) -> None:
    """Add what one notification brought to the counts of its source for the day; raises the errors of asyncpg.

    It waits for no lock of the source: notifications come while a file is read."""
    connection = await connect(dsn)
    try:
        await connection.execute(_ADD_TO_DAY, source, tally.read, tally.written, *_counts(tally))
    finally:
        await connection.close()


def _summed(column: str) -> str:
    """The statement that adds the counts of a row that is new to those of the row that is there."""
    return (
        f"{column} = (SELECT coalesce(jsonb_object_agg(name, total), '{{}}') FROM (SELECT name, sum(number::bigint)"  # noqa: S608 - columns of our own
        f" AS total FROM (SELECT * FROM jsonb_each_text(run.{column}) UNION ALL"
        f" SELECT * FROM jsonb_each_text(excluded.{column})) AS merged (name, number) GROUP BY name) AS totals)"
    )


_ADD_TO_DAY = f"""
INSERT INTO runs.run (source, day, ended_at, outcome, read, written, counts, refusals, asides)
VALUES ($1, CURRENT_DATE, now(), 'complete', $2, $3, $4, $5, $6)
ON CONFLICT (source, day) DO UPDATE SET ended_at = now(), read = run.read + excluded.read,
written = run.written + excluded.written, {", ".join(map(_summed, ("counts", "refusals", "asides")))}
"""  # noqa: S608 - columns of our own


async def _begin(connection: Connection, source: str, inputs: Sequence[str]) -> int:
    """Forget the oldest runs of the source, and write the run and its inputs; return its number."""
    async with connection.transaction():
        await connection.execute(
            "DELETE FROM runs.run WHERE source = $1 AND started_at < now() - make_interval(days => $2)",
            source,
            KEPT_DAYS,
        )
        number = int(await connection.fetchval("INSERT INTO runs.run (source) VALUES ($1) RETURNING number", source))
        rows = [(number, place, safe_name(name), None) for place, name in enumerate(inputs, 1)]
        await connection.copy_records_to_table("input", records=rows, schema_name="runs")
    return number


async def _pulse(connection: Connection, number: int, run: Run, ended: asyncio.Event) -> None:
    """Write now and then how far the run is, so that one that is broken off says it."""
    while True:
        with suppress(TimeoutError):
            return await _wait(ended)
        await connection.execute(
            "UPDATE runs.run SET read = $2, cursor = $3 WHERE number = $1", number, run.read, run.cursor
        )


async def _wait(ended: asyncio.Event) -> None:
    async with asyncio.timeout(PULSE):
        await ended.wait()


async def _end(connection: Connection, number: int, run: Run, error: str | None) -> None:
    """Write how the run ended, with its tally; a run that failed has none, and keeps the number of records read."""
    tally = run.tally or Tally(run.read, 0)
    outcome = Outcome.FAILED if error is not None else Outcome.COMPLETE if tally.whole else Outcome.CUT
    async with connection.transaction():
        await connection.execute(
            "UPDATE runs.run SET ended_at = clock_timestamp(), outcome = $2, error = $3, read = $4, written = $5,"
            " counts = $6, refusals = $7, asides = $8, cursor = $9 WHERE number = $1",
            number,
            outcome.value,
            error,
            tally.read,
            tally.written,
            *_counts(tally),
            run.cursor,
        )
        await connection.execute(
            "UPDATE runs.input SET digest = nullif(digests.digest, '')"
            " FROM unnest($2::text[]) WITH ORDINALITY AS digests (digest, place)"
            " WHERE run = $1 AND input.place = digests.place",
            number,
            list(tally.digests),
        )


def _counts(tally: Tally) -> list[str]:
    """The counts as the JSON of their columns, in the order of the table."""
    return [orjson.dumps(dict(counts)).decode() for counts in (tally.counts, tally.refusals, tally.asides)]
