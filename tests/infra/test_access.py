"""Row security of the schema `access`: a query role sees the links of its transaction's scopes, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from infra.role_names import INGESTS, QUERIES
from schema.days import today
from schema.facts import RELATIONS, SCOPE_KINDS, Fact, link_key
from subgraphs.kit.access import SCOPES_SEPARATOR, SCOPES_SETTING, metadata
from tests.conftest import Database

ANNE, BRUNO, CHLOE = (UUID(int=number, version=4) for number in (1, 2, 3))
REFERENT = link_key(Fact.REFERENT, "agent-a")
DEPARTMENT = link_key(Fact.TERRITORY, "30")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def links(database: Database) -> None:
    """Anne is followed by agent A, Bruno was until yesterday and Chloé will be from tomorrow; all live in the Gard."""
    yesterday, now, tomorrow = (today() + timedelta(days) for days in (-1, 0, 1))
    connection = await database.connect("people_ingest")
    await connection.executemany("INSERT INTO access.person (person_id) VALUES ($1)", [(ANNE,), (BRUNO,), (CHLOE,)])
    await connection.executemany(
        "INSERT INTO access.link (person_id, relation, scope_id, valid_from, valid_until, origin, origin_id)"
        " VALUES ($1, $2, $3, $4, $5, 'test', '1')",
        [
            (ANNE, Fact.REFERENT, "agent-a", now, now),
            (BRUNO, Fact.REFERENT, "agent-a", date(2020, 1, 1), yesterday),
            (CHLOE, Fact.REFERENT, "agent-a", tomorrow, None),
            *((person, Fact.TERRITORY, "30", date(2020, 1, 1), None) for person in (ANNE, BRUNO, CHLOE)),
        ],
    )
    await connection.close()


async def _visible_people(database: Database, role: str, scopes: tuple[str, ...]) -> tuple[set[UUID], set[UUID]]:
    connection = await database.connect(role)
    async with connection.transaction():
        await connection.execute("SELECT set_config($1, $2, true)", SCOPES_SETTING, SCOPES_SEPARATOR.join(scopes))
        linked = {row[0] for row in await connection.fetch("SELECT person_id FROM access.link")}
        people = {row[0] for row in await connection.fetch("SELECT person_id FROM access.person")}
    await connection.close()
    return linked, people


@pytest.mark.parametrize("role", QUERIES)
async def test_without_scopes_a_query_role_sees_no_row(database: Database, role: str) -> None:
    connection = await database.connect(role)
    for table in ("link", "person"):
        assert await connection.fetch(f"SELECT * FROM access.{table}") == []
    await connection.close()
    assert await _visible_people(database, role, ()) == (set(), set())


async def test_scopes_end_with_their_transaction(database: Database) -> None:
    connection = await database.connect("people_query")
    async with connection.transaction():
        await connection.execute("SELECT set_config($1, $2, true)", SCOPES_SETTING, DEPARTMENT)
        assert await connection.fetchval("SELECT count(*) FROM access.person") == 3
    assert await connection.fetchval("SELECT count(*) FROM access.person") == 0
    await connection.close()


async def test_a_link_holds_from_its_first_day_to_its_last(database: Database) -> None:
    assert await _visible_people(database, "people_query", (REFERENT,)) == ({ANNE}, {ANNE})


async def test_scopes_add_up_and_a_foreign_one_adds_nothing(database: Database) -> None:
    everyone = {ANNE, BRUNO, CHLOE}
    assert await _visible_people(database, "people_query", (REFERENT, DEPARTMENT)) == (everyone, everyone)
    assert await _visible_people(database, "people_query", (link_key(Fact.TERRITORY, "34"),)) == (set(), set())


@pytest.mark.parametrize("scope", ["8 agent-a", "2  agent-a", "2 AGENT-A", "2 agent-a ", "2 agent-%", "2", ""])
async def test_a_scope_is_compared_as_bytes_and_whole(database: Database, scope: str) -> None:
    assert await _visible_people(database, "people_query", (scope,)) == (set(), set())


@pytest.mark.parametrize("role", QUERIES)
async def test_a_query_role_cannot_write_links_nor_read_the_sources_keys(database: Database, role: str) -> None:
    connection = await database.connect(role)
    for statement in (
        "INSERT INTO access.person (person_id) VALUES (gen_random_uuid())",
        "UPDATE access.person SET restrictions = 0",
        "DELETE FROM access.link",
        "SELECT * FROM access.person_reference",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize("role", INGESTS)
async def test_an_ingest_role_reads_and_writes_the_whole_schema_but_cannot_lift_its_security(
    database: Database, role: str
) -> None:
    connection = await database.connect(role)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("INSERT INTO access.person_reference VALUES ('source', '007', $1)", ANNE)
    await connection.execute("UPDATE access.person SET brsa = true WHERE person_id = $1", ANNE)
    assert await connection.execute("DELETE FROM access.link WHERE person_id = $1", BRUNO) == "DELETE 2"
    await transaction.rollback()
    for statement in ("ALTER TABLE access.link DISABLE ROW LEVEL SECURITY", "TRUNCATE access.link"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize(
    ("relation", "scope", "days"),
    [
        (0, "x", None),
        (Fact.RECORDED, "x", None),
        (Fact.REFERENT | Fact.GROUP, "x", None),
        (Fact.SELF, str(BRUNO), None),
        (Fact.REFERENT, "", None),
        (Fact.REFERENT, "x\x1f2 agent-a", None),
        (Fact.REFERENT, "x", -1),
    ],
)
async def test_a_link_that_means_nothing_is_refused(
    database: Database, relation: int, scope: str, days: int | None
) -> None:
    begins = today()
    connection = await database.connect("people_ingest")
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(
            "INSERT INTO access.link (person_id, relation, scope_id, valid_from, valid_until, origin, origin_id)"
            " VALUES ($1, $2, $3, $4, $5, 'test', '2')",
            ANNE,
            relation,
            scope,
            begins,
            None if days is None else begins + timedelta(days),
        )
    await connection.close()


async def test_the_key_of_a_link_is_the_contracts_and_each_relation_with_a_scope_can_be_linked(
    fresh_database: Database,
) -> None:
    connection = await fresh_database.connect("appointments_ingest")
    for relation in SCOPE_KINDS:
        scope = str(ANNE) if relation == Fact.SELF else "1é-ü"
        key = await connection.fetchval(
            "INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)"
            " VALUES ($1, $2, $3, $4, 'test', '1') RETURNING key",
            ANNE,
            relation,
            scope,
            today(),
        )
        assert key == link_key(relation, scope)
    await connection.close()
    assert set(SCOPE_KINDS) == set(RELATIONS) - {Fact.NATIONWIDE}


async def test_the_scopes_are_split_once_per_statement_and_use_the_index(fresh_database: Database) -> None:
    connection = await fresh_database.connect()
    await connection.execute(
        "INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)"
        " SELECT gen_random_uuid(), 2, 'agent-' || n % 500, '2020-01-01', 'test', n FROM generate_series(1, 20000) n"
    )
    await connection.execute("ANALYZE access.link")
    await connection.execute("SET ROLE people_query")
    plan = "\n".join(row[0] for row in await connection.fetch("EXPLAIN (COSTS OFF) SELECT * FROM access.link"))
    await connection.close()
    assert "InitPlan" in plan
    assert "Index Cond: (key = ANY" in plan


async def test_tables_and_migrations_of_access_say_the_same(database: Database) -> None:
    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        return await database.connect("access_ingest")

    def differences(connection: Connection) -> list[object]:
        options = {
            "include_schemas": True,
            "include_name": lambda name, kind, _: kind != "schema" or name == "access",
            "include_object": lambda _object, name, *_: name not in ("alembic_version", "subscription"),
            "compare_server_default": True,
        }
        metadata_diff: list[object] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        return metadata_diff

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()
