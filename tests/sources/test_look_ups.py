"""Every look-up of an ingestion is by an index: what it reads doesn't grow with the table."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table

from infra.role_names import INGEST
from subgraphs.appointments import tables as appointments
from subgraphs.kit import access
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.ingest.batch import BEGIN, LOCK
from subgraphs.kit.ingest.table_shapes import shape_of
from subgraphs.people import registry
from subgraphs.people import tables as people
from tests.conftest import Database

LINKS = """
INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)
SELECT md5(n::text)::uuid, 16, n::text, '2026-11-01', 'essai', n::text FROM generate_series(1, 100000) n
"""
RECORDS = """
INSERT INTO people.source_record (source, source_id, as_of, removed)
SELECT 'essai', n::text, '2026-11-01', n % 50000 = 0 FROM generate_series(1, 100000) n
"""
INVITATIONS = """
INSERT INTO appointments.invitation (id, person_id, subject_source_id, source, source_id, as_of)
SELECT md5(n::text)::uuid, md5(n::text)::uuid, n::text, 'essai', n::text, '2026-11-01' FROM generate_series(1, 100000) n
"""


@pytest.mark.parametrize(
    ("fill", "table", "key"),
    [
        (LINKS, access.link, {"origin": "essai", "origin_id": "71"}),
        (INVITATIONS, appointments.invitation, {"source": "essai", "subject_source_id": "71"}),
    ],
    ids=["links of an item", "items that hold a person"],
)
async def test_a_look_up_planned_while_its_table_was_empty_reads_what_it_finds_only(
    fresh_database: Database, fill: str, table: Table, key: dict[str, Any]
) -> None:
    shape = shape_of(table)
    values = ", ".join("ARRAY[{}]".format(", ".join([f"'{value}'"] * 1000)) for value in key.values())
    for path in shape.look_up(tuple(key)).paths[:1]:
        prepared = f"PREPARE look_up AS {shape.select(path.columns)}"
        explained = await plan(fresh_database, fill, f"EXECUTE look_up ({values})", prepared)
        assert scanned(explained) == []
        assert "Rows Removed" not in explained
        assert re.search(r"Index Scan.* rows=1(\.00)? loops=1000", explained)


async def test_a_deletion_reads_what_it_deletes_only(fresh_database: Database) -> None:
    key = {"person_id": UUID(int=0), "key": "16 0", "origin": "essai", "origin_id": "0"}
    values = ", ".join(
        f"ARRAY['{value}']::{'uuid' if name == 'person_id' else 'text'}[]" for name, value in key.items()
    )
    prepared = f"PREPARE look_up AS {shape_of(access.link).delete}"
    explained = await plan(fresh_database, LINKS, f"EXECUTE look_up ({values})", prepared)
    assert scanned(explained) == []
    assert "Rows Removed" not in explained


async def test_removed_records_are_listed_without_reading_those_that_stay(fresh_database: Database) -> None:
    statement = registry._FREED.replace("$1", "'{hub}'").replace("$2", "1000")
    assert "people.source_record" not in scanned(await plan(fresh_database, RECORDS, statement))


@pytest.mark.parametrize("key", [("organisme",), ("source", "organisme"), ("first_name", "role"), ("source",)], ids=str)
def test_a_look_up_that_no_index_serves_is_a_fault_of_declaration(key: tuple[str, ...]) -> None:
    with pytest.raises(DeclarationError, match=re.escape(", ".join(key))):
        shape_of(people.identity).look_up(key)


def test_a_partial_index_serves_no_look_up() -> None:
    with pytest.raises(DeclarationError):
        shape_of(people.source_record).look_up(("removed",))


async def plan(database: Database, fill: str, statement: str, prepared: str = "SELECT") -> str:
    """The plan of a statement of the role `ingest`, run once the tables are filled, and prepared before that."""
    connection = await database.connect(INGEST)
    admin = await database.connect()
    try:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        async with connection.transaction():
            await connection.fetch(BEGIN, LOCK)
            await connection.execute(prepared)
            if prepared != "SELECT":
                await connection.execute(statement)
        await admin.execute(fill)
        async with connection.transaction():
            await connection.fetch(BEGIN, LOCK)
            lines = await connection.fetch(f"EXPLAIN (ANALYZE, VERBOSE) {statement}")
    finally:
        await connection.close()
        await admin.close()
    return "\n".join(line[0] for line in lines)


def scanned(explained: str) -> list[str]:
    """The tables that a plan reads whole."""
    return re.findall(r"Seq Scan on (\S+)", explained)
