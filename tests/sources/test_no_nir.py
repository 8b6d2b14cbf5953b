"""No NIR in clear, whatever the field it comes in: every field of every source, then every column, report and log."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
from rich.console import Console

from demo import source_files
from demo.ingestion import load
from hub.ingest import SOURCES, show
from schema.nir import MASK, control_key
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.source_fields import Fields, Unkept, flattened
from tests.conftest import Database
from tests.sources.altered_fields import Altered, altered, ingested, one_of_each_format, write
from tests.sources.conftest import TODAY

NIR = "2850578006084"
KEYED = f"{NIR}{control_key(NIR):02}"
GROUPED = f"Mme 2 85 05 78 006 084 {KEYED[-2:]} (voir dossier)"
FORMS = (KEYED, NIR, GROUPED)

TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1) AND has_table_privilege(c.oid, 'SELECT')
AND (has_any_column_privilege(c.oid, 'INSERT') OR has_any_column_privilege(c.oid, 'UPDATE')) ORDER BY 1
"""
"""What the role may write; whatever else it reads, such as the communes of France, it can put nothing into."""
ALL_TABLES = """
SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""
OF_THIS_TRANSACTION = "age(xmin) <= age(pg_current_xact_id()::xid)"
OF_ANY = "true"
SCHEMAS = ["access", "people", "appointments", "offers", "trainings"]


@pytest.fixture(scope="module")
def loaded(database: Database, tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, ...]:
    """The reports of the files of the demo, which the database has read with a NIR in each field that it ignores."""
    secret = database.keys.webhook("rdv-insertion")
    files = source_files.write(tmp_path_factory.mktemp("filled"), TODAY, secret)
    for source, paths in files.items():
        for path in paths:
            if path.suffix == ".json" and not path.name.endswith(".headers.json"):
                write(path, with_ignored_fields(path.read_bytes(), SOURCES[source].fields), secret)
    return asyncio.run(load(files, dsn=database.dsn, keys=database.keys, today=TODAY)).reports


@pytest.fixture(scope="module")
def demo_files(
    loaded: tuple[Report, ...], database: Database, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, ...]]:
    """The files of the demo, as they are, beside a database that has read them filled."""
    files = source_files.write(tmp_path_factory.mktemp("demo"), TODAY, database.keys.webhook("rdv-insertion"))
    return {
        source: tuple(path for path in paths if "anomalie" not in path.name and ".headers" not in path.name)
        for source, paths in files.items()
    }


def test_no_source_is_left_out(demo_files: dict[str, tuple[Path, ...]]) -> None:
    assert demo_files.keys() == SOURCES.keys()


@pytest.mark.parametrize("source", SOURCES)
async def test_a_nir_in_any_field_of_any_source_is_in_no_column_report_or_log(
    database: Database,
    demo_files: dict[str, tuple[Path, ...]],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    source: str,
) -> None:
    fields = 0
    connection = await database.connect(SOURCES[source].role)
    try:
        tables = [row[0] for row in await connection.fetch(TABLES, SCHEMAS)]
        for path in one_of_each_format(demo_files[source]):
            for place, content in _altered_in_turn(path):
                fields += 1
                transaction = connection.transaction()
                await transaction.start()
                file = write(tmp_path / path.name, content, database.keys.webhook("rdv-insertion"))
                report = await ingested(database, connection, source, file)
                leaks = await _tables_with_digits(connection, tables)
                await transaction.rollback()
                assert (place, leaks) == (place, [])
                assert (place, NIR in _report_text(report)) == (place, False)
                assert report.read == sum(report.counts.values()), place
    finally:
        await connection.close()
    assert fields > 5
    assert NIR not in caplog.text


def _altered_in_turn(path: Path) -> Altered:
    """The file with a NIR in one field, for every field; the fields take the forms in turn."""
    for turn, form in enumerate(FORMS):
        yield from islice(altered(path.name, path.read_bytes(), form), turn, None, len(FORMS))


def test_a_nir_in_the_fields_that_sources_have_and_the_hub_ignores_is_in_no_column_or_report(
    database: Database, loaded: tuple[Report, ...]
) -> None:
    """What is said in the message of an application, for one."""
    by_source = {report.source: report for report in loaded}
    assert by_source["emplois"].unread["orientation_candidat_message"] > 20
    assert by_source["emplois"].counts[Outcome.CREATED] > 20
    assert sum(1 for report in loaded if report.unread) > 6
    assert asyncio.run(_all_tables_with_digits(database)) == []
    assert NIR not in "".join(map(_report_text, loaded))


async def _all_tables_with_digits(database: Database) -> list[str]:
    connection = await database.connect()
    try:
        tables = await connection.fetch(ALL_TABLES)
        assert len(tables) > 40
        return await _tables_with_digits(connection, [row[0] for row in tables], OF_ANY)
    finally:
        await connection.close()


def with_ignored_fields(content: bytes, fields: Fields) -> bytes:
    """A document in which each field that the source declares as ignored, and that is missing, says a NIR."""
    document = orjson.loads(content)
    for path, uses in flattened(fields):
        if all(isinstance(use, Unkept) for use in uses):
            _fill(document, path.rstrip("*").rstrip(".").split("."))
    return orjson.dumps(document)


def _fill(holder: Any, steps: Sequence[str]) -> None:
    """Put a NIR at this place of each record that a document holds, if nothing stands there."""
    if isinstance(holder, list):
        for record in holder:
            _fill(record, steps)
    elif isinstance(holder, dict) and len(steps) > 1:
        _fill(holder.get(steps[0]), steps[1:])
    elif isinstance(holder, dict):
        holder.setdefault(steps[0], GROUPED)


async def _tables_with_digits(
    connection: asyncpg.Connection[asyncpg.Record], tables: list[str], rows: str = OF_THIS_TRANSACTION
) -> list[str]:
    """Tables in which one of the rows spells the NIR, whatever stands between its digits."""
    statement = " UNION ALL ".join(
        f"SELECT '{table}' FROM (SELECT whole::text AS written FROM {table} AS whole"
        f" WHERE {rows} OFFSET 0) AS own"
        f" WHERE regexp_replace(written, '[^0-9A-Za-z]', '', 'g') LIKE '%{NIR}%'"
        for table in tables
    )
    return sorted({row[0] for row in await connection.fetch(statement)})


async def test_the_search_finds_the_digits_in_a_row_of_its_transaction_alone(database: Database) -> None:
    connection = await database.connect()
    try:
        await connection.execute("CREATE TEMP TABLE held (name text)")
        async with connection.transaction():
            for form in FORMS:
                await connection.execute("TRUNCATE held")
                await connection.execute("INSERT INTO held VALUES ($1)", form)
                assert await _tables_with_digits(connection, ["held"]) == ["held"]
        async with connection.transaction():
            assert await _tables_with_digits(connection, ["held"]) == []
    finally:
        await connection.close()


def _report_text(report: Report) -> str:
    """All that a report shows, digits next to each other."""
    shown = io.StringIO()
    show(report, Console(file=shown, width=1000))
    return re.sub(r"[^0-9A-Za-z]", "", f"{report} {shown.getvalue()}")


async def test_a_nir_in_the_name_of_a_file_is_in_no_report(fresh_database: Database, tmp_path: Path) -> None:
    connection = await fresh_database.connect("people_ingest")
    try:
        for name in (f"flux {GROUPED}.xml", f"{KEYED}.xml", f"dossier_{NIR}.csv"):
            report = await ingested(fresh_database, connection, "cnaf-flux", tmp_path / name)
            assert [refusal.code for refusal in report.refusals] == ["FILE_UNREADABLE"]
            assert NIR not in _report_text(report)
            assert MASK in report.refusals[0].file
    finally:
        await connection.close()
