"""What tests of sources share: run a source on files in a test database, and see what was really written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import orjson

from demo.rdvi_files import signed
from hub.ingest import SOURCES
from subgraphs.kit.ingest.batch import Write, begin
from subgraphs.kit.ingest.ingestion_report import Report
from subgraphs.kit.ingest.row_map import Connection
from subgraphs.kit.ingest.sender_scope import EVERYTHING, SenderScope
from subgraphs.kit.ingest.unit_of_work import Options, Organisation, Session
from subgraphs.people.registry import Registry
from tests.conftest import Database

T = TypeVar("T")
SECRET = b"secret convenu pour les essais"


async def ingest(
    database: Database,
    source: str,
    *paths: Path,
    organisations: Mapping[str, Organisation] | None = None,
    secret: bytes | None = SECRET,
    as_of: datetime | None = None,
    department: str | None = None,
    scope: SenderScope = EVERYTHING,
) -> Report:
    """Run a source as its own role."""
    reader = SOURCES[source](Registry(database.keys.nir))
    options = Options(as_of, department, None, secret, organisations or {}, scope=scope)
    connection = await database.connect(reader.role)
    try:
        return await reader.ingest(paths, options, Session(connection, None, scope))
    finally:
        await connection.close()


async def take_one(connection: Connection, write: Write[T]) -> T:
    """Take one record in a batch of its own; raises Refused."""
    async with begin(connection) as batch:
        [record] = await batch.take([write])
        return record.result()


async def rows(database: Database, query: str, *values: Any) -> list[dict[str, Any]]:
    """Rows as the administrator sees them."""
    connection = await database.connect()
    try:
        return [dict(row) for row in await connection.fetch(query, *values)]
    finally:
        await connection.close()


async def values(database: Database, query: str, *arguments: Any) -> list[Any]:
    """First column of rows as the administrator sees them."""
    return [next(iter(row.values())) for row in await rows(database, query, *arguments)]


async def rows_by_table(database: Database, schemas: Sequence[str], columns: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table of these schemas, as `columns` of the row `t`, read over one connection."""
    connection = await database.connect()
    try:
        listed = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY($1) ORDER BY 1"
        tables = [row[0] for row in await connection.fetch(listed, schemas)]
        return {
            table: sorted(map(tuple, await connection.fetch(f"SELECT {columns} FROM {table} t"))) for table in tables
        }
    finally:
        await connection.close()


async def versions(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row version of the schemas that ingestion writes: where it is, and which transaction wrote it."""
    return await rows_by_table(database, ("people", "appointments", "access"), "ctid::text, xmin::text, xmax::text")


def webhook(folder: Path, name: str, message: Any, secret: bytes = SECRET) -> Path:
    """A webhook on disk as it came in, signed; `message` may be the raw body."""
    body = message if isinstance(message, bytes) else orjson.dumps(message)
    path = folder / f"{name}.json"
    path.write_bytes(body)
    (folder / f"{name}.headers.json").write_bytes(orjson.dumps(signed(body, secret)))
    return path


def codes(report: Report) -> list[tuple[int, str, str]]:
    """Refusals as (record, path, code)."""
    return [(refusal.record, refusal.path, refusal.code) for refusal in report.refusals]


def asides(report: Report) -> list[tuple[int, str, str]]:
    """Values set aside as (record, path, code)."""
    return [(refusal.record, refusal.path, refusal.code) for refusal in report.asides]


def adds_up(report: Report) -> bool:
    """Whether every record group has exactly one outcome."""
    return report.read == sum(report.counts.values())


def everything_told(reports: Sequence[Report]) -> str:
    """All text that reports give away."""
    refusals = [
        (refusal.file, refusal.path, refusal.code, refusal.message, refusal.mend)
        for report in reports
        for refusal in (*report.refusals, *report.asides)
    ]
    return f"{refusals} {reports}"
