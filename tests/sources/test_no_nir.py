"""No NIR in clear, whatever the field it comes in: every field of every source, then every column, report and log."""

from __future__ import annotations

import io
import re
from itertools import islice
from pathlib import Path

import asyncpg
import pytest
from rich.console import Console

from hub.ingest import SOURCES, show
from schema.nir import MASK, control_key
from subgraphs.kit.ingest.ingestion_report import Report
from tests.conftest import Database
from tests.sources.altered_fields import Altered, altered, ingested, one_of_each_format, write

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
SCHEMAS = ["access", "people", "appointments", "offers", "trainings"]


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


async def _tables_with_digits(connection: asyncpg.Connection[asyncpg.Record], tables: list[str]) -> list[str]:
    """Tables in which a row that this transaction wrote spells the NIR, whatever stands between its digits."""
    statement = " UNION ALL ".join(
        f"SELECT '{table}' FROM (SELECT whole::text AS written FROM {table} AS whole"
        " WHERE age(xmin) <= age(pg_current_xact_id()::xid) OFFSET 0) AS own"
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
