"""A retry takes what a mend made sound as its file would be taken, and writes nothing where another file mended it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from demo import source_files
from demo.ingestion import ORGANISATIONS
from hub.ingest import SOURCES, find_source, take_notifications
from hub.retry import retry
from hub.runs.quarantine import Seal, quarantine
from infra.role_names import QUARANTINE_KEEPER
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.unit_of_work import Options
from tests.conftest import Database
from tests.sources.altered_fields import write
from tests.sources.ingestion import SECRET, adds_up, everything_told, rows
from tests.sources.test_broken_files import AS_OF, FAULTS, FORMATS, OF_NOBODY, TODAY, sound_files, table

__all__ = ["sound_files"]

SCHEMAS = ("people", "appointments", "offers", "trainings")
STORED = "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname = ANY($1)"
TABLES = ("csv", "xlsx")
OF_RECORDS = ("shifted columns", "a stray quote", "a formula", "merged cells", "mis-encoded", "NaN", "a key twice")
"""Faults that refuse records, and leave the file to be read on."""


async def read(database: Database, source: str, paths: Sequence[Path]) -> Report:
    """Read files, and keep the records that are refused, as the processes of the hub do."""
    options = Options(AS_OF, webhook_secret=SECRET, organisations=ORGANISATIONS.get(source, {}))
    reader, seal = find_source(source, database.keys), Seal(database.keys.quarantine)
    report = await take_notifications(reader, paths, options, database.dsn, seal)
    assert adds_up(report)
    return report


async def read_again(database: Database, source: str) -> Report:
    """The report of the retry of what waits of a source; each record has an outcome, or no content."""
    waiting = await waiting_of(database, source)
    retried = await retry(find_source(source, database.keys), Options(), database.dsn, Seal(database.keys.quarantine))
    assert adds_up(retried.report)
    assert retried.report.read + retried.without_content == len(waiting)
    return retried.report


async def waiting_of(database: Database, source: str) -> list[tuple[str, int, str]]:
    """The file, the place and the code of each record of a source that waits."""
    async with quarantine(database.dsn(QUARANTINE_KEEPER)) as kept:
        return sorted((record.digest, record.place, record.code) for record in await kept.waiting(source))


@asynccontextmanager
async def faulty_hub(database: Database) -> AsyncIterator[None]:
    """A block in which the database takes no row of any source."""
    tables = [row["name"] for row in await rows(database, STORED, SCHEMAS)]
    connection = await database.connect()
    try:
        for table in tables:
            await connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT later CHECK (false) NOT VALID")
        yield
        for table in tables:
            await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT later")
    finally:
        await connection.close()


def some_of(paths: Sequence[Path]) -> list[Path]:
    """The files without broken records, and one webhook of ten."""
    sound = [path for path in paths if "anomalie" not in path.name]
    webhooks = [path for path in sound if path.with_suffix(".headers.json").exists()]
    left_out = set(webhooks) - set(webhooks[::10])
    return [path for path in sound if path not in left_out]


def smallest(paths: Sequence[Path]) -> Path:
    """The file of the fewest bytes."""
    return min(paths, key=lambda path: path.stat().st_size)


async def test_what_a_faulty_hub_refused_is_taken_by_a_retry_just_as_its_file_would_be(
    fresh_database: Database, tmp_path: Path
) -> None:
    files = {source: some_of(paths) for source, paths in source_files.write(tmp_path, TODAY, SECRET).items()}
    assert files.keys() == SOURCES.keys()
    async with faulty_hub(fresh_database):
        for source, paths in files.items():
            report = await read(fresh_database, source, [smallest(paths)])
            assert report.counts == {Outcome.REJECTED: report.read}, source
    for source, paths in files.items():
        report = await read_again(fresh_database, source)
        assert report.codes.keys() <= OF_NOBODY, source
        assert Counter(code for _, _, code in await waiting_of(fresh_database, source)) == report.codes
        again = await read(fresh_database, source, [smallest(paths)])
        assert (again.codes, again.rows) == (report.codes, 0), source
        await read(fresh_database, source, paths)


@pytest.mark.parametrize("source", SOURCES)
async def test_once_a_mended_file_came_a_retry_of_the_broken_ones_writes_nothing_and_keeps_their_codes(
    database: Database, tmp_path: Path, sound_files: dict[tuple[str, str], bytes], source: str
) -> None:
    for suffix in FORMATS:
        if (source, suffix) not in sound_files:
            continue
        content = sound_files[source, suffix]
        if suffix in TABLES:
            content = table(suffix, content, lambda rows: rows[:4])
        for number, (spoil, expected) in enumerate(FAULTS[fault] for fault in OF_RECORDS):
            spoilt = spoil(suffix, content) if suffix in expected else None
            if spoilt is not None:
                path = tmp_path / f"{number}.{suffix}"
                write(path, spoilt, SECRET)
                await read(database, source, [path])
        path = tmp_path / f"sound.{suffix}"
        write(path, content, SECRET)
        await read(database, source, [path])
    waiting = await waiting_of(database, source)

    report = await read_again(database, source)

    assert report.counts.keys() <= {Outcome.REJECTED, Outcome.UNCHANGED, Outcome.OLDER}
    assert report.rows == 0
    assert await waiting_of(database, source) == waiting
    assert "Maëlle" not in everything_told([report])
