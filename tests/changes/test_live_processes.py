"""Processes that end while they tell: one that is stopped ends its streams, one that is killed leaves no gap."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx2
import orjson
import pytest

from demo.actors import agreements
from demo.token_issuer import Issuer
from tests.changes.conftest import ACTORS, DELTA, OFFICER, someone
from tests.cli.commands import hub
from tests.conftest import Database
from tests.e2e.notification import notification
from tests.e2e.site import PATIENCE, serve
from tests.kit.conftest import Rows, person_id

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUERY = DELTA % "id lastName"


def received(server: socket.socket) -> tuple[dict[str, list[str]], socket.socket]:
    """Whom the next notification names, and its connection, which waits for an answer."""
    _, body, connection = notification(server)
    return orjson.loads(body)["data"], connection


async def test_a_stopped_hub_ends_its_streams_and_a_killed_notifier_tells_again(
    database: Database, world: Rows, tmp_path: Path
) -> None:
    await someone(world, 1)
    issuer = Issuer(tmp_path / "demo")
    settings = issuer.write_settings(agreements(list(ACTORS.values())))
    with settings.open("a", encoding="utf-8") as file:
        file.write('\n[notifications]\nnetworks = ["127.0.0.0/8"]\ntimeout_seconds = 300\nretry_seconds = 0.01\n')
    token, query = tmp_path / "token", tmp_path / "query.graphql"
    token.write_text(issuer.token(ACTORS[OFFICER]))
    query.write_text(QUERY)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(PATIENCE)
        options = ["--settings", settings, "--query", query, "--token", token, "--keys", database.keys.directory]
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        adding = partial(hub, "subscriptions", "add", "--url", url, *options, database_url=database.admin_dsn)
        added = await asyncio.to_thread(adding)
        assert added.code == 0, added.err
        assert "whsec_" in added.out
        listing = ("subscriptions", "list", "--keys", database.keys.directory)
        listed = await asyncio.to_thread(partial(hub, *listing, database_url=database.admin_dsn))
        assert {"  serveur : 127.0.0.1", "  état : ACTIVE", "  échecs : 0", "Abonnements : 1"} <= {
            *listed.out.splitlines()
        }, listed.err
        with serve("notifications", database, tmp_path, settings) as killed:
            assert httpx2.get(f"{killed.url}/readyz", timeout=PATIENCE).json()["status"] == "ready"
            await world.connection.execute("UPDATE people.person SET last_name = 'Canari'")
            message, connection = received(server)
            killed.popen.send_signal(signal.SIGKILL)
            connection.close()
        with serve("notifications", database, tmp_path, settings) as restarted:
            again, connection = received(server)
            connection.sendall(b"HTTP/1.1 204 Taken\r\n\r\n")
            connection.close()
        assert message == again
        assert message["changed"] == [person_id(1)]
        assert "Canari" not in restarted.log.read_text()
    headers = {"authorization": f"Bearer {token.read_text()}", "accept": "text/event-stream"}
    with serve("all", database, tmp_path, settings) as served, httpx2.Client(timeout=PATIENCE) as client:
        body = {"query": QUERY, "variables": {"first": 100}}
        with client.stream("POST", f"{served.url}/graphql", json=body, headers=headers) as response:
            lines = response.iter_lines()
            assert next(lines) == "event: next"
            served.popen.terminate()
            rest = list(lines)
        assert served.popen.wait(PATIENCE) is not None
    assert "Canari" in "".join(rest)
    assert "event: complete" not in rest
    assert "Canari" not in served.log.read_text()
