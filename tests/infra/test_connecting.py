"""Of several hosts, the one that takes writes is found, and none that is silent is waited for."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from infra.connecting import connect, connections
from tests.conftest import ROOT, Database


@pytest.fixture
def silent() -> Iterator[str]:
    """A host that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def closed() -> str:
    """A host that takes no connection."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


async def test_a_silent_host_and_a_closed_one_are_each_given_their_share_and_the_last_one_says_why(
    silent: str, closed: str
) -> None:
    with pytest.raises(ConnectionRefusedError):
        await connect(f"postgresql://somebody:secret@{silent},{closed}/base", timeout=0.4)
    with pytest.raises(TimeoutError):
        await connect(f"postgresql://somebody:secret@{closed},{silent}/base", timeout=0.4)


async def test_one_host_is_connected_to_as_its_address_says(database: Database) -> None:
    connection = await connect(database.admin_dsn, server_settings={"application_name": "one"})
    try:
        assert await connection.fetchval("SHOW application_name") == "one"
    finally:
        await connection.close()


async def test_a_pool_connects_in_the_same_way(database: Database) -> None:
    async with connections(database.admin_dsn, 1) as pool:
        assert await pool.fetchval("SELECT 1") == 1


def test_there_is_one_way_to_connect() -> None:
    direct = re.compile(r"asyncpg\.(connect|create_pool)\(")
    folders = ("demo", "hub", "infra", "schema", "subgraphs")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    others = [path.name for path in files if direct.search(path.read_text(encoding="utf-8"))]
    assert others == ["connecting.py"]
