"""No NIR in clear, whatever the field it comes in: every field of every source, then every column, report and log."""

from __future__ import annotations

import asyncio
import io
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
from rich.console import Console

from demo import source_files
from demo.ingestion import ORGANISATIONS, load
from demo.rdvi_files import signed
from hub.ingest import SOURCES, show
from schema.nir import MASK, control_key
from subgraphs.kit.ingest.ingestion_report import Report
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.sources.altered_fields import altered

TODAY = date(2026, 11, 24)
LATER = datetime(2026, 11, 25, tzinfo=UTC)
NIR = "2850578006084"
KEYED = f"{NIR}{control_key(NIR):02}"
GROUPED = f"Mme 2 85 05 78 006 084 {KEYED[-2:]} (voir dossier)"
FORMS = {"alone": KEYED, "without its key": NIR, "inside a text": GROUPED}

TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1) AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1
"""
SCHEMAS = ["access", "people", "appointments", "offers", "trainings"]


@pytest.fixture(scope="module")
def known(database: Database, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, ...]]:
    """The files of the demo, which the database has read."""
    files = source_files.write(tmp_path_factory.mktemp("demo"), TODAY, database.keys.webhook("rdv-insertion"))
    asyncio.run(load(files, dsn=database.dsn, keys=database.keys, today=TODAY))
    return {
        source: tuple(path for path in paths if "anomalie" not in path.name and ".headers" not in path.name)
        for source, paths in files.items()
    }


def test_no_source_is_left_out(known: dict[str, tuple[Path, ...]]) -> None:
    assert known.keys() == SOURCES.keys()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("source", SOURCES)
async def test_a_nir_in_any_field_of_any_source_is_in_no_column_report_or_log(
    database: Database,
    known: dict[str, tuple[Path, ...]],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    source: str,
    form: str,
) -> None:
    fields = 0
    connection = await database.connect(SOURCES[source].role)
    try:
        tables = [row[0] for row in await connection.fetch(TABLES, SCHEMAS)]
        for path in _one_of_each_format(known[source]):
            for place, content in altered(path.name, path.read_bytes(), form):
                fields += 1
                transaction = connection.transaction()
                await transaction.start()
                written = _written(tmp_path / path.name, content, database.keys.webhook("rdv-insertion"))
                report = await _ingested(database, connection, source, written)
                leaks = await _tables_with_digits(connection, tables)
                await transaction.rollback()
                assert (place, leaks) == (place, [])
                assert (place, NIR in _told(report)) == (place, False)
                assert report.read == sum(report.counts.values()), place
    finally:
        await connection.close()
    assert fields > 5
    assert NIR not in caplog.text


def _written(path: Path, content: bytes, secret: bytes) -> Path:
    """The file, with the headers of a notification beside it."""
    path.write_bytes(content)
    if path.suffix == ".json":
        headers = path.with_name(path.name.removesuffix(".json") + ".headers.json")
        headers.write_bytes(orjson.dumps(signed(content, secret)))
    return path


async def _ingested(database: Database, connection: Any, source: str, path: Path) -> Report:
    secret = database.keys.webhook("rdv-insertion")
    options = Options(as_of=LATER, webhook_secret=secret, organisations=ORGANISATIONS.get(source, {}))
    return await SOURCES[source](Registry(database.keys.nir)).ingest([path], options, Session(connection))


async def _tables_with_digits(connection: asyncpg.Connection[asyncpg.Record], tables: list[str]) -> list[str]:
    """Tables in which a row that this transaction wrote spells the NIR, whatever stands between its digits."""
    statement = " UNION ALL ".join(
        f"SELECT '{table}' FROM {table} AS written WHERE age(xmin) <= age(pg_current_xact_id()::xid)"
        f" AND regexp_replace(written::text, '[^0-9A-Za-z]', '', 'g') LIKE '%{NIR}%'"
        for table in tables
    )
    return sorted({row[0] for row in await connection.fetch(statement)})


def _told(report: Report) -> str:
    """All that a report shows, digits next to each other."""
    shown = io.StringIO()
    show(report, Console(file=shown, width=1000))
    return re.sub(r"[^0-9A-Za-z]", "", f"{report} {shown.getvalue()}")


def _one_of_each_format(paths: tuple[Path, ...]) -> list[Path]:
    """The first file of each kind: messages of two kinds are two."""
    kinds = {(path.suffix, path.name.partition("-")[0] if path.suffix == ".json" else ""): path for path in paths[::-1]}
    return list(kinds.values())


async def test_a_nir_in_the_name_of_a_file_is_in_no_report(fresh_database: Database, tmp_path: Path) -> None:
    connection = await fresh_database.connect("people_ingest")
    try:
        for name in (f"flux {GROUPED}.xml", f"{KEYED}.xml", f"dossier_{NIR}.csv"):
            report = await _ingested(fresh_database, connection, "cnaf-flux", tmp_path / name)
            assert [refusal.code for refusal in report.refusals] == ["FILE_UNREADABLE"]
            assert NIR not in _told(report)
            assert MASK in report.refusals[0].file
    finally:
        await connection.close()
