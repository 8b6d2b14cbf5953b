"""A hub behind pgbouncer in transaction mode, by the file that we ship: clients share servers, and nothing else."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.role_names import POOLED
from infra.roles import password
from schema.days import today
from tests.cli.commands import hub
from tests.conftest import ROOT, Database
from tests.e2e.site import Site, fill, serve

SERVERS = 2
"""Servers of each role."""
PEOPLE = "{ persons(first: 50) { nodes { id lastName appointments(first: 5) { nodes { id startsAt } } } } }"
READ = "query ($person: ID!) { person(id: $person) { appointments(first: 100) { nodes { id } } } }"
SHIPPED = (ROOT / "infra" / "pgbouncer" / "pgbouncer.ini").read_text(encoding="utf-8")


def write() -> str:
    """A mutation that makes a rendez-vous in a month."""
    return f"""mutation ($person: ID!, $key: String!) {{
  recordAppointment(
    input: {{person: $person, startsAt: "{today() + timedelta(30)}T09:00:00Z", mode: VISIO, idempotencyKey: $key}}
  ) {{ id }}
}}"""


def wait_for(port: int, running: subprocess.Popen[bytes], log: Path, seconds: float = 10) -> None:
    """Return once it listens."""
    until = time.monotonic() + seconds
    while True:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert running.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.01)


@contextmanager
def pgbouncer(database: Database, shipped: str = SHIPPED) -> Iterator[str]:
    """A pool in front of this database, as the file has it; yields its address, which names nobody."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("« pgbouncer » (Debian) is not installed")
    postgresql = database.cluster.socket
    owner = postgresql.stat()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = postgresql / f"pgbouncer-{port}"
    folder.mkdir()
    users, file = folder / "userlist.txt", folder / "pgbouncer.ini"
    users.write_text("".join(f'"{role}" "{password(role, database.keys)}"\n' for role in POOLED), encoding="utf-8")
    text = shipped.replace("spie = host=postgresql", f"{database.name} = dbname={database.name} host={postgresql}")
    for pattern, value in (
        ("listen_addr = .*", "listen_addr = 127.0.0.1"),
        ("listen_port = .*", f"listen_port = {port}"),
        ("auth_file = .*", f"auth_file = {users}"),
        ("default_pool_size = .*", f"default_pool_size = {SERVERS}"),
    ):
        text, count = re.subn(pattern, value, text)
        assert count == 1, pattern
    file.write_text(text, encoding="utf-8")
    as_owner: dict[str, Any] = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    for path in (folder, users, file):
        os.chown(path, owner.st_uid, owner.st_gid)
        path.chmod(0o700)
    with (folder / "log").open("w") as log:
        running = subprocess.Popen([program, str(file)], stdout=log, stderr=log, **as_owner)
    try:
        wait_for(port, running, folder / "log")
        yield f"postgresql://127.0.0.1:{port}/{database.name}"
    finally:
        running.terminate()
        running.wait(10)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def pooled(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A hub in its own process whose roles of queries and mutations enter by the pool."""
    folder = tmp_path_factory.mktemp("pooled")
    filled = fill(database, folder)
    with pgbouncer(database) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_POOL_URL", url)
        with serve("all", database, folder, filled.settings()) as process:
            site = filled.site(process.url, database, {"all": process})
            with closing(site.client):
                yield site


def test_actors_who_share_servers_read_each_their_own_people(pooled: Site) -> None:
    readers = [name for name, actor in pooled.actors.items() if actor.kind in ("referent_cd", "orienteur_cd")]
    actors = readers * 20
    alone = {name: pooled.ask(name, PEOPLE) for name in set(actors)}
    assert len({str(answer) for answer in alone.values()}) > 1
    with ThreadPoolExecutor(12) as clients:
        answers = list(clients.map(lambda name: (name, pooled.ask(name, PEOPLE)), actors))
    assert [name for name, answer in answers if answer != alone[name]] == []


def test_a_write_is_there_for_the_next_read(pooled: Site) -> None:
    person = pooled.ask("referent-a", PEOPLE)["data"]["persons"]["nodes"][0]["id"]
    written = []
    for key in range(5):
        answer = pooled.ask("referent-a", write(), person=person, key=f"pooled-{key}")
        assert answer["data"], answer
        item = answer["data"]["recordAppointment"]["id"]
        written.append(item)
        nodes = pooled.ask("referent-a", READ, person=person)["data"]["person"]["appointments"]["nodes"]
        assert {node["id"] for node in nodes} >= set(written)


async def test_no_more_servers_than_the_pool_has_serve_the_roles_of_queries(pooled: Site) -> None:
    await asyncio.to_thread(pooled.ask, "referent-a", PEOPLE)
    connection = await pooled.database.connect()
    try:
        rows = await connection.fetch(
            "SELECT usename, count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY usename"
        )
    finally:
        await connection.close()
    servers = {row[0]: row[1] for row in rows}
    assert servers.keys() & set(POOLED)
    assert all(servers.get(role, 0) <= SERVERS for role in POOLED)


def test_a_pool_without_the_settings_of_the_hub_is_refused(pooled: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = next(iter(pooled.processes.values())).popen.args
    arguments = [str(argument) for argument in settings][1:]  # type: ignore[union-attr]
    without = re.sub(" connect_query='.*'", "", SHIPPED)
    with pgbouncer(pooled.database, without) as url:
        monkeypatch.setenv("DATABASE_POOL_URL", url)
        refused = hub(*arguments, database_url=pooled.database.place).check_refused("DATABASE_POOL")
    assert "plan_cache_mode" in refused
    assert "connect_query" in refused


def test_a_pool_that_names_a_user_is_refused(pooled: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_POOL_URL", "postgresql://admin:secret@127.0.0.1:6432/spie")
    arguments = [str(argument) for argument in pooled.processes["all"].popen.args][1:]  # type: ignore[union-attr]
    assert "secret" not in hub(*arguments, database_url=pooled.database.place).check_refused("DATABASE_USER")
