"""A command that is killed at any statement, whatever it reads, and run again leaves what a whole one leaves."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import signal
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest

from demo import source_files
from demo.cnaf_files import flux
from demo.ingestion import ORGANISATIONS
from demo.workbook_files import workbook
from hub.ingest import SOURCES
from subgraphs.kit.ingest import unit_of_work
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.draws import KILLS
from tests.forked import FORKING
from tests.sources.ingestion import SECRET, values
from tests.sources.killed_ingestion import ingest_until_killed
from tests.sources.test_batches import DAY, UUIDS, crowd, empty, state

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
KINDS = {
    "XML": ("cnaf-flux", ".xml"),
    "CSV": ("ft-extrait", ".csv"),
    "workbook": ("ft-extrait", ".xlsx"),
    "list of JSON": ("carnet-de-bord", ".json"),
    "lines of JSON": ("dsp", ".jsonl"),
    "notifications": ("rdv-insertion", ".json"),
}
"""The source of each kind of file, and how the files' names end."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Ten records, or what the demo has, of each kind, and the `people` of the demo."""
    folder = tmp_path_factory.mktemp("kinds")
    written = source_files.write(folder / "demo", date(2026, 11, 24), SECRET)
    kinds = {
        kind: [path for path in written[source] if path.suffix == ending and "anomalie" not in path.name]
        for kind, (source, ending) in KINDS.items()
    }
    rows = list(csv.reader(io.StringIO(kinds["CSV"][0].read_text("utf-8-sig")), delimiter=";"))
    kinds["people"] = kinds["XML"]
    kinds["workbook"], kinds["XML"] = [folder / "extrait.xlsx"], [folder / "flux.xml"]
    kinds["workbook"][0].write_bytes(workbook("Feuille", rows[:11]))
    kinds["CSV"] = [folder / "extrait.csv"]
    with kinds["CSV"][0].open("w", encoding="utf-8", newline="") as extract:
        csv.writer(extract, delimiter=";").writerows(rows[:11])
    kinds["XML"][0].write_bytes(flux(crowd(10), DAY))
    kinds["notifications"] = [path for path in kinds["notifications"] if ".headers" not in path.name][:10]
    return kinds


def options_of(source: str) -> Options:
    """How the files of a source are read."""
    return Options(AS_OF, "08", None, SECRET, ORGANISATIONS.get(source, {}))


async def read(database: Database, source: str, paths: list[Path]) -> tuple[int, int]:
    """Read the files in this process; return how many records they have and how many statements that took."""
    reader = SOURCES[source](Registry(database.keys.nir))
    connection = await database.connect(reader.role)
    statements: list[object] = []
    connection.add_query_logger(statements.append)
    try:
        report = await reader.ingest(paths, options_of(source), Session(connection))
    finally:
        await connection.close()
    assert report.rows > 0
    return report.read, len(statements)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_process_killed_before_any_statement_has_lost_and_doubled_nothing(
    fresh_database: Database, files: dict[str, list[Path]], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, paths, random = KINDS[kind][0], files[kind], Random(kind)
    monkeypatch.setattr(unit_of_work, "BATCH", 4)
    await restored(fresh_database, kind, files)
    records, statements = await read(fresh_database, source, paths)
    whole = await stored(fresh_database)
    dsn, options = fresh_database.dsn(SOURCES[source].role), options_of(source)
    for _ in range(KILLS):
        await restored(fresh_database, kind, files)
        number = random.randint(1, statements)
        arguments = (source, dsn, fresh_database.keys.nir, number, paths, options, unit_of_work.BATCH)
        process = FORKING.Process(target=ingest_until_killed, args=arguments)
        process.start()
        await asyncio.to_thread(process.join)
        assert process.exitcode == -signal.SIGKILL, number
        if kind == "XML":
            foyers = await values(fresh_database, "SELECT count(*) FROM people.source_record")
            assert await values(fresh_database, "SELECT count(*) FROM people.identity") == foyers
            assert foyers[0] in (0, 4, 8, 10)

        assert (await read(fresh_database, source, paths))[0] == records
        assert await stored(fresh_database) == whole, number


async def stored(database: Database) -> list[str]:
    """All rows that ingestion writes, without random ids."""
    return sorted(re.sub(UUIDS, "<id>", row) for row in await state(database))


async def restored(database: Database, kind: str, files: dict[str, list[Path]]) -> None:
    """Leave the people of the demo in the database, whom files other than the flux are about."""
    await empty(database)
    if kind != "XML":
        await read(database, "cnaf-flux", files["people"])
