"""`GET /readyz` names each database role that can't be used, and nothing secret; all is well again at its return."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import httpx2
import pytest

from hub.app import hub_roles
from infra.role_names import WRITERS
from subgraphs.kit import readiness
from tests.conftest import Database
from tests.e2e.site import PATIENCE, Site, serve, site

ROLES = hub_roles(())


@pytest.fixture(scope="module")
def running(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(database, tmp_path_factory.mktemp("ready")) as served:
        yield served


def entering(role: str) -> list[str]:
    """The roles by whose right this one enters: a writing role is a member of its subgraph's query role."""
    return [role.replace("_write", "_query"), role] if role in WRITERS else [role]


async def shut(database: Database, role: str, *, out: bool) -> None:
    """Let a role enter this database, or not, and end its connections."""
    connection = await database.connect()
    try:
        await connection.execute(
            f"REVOKE CONNECT ON DATABASE {database.name} FROM {', '.join(entering(role))}"
            if out
            else f"GRANT CONNECT ON DATABASE {database.name} TO {', '.join(entering(role))}"
        )
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE usename = ANY($1) AND datname = current_database()",
            entering(role),
        )
    finally:
        await connection.close()


def missing(running: Site) -> list[str]:
    response = running.client.get(f"{running.url}/readyz")
    body = response.json()
    assert body.keys() == {"status", "missing", "sources", "outgoing", "limited"}
    assert response.status_code == (503 if body["missing"] else 200)
    assert body["status"] == ("not ready" if body["missing"] else "ready")
    assert {key for part in body["missing"] for key in part} <= {"part", "code"}
    return [part["part"] for part in body["missing"]]


def wait_for(running: Site, parts: list[str]) -> None:
    """Ask until these parts are missing: connections that were open end a moment after they are shut out."""
    until = monotonic() + PATIENCE
    while missing(running) != parts:
        assert monotonic() < until, f"{parts} are never what is missing"


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_that_cannot_enter_is_named_until_it_can(
    running: Site, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setattr(readiness, "REMEMBERED", 0.0)
    assert missing(running) == []
    await shut(running.database, role, out=True)
    try:
        wait_for(running, entering(role))
    finally:
        await shut(running.database, role, out=False)
    wait_for(running, [])


async def test_the_process_of_a_subgraph_answers_for_its_own_role(database: Database, tmp_path: Path) -> None:
    with serve("offers", database, tmp_path) as process:
        assert httpx2.get(f"{process.url}/readyz").json() == {"status": "ready", "missing": []}
        await shut(database, "offers_query", out=True)
        try:
            while (answer := httpx2.get(f"{process.url}/readyz")).status_code != 503:
                pass
        finally:
            await shut(database, "offers_query", out=False)
        assert [part["part"] for part in answer.json()["missing"]] == ["offers_query"]


async def test_a_month_without_a_place_is_named(running: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "REMEMBERED", 0.0)
    connection = await running.database.connect()
    part = await connection.fetchval("SELECT 'journal.entry_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')")
    try:
        await connection.execute(f"ALTER TABLE {part} RENAME TO hidden")
        body = running.client.get(f"{running.url}/readyz").json()
        assert body["missing"] == [{"part": "journal_reader", "code": "JOURNAL_MONTH_MISSING"}]
    finally:
        await connection.execute(f"ALTER TABLE journal.hidden RENAME TO {part.rpartition('.')[2]}")
        await connection.close()
