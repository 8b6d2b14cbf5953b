"""A database that is filled for a measure holds the rows that a reading of the same people leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path

from benchmarks.filling import fill, noted, written
from benchmarks.flux_file import foyers_of, write_flux
from hub.ingest import find_source, read_inputs
from subgraphs.kit.ingest.unit_of_work import Options
from tests.conftest import Database
from tests.sources.ingestion import rows
from tests.sources.test_batches import empty

PEOPLE = 11
"""Four who are read, four like them, and a last one whose partner is missing."""
DAY = date(2026, 11, 1)
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def rows_by_table(database: Database) -> Mapping[str, list[str]]:
    """The rows of all tables that a reading writes, or triggers, with what a person is found by in place of its id."""
    found_by = {str(row["person_id"]): row["nir_hash"].hex() for row in await rows(database, "TABLE people.identity")}
    connection = await database.connect()
    try:
        lines = {}
        for schema, table, columns in (*written(), *noted()):
            output = BytesIO()
            await connection.copy_from_table(table, schema_name=schema, columns=columns, output=output)
            text = UUID.sub(lambda match: found_by[match[0]], output.getvalue().decode())
            lines[f"{schema}.{table}"] = sorted(text.splitlines())
        return lines
    finally:
        await connection.close()


async def test_people_who_are_filled_in_are_as_people_who_were_read(fresh_database: Database, tmp_path: Path) -> None:
    reader = find_source("cnaf-flux", fresh_database.keys)
    path = tmp_path / "flux.xml"
    write_flux(path, foyers_of(range(PEOPLE)), DAY)
    report = await read_inputs(reader, [path], Options(), fresh_database.dsn)
    assert report.complete
    read = await rows_by_table(fresh_database)
    assert len(read["people.identity"]) == PEOPLE
    await empty(fresh_database)
    await rows(fresh_database, "TRUNCATE access.change, access.link_change, access.person_change")
    await fill(fresh_database.admin_dsn, PEOPLE, DAY, tmp_path, reader, fresh_database.dsn, fresh_database.keys.nir)
    assert await rows_by_table(fresh_database) == read
    again = await read_inputs(reader, [path], Options(), fresh_database.dsn)
    assert again.rows == 0
