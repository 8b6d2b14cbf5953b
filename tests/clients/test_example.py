"""The example of a département's system keeps its copy exact, whatever changes and however often it is killed."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from clients.examples.cd_si import TABLES
from infra.postgresql import Cluster
from spie_hub_client import ClientCredentials, Hub, Orientations, Persons
from tests.clients.conftest import APPLICATION, Served
from tests.conftest import ROOT

NAME = "cd_si"
STOP = """
CREATE SEQUENCE hub.pages;
CREATE FUNCTION hub.stop() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('hub.pages') = TG_ARGV[0]::integer THEN PERFORM pg_advisory_xact_lock(1); END IF;
        RETURN NULL;
    END
$$;
"""
"""Holds the example in the transaction of one page, as long as the test has the lock."""
WAITING = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@dataclass
class Council:
    """The example's own database, and how it runs."""

    database: asyncpg.Connection[asyncpg.Record]
    environment: dict[str, str]

    async def start(self) -> Process:
        """Start the example in a process of its own."""
        environment = os.environ | self.environment
        return await asyncio.create_subprocess_exec(
            sys.executable, "clients/examples/cd_si.py", cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
        )

    async def run(self) -> str:
        """Run the example to its end; return what it printed."""
        await self.database.execute("DROP TRIGGER IF EXISTS stop ON hub.copy")
        process = await self.start()
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output.decode()

    async def kill_at(self, page: int) -> None:
        """Run the example, and kill it in the transaction of its page of this number."""
        await self.database.execute("ALTER SEQUENCE hub.pages RESTART")
        trigger = "CREATE OR REPLACE TRIGGER stop AFTER UPDATE ON hub.copy FOR EACH ROW EXECUTE FUNCTION"
        await self.database.execute(f"{trigger} hub.stop({page})")
        await self.database.execute("SELECT pg_advisory_lock(1)")
        process = await self.start()
        while (waiting := await self.database.fetchval(WAITING)) is None:
            assert process.returncode is None
        process.kill()
        await process.communicate()
        await self.database.execute("SELECT pg_terminate_backend($1, 10000)", waiting)
        await self.database.execute("SELECT pg_advisory_unlock(1)")

    async def prepare(self) -> None:
        """Make the example's tables, and the function that holds it."""
        await self.database.execute(f"{TABLES} {STOP}")

    async def check(self, served: Served) -> None:
        """Compare the copy with the lists that the application reads."""
        tokens = ClientCredentials(self.environment["HUB_TOKEN_URL"], APPLICATION, "secret")
        with Hub(served.url, tokens) as hub:
            people = [node for page in hub.pages(Persons(), purpose="orientation") for node in page.nodes]
            orientations = [node for page in hub.pages(Orientations(), purpose="orientation") for node in page.nodes]
        assert {row[0]: row[1] for row in await self.rows("person")} == {node.id: node.last_name for node in people}
        copied = {row[0]: row[2] for row in await self.rows("orientation")}
        assert copied == {node.id: node.pathway for node in orientations}

    async def rows(self, table: str) -> list[tuple[Any, ...]]:
        """The copy, without the number of the copy."""
        records = await self.database.fetch(f"SELECT * FROM hub.{table} ORDER BY id")
        return [tuple(value for name, value in record.items() if name != "copy") for record in records]


@pytest_asyncio.fixture
async def council(postgresql: Cluster, served: Served) -> AsyncIterator[Council]:
    if served.provider is None:
        pytest.skip("node or npm absent")
    administrator = await asyncpg.connect(postgresql.admin_dsn())
    await administrator.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    await administrator.execute(f"CREATE DATABASE {NAME}")
    database = await asyncpg.connect(postgresql.admin_dsn(NAME))
    environment = {
        "HUB_URL": served.url,
        "HUB_TOKEN_URL": f"{served.provider.url}/token",
        "HUB_CLIENT_ID": APPLICATION,
        "HUB_CLIENT_SECRET": "secret",
        "HUB_PAGE": "15",
        "DATABASE_URL": postgresql.admin_dsn(NAME),
        "PYTHONPATH": str(ROOT / "clients" / "python"),
    }
    yield Council(database, environment)
    await database.close()
    await administrator.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
    await administrator.close()


async def test_a_copy_is_exact_whenever_it_is_killed_and_whatever_changes(council: Council, served: Served) -> None:
    await council.prepare()
    for page in (1, 2):
        await council.kill_at(page)
    assert await council.database.fetchval("SELECT since FROM hub.copy") is not None
    assert "Copie à jour ; non lus : " in await council.run()
    await council.check(served)

    renamed, left, *_ = reversed(await council.database.fetch("SELECT id FROM hub.person ORDER BY id"))
    world = await served.site.database.connect()
    await world.execute("UPDATE people.person SET last_name = 'AUTRE' WHERE id = $1", UUID(renamed["id"]))
    await world.execute("DELETE FROM access.link WHERE person_id = $1", UUID(left["id"]))
    await world.close()
    await council.kill_at(1)
    await council.run()
    rows = {row[0]: row[1] for row in await council.rows("person")}
    assert rows[renamed["id"]] == "AUTRE"
    assert left["id"] not in rows
    await council.check(served)

    await council.database.execute("INSERT INTO hub.person VALUES ('gone', 1, 'PARTI')")
    await council.database.execute("UPDATE hub.copy SET since = $1", other_cursor(served))
    await council.kill_at(2)
    await council.run()
    assert await council.database.fetchval("SELECT number FROM hub.copy") == 2
    await council.check(served)


def other_cursor(served: Served) -> str:
    """A cursor of the same application, for another query: nobody goes on from it here."""
    assert served.provider is not None
    headers = {"authorization": f"Bearer {served.provider.token(APPLICATION)}", "purpose": "orientation"}
    body = {"query": "{ changes { nodes { id } pageInfo { endCursor } } }"}
    answer = served.site.client.post(served.url, json=body, headers=headers).json()
    return str(answer["data"]["changes"]["pageInfo"]["endCursor"])
