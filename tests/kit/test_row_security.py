"""Row security alone, as the query role meets it, and the database held to the declarations."""

from __future__ import annotations

from types import ModuleType

import asyncpg
import pytest

from schema.facts import Fact, link_key
from subgraphs.appointments import tables as appointments_tables
from subgraphs.appointments.types import TYPES as APPOINTMENTS
from subgraphs.kit import row_security as rls
from subgraphs.people import review_tables as people_tables
from subgraphs.people.types import TYPES as PEOPLE
from tests.conftest import Database
from tests.kit.conftest import AGENT, OTHER_SIRET, SIRET, Rows, person_id
from tests.kit.test_ordering import add_appointments

SCHEMAS: dict[str, tuple[ModuleType, tuple[type, ...]]] = {
    "people": (people_tables, PEOPLE),
    "appointments": (appointments_tables, APPOINTMENTS),
}


async def visible_rows(database: Database, role: str, table: str, *scopes: str, organisation: str = "") -> int:
    connection = await database.connect(role)
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT set_config('spie.scopes', $1, true), set_config('spie.organisation', $2, true)",
                "\x1f".join(scopes),
                organisation,
            )
            count: int = await connection.fetchval(f"SELECT count(*) FROM {table}")
            return count
    finally:
        await connection.close()


async def test_query_role_sees_the_rows_of_linked_people_only(fresh_database: Database, rows: Rows) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    await rows.person(2, (Fact.TERRITORY, "08"))
    await rows.person(3)
    for number in (1, 2, 3):
        await rows.sourced("people.rsa", person_id=person_id(number))
        stated = {"phones": [], "contact_origin": "PERSONNE", "contact_authorisation": "I"}
        await rows.sourced("people.identity", person_id=person_id(number), **stated)
    referent, territory = link_key(Fact.REFERENT, AGENT), link_key(Fact.TERRITORY, "08")
    for table in ("people.person", "people.rsa", "people.identity"):
        assert await visible_rows(fresh_database, "people_query", table) == 0
        assert await visible_rows(fresh_database, "people_query", table, "2") == 0
        assert await visible_rows(fresh_database, "people_query", table, referent) == 1
        assert await visible_rows(fresh_database, "people_query", table, referent, territory) == 2


async def test_names_of_agents_are_seen_in_the_transaction_of_an_actor_alone(
    fresh_database: Database, rows: Rows
) -> None:
    await rows.connection.execute(
        "INSERT INTO people.agent (id, email, last_name, source, source_id, as_of)"
        " VALUES (gen_random_uuid(), 'a@example.org', 'ARDOISE', 's', '1', now())"
    )
    connection = await fresh_database.connect("people_query")
    try:
        assert await connection.fetchval("SELECT count(*) FROM people.agent") == 0
    finally:
        await connection.close()
    assert await visible_rows(fresh_database, "people_query", "people.agent") == 0
    referent = link_key(Fact.REFERENT, AGENT)
    assert await visible_rows(fresh_database, "people_query", "people.agent", referent) == 1


async def test_own_item_shows_the_own_rows_and_another_link_shows_all(fresh_database: Database, rows: Rows) -> None:
    await rows.person(1, (Fact.OWN_ITEM, SIRET), (Fact.REFERENT, AGENT))
    await add_appointments(rows, 1, organisation_siret=SIRET)
    await add_appointments(rows, 2, organisation_siret=OTHER_SIRET)
    await add_appointments(rows, 3)
    table, role = "appointments.appointment", "appointments_query"
    own, referent = link_key(Fact.OWN_ITEM, SIRET), link_key(Fact.REFERENT, AGENT)
    assert await visible_rows(fresh_database, role, table, own, organisation=SIRET) == 1
    assert await visible_rows(fresh_database, role, table, own) == 0
    assert await visible_rows(fresh_database, role, table, referent, organisation=SIRET) == 6


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_tables_for_matching_are_closed_to_the_query_role(fresh_database: Database, schema: str) -> None:
    module, types = SCHEMAS[schema]
    internal = [records for records in rls.protections(module.metadata, types) if records.internal]
    assert internal
    connection = await fresh_database.connect(f"{schema}_query")
    try:
        for records in internal:
            table = f"{schema}.{records.table.name}"
            for column in records.table.columns:
                if column.name in records.shown:
                    await connection.fetch(f"SELECT {column.name} FROM {table}")
                else:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await connection.fetch(f"SELECT {column.name} FROM {table}")
    finally:
        await connection.close()


def test_nothing_that_matches_people_is_shown_of_a_statement() -> None:
    module, types = SCHEMAS["people"]
    [identity] = [records for records in rls.protections(module.metadata, types) if records.table.name == "identity"]
    hashes = {"nir_hash", "birth_place_hash"}
    matching = hashes | {"nir_last_digits", "matricule", "organisme", "france_travail_id", "department_internal_id"}
    assert matching & set(identity.shown) == set()


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_every_table_is_under_forced_row_security(fresh_database: Database, rows: Rows, schema: str) -> None:
    records = await rows.connection.fetch(
        "SELECT relname, relrowsecurity AND relforcerowsecurity AS closed FROM pg_class "
        "WHERE relnamespace = $1::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'",
        schema,
    )
    module, _ = SCHEMAS[schema]
    assert {row["relname"]: row["closed"] for row in records} == {
        table.name: True for table in module.metadata.sorted_tables
    }


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_policies_of_the_database_are_those_of_the_declarations(rows: Rows, schema: str) -> None:
    module, types = SCHEMAS[schema]
    before = await policies(rows, schema)
    assert before
    for records in rls.protections(module.metadata, types):
        table = f"{schema}.{records.table.name}"
        for policy in ("ingest", "query", "review", "creation", "change", "own", "expiry"):
            await rows.connection.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
        for statement in rls.statements(records):
            await rows.connection.execute(statement)
    assert await policies(rows, schema) == before


async def test_no_policy_may_read_all_links_of_an_actor_to_test_a_row(rows: Rows) -> None:
    """PostgreSQL hashes what a sub-select finds for all rows at once, unless it has an offset or compares a row's own
    item."""
    records = await rows.connection.fetch("SELECT coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies")
    texts = [record[0] for record in records if "FROM access.link" in record[0]]
    assert len(texts) > 40
    for text in texts:
        row_by_row = text.count("OFFSET 0") + text.count("(link.relation <> 8)")
        assert text.count("FROM access.link") == row_by_row, text


async def policies(rows: Rows, schema: str) -> list[tuple[str, ...]]:
    records = await rows.connection.fetch(
        "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies WHERE schemaname = $1 "
        "ORDER BY 1, 2",
        schema,
    )
    return [tuple(map(str, row)) for row in records]


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_tables_of_the_database_are_those_of_the_declarations(rows: Rows, schema: str) -> None:
    module, _ = SCHEMAS[schema]
    records = await rows.connection.fetch(
        "SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns "
        "WHERE table_schema = $1 AND table_name <> 'alembic_version'",
        schema,
    )
    live = {(row["table_name"], row["column_name"], row["nullable"]) for row in records}
    declared = {
        (table.name, column.name, column.nullable) for table in module.metadata.sorted_tables for column in table.c
    }
    assert live == declared
    names = await rows.connection.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = $1", schema)
    assert {index.name for table in module.metadata.sorted_tables for index in table.indexes} <= {
        row["indexname"] for row in names
    }


async def test_ingest_role_writes_rows_with_a_lineage_only(fresh_database: Database) -> None:
    connection = await fresh_database.connect("people_ingest")
    try:
        insert = (
            "INSERT INTO people.person (id, source, source_id, as_of) "
            "VALUES (gen_random_uuid(), $1, '1', '2026-01-01T00:00:00Z')"
        )
        await connection.execute(insert, "test")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(insert, "")
    finally:
        await connection.close()
