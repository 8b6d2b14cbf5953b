"""A command that is killed at any statement, whatever it reads, and run again leaves what a whole one leaves."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import signal
import sys
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
from tests.conftest import ROOT, Database
from tests.draws import KILLS
from tests.sources.ingestion import SECRET, values
from tests.sources.test_batches import DAY, UUIDS, crowd, empty, state

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
KILLED = f"""
import asyncio, os, signal, sys
from datetime import datetime
from pathlib import Path
import asyncpg
from demo.ingestion import ORGANISATIONS
from hub.ingest import SOURCES
from subgraphs.kit.ingest import unit_of_work
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people.registry import Registry

async def main(source, dsn, key, left, *paths):
    unit_of_work.BATCH = 4
    connection = await asyncpg.connect(dsn)
    left = int(left)
    def count(query):
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    connection.add_query_logger(count)
    as_of, secret = datetime.fromisoformat("{AS_OF.isoformat()}"), {SECRET!r}
    options = Options(as_of, "08", None, secret, ORGANISATIONS.get(source, {{}}))
    reader = SOURCES[source](Registry(bytes.fromhex(key)))
    await reader.ingest([Path(path) for path in paths], options, Session(connection))

asyncio.run(main(*sys.argv[1:]))
"""
"""Reads files of a source in batches of four and is killed before a statement."""
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


async def read(database: Database, source: str, paths: list[Path]) -> tuple[int, int]:
    """Read the files in this process; return how many records they have and how many statements that took."""
    reader = SOURCES[source](Registry(database.keys.nir))
    options = Options(AS_OF, "08", None, SECRET, ORGANISATIONS.get(source, {}))
    connection = await database.connect(reader.role)
    statements: list[object] = []
    connection.add_query_logger(statements.append)
    try:
        report = await reader.ingest(paths, options, Session(connection))
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
    dsn, key = fresh_database.dsn(SOURCES[source].role), fresh_database.keys.nir.hex()
    for _ in range(KILLS):
        await restored(fresh_database, kind, files)
        number = random.randint(1, statements)
        arguments = (source, dsn, key, str(number), *map(str, paths))
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, *arguments, cwd=ROOT)
        assert await process.wait() == -signal.SIGKILL, number
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
