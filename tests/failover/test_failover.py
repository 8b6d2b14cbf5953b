"""Whatever fails of an installation on several hosts, no acknowledged write is lost and no answer is unjournalled.

`make failover` runs it: it needs root, and the packages that `docs/exploitation.md` names.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from infra.keys import Keys
from tests.conftest import ROOT
from tests.failover.database_servers import DatabaseServers, eventually
from tests.failover.hosts import HostsUnavailable, network
from tests.failover.installation import HUBS, Installation
from tests.failover.load import Load
from tests.federation.authority import Authority

pytestmark = pytest.mark.skipif("FAILOVER" not in os.environ, reason="run at will: make failover")
HOSTS = ("db1", "db2", "vote", "inner", *HUBS)
RESTART = 1.0
"""Seconds after which a supervisor starts again what ended."""
QUIET = 3.0
"""Seconds between faults."""


@contextmanager
def installed() -> Iterator[Installation]:
    """An installation that serves; skips where its programs or its rights are missing."""
    folder = Path(tempfile.mkdtemp(prefix="spie-failover-"))
    folder.chmod(0o755)
    try:
        with network(folder, HOSTS) as hosts:
            servers = DatabaseServers([hosts["db1"], hosts["db2"]], hosts["vote"], folder)
            authority = Authority(folder, "authority")
            installation = Installation(hosts, servers, folder, authority, Keys.create(folder / "keys"))
            servers.start()
            asyncio.run(_create_database(servers))
            asyncio.run(installation.fill())
            print(f"both hubs ready after {installation.start_all():.1f} s")
            yield installation
    except HostsUnavailable as error:
        pytest.skip(str(error))


async def _create_database(servers: DatabaseServers) -> None:
    connection = await asyncpg.connect(servers.admin_dsn.replace("/spie?", "/postgres?"))
    await connection.execute("CREATE DATABASE spie")
    await connection.close()


def killed_and_started_again(installation: Installation, role: str) -> Callable[[], None]:
    """A program that ends, and that its supervisor starts again."""

    def fault() -> None:
        subprocess.run(["pkill", "-KILL", "-g", str(installation.programs[role].pid)], check=False)
        installation.programs[role].wait()
        time.sleep(RESTART)
        installation.start(role)

    return fault


def power_of_the_leader(installation: Installation) -> Callable[[], Callable[[], None]]:
    """The leader's host loses its power; it comes back once others have taken over."""

    def fault() -> Callable[[], None]:
        leader = installation.database.leader()
        assert leader is not None
        leader.kill_all()

        def mend() -> None:
            installation.database.start_voter(leader)
            installation.database.start_server(leader)

        return mend

    return fault


def cut_of_the_leader(installation: Installation) -> Callable[[], Callable[[], None]]:
    """The network loses the leader's host, and finds it again."""

    def fault() -> Callable[[], None]:
        leader = installation.database.leader()
        assert leader is not None
        leader.cut()
        return leader.mend

    return fault


def test_no_write_is_lost_and_no_answer_unjournalled_whatever_fails() -> None:
    with installed() as installation:
        load = Load(installation, installation.filled.persons["maelle"])
        load.start()
        eventually(lambda: bool(load.read_at and load.wrote_at), "no answer")
        rows = [(name, *_recovery(installation, load, fault)) for name, fault in _faults(installation)]
        load.end()
        print(f"{len(load.answered)} answers, {len(load.written)} writes, {load.refusals}")
        assert load.wrong == []
        asyncio.run(_check(installation, load))
        _verify(installation)
        for name, reads, writes, whole in rows:
            print(f"| {name} | {reads:.1f} s | {writes:.1f} s | {whole:.1f} s |")


def _recovery(
    installation: Installation, load: Load, fault: Callable[[], Callable[[], None] | None]
) -> tuple[float, float, float]:
    """Seconds from a fault until reads, and writes, are answered again, and from its mend until all is whole."""
    time.sleep(QUIET)
    begun = time.monotonic()
    mend = fault()

    def back(kind: str) -> float:
        eventually(lambda: load.back_after(begun, kind) is not None, f"no {kind} again: {load.refusals}")
        return load.back_after(begun, kind) or 0.0

    reads, writes = back("reads"), back("writes")
    mended = time.monotonic()
    if mend is not None:
        mend()
        installation.database.wait_until_ready()
    eventually(lambda: all(map(installation.ready, HUBS)), "hubs not ready")
    print(f"reads after {reads:.1f} s, writes after {writes:.1f} s, whole after {time.monotonic() - mended:.1f} s")
    return reads, writes, time.monotonic() - mended


def _faults(installation: Installation) -> Iterator[tuple[str, Callable[[], Callable[[], None] | None]]]:
    yield "un hub tué", killed_and_started_again(installation, HUBS[0])
    yield "un sous-graphe tué", killed_and_started_again(installation, "appointments")
    yield "l'état partagé tué", killed_and_started_again(installation, "shared")
    yield "le courant de la base qui mène", power_of_the_leader(installation)
    yield "le réseau de la base qui mène", cut_of_the_leader(installation)


async def _check(installation: Installation, load: Load) -> None:
    """All that was acknowledged is there once, and each answer has its entries."""
    connection = await asyncpg.connect(installation.database.admin_dsn)
    try:
        items = await connection.fetch("SELECT id::text FROM appointments.appointment WHERE source = 'hub'")
        ids = [row["id"] for row in items]
        assert len(ids) == len(set(ids))
        assert set(load.written.values()) - set(ids) == set()
        assert len(set(load.written.values())) == len(load.written)
        traces = await connection.fetch("SELECT DISTINCT trace FROM journal.entry WHERE kind = 'DISCLOSURE'")
        unjournalled = load.answered - {row["trace"] for row in traces}
        assert unjournalled == set()
    finally:
        await connection.close()


def _verify(installation: Installation) -> None:
    """The journal's chain and signatures hold."""
    command = [sys.executable, "-m", "hub.cli", "journal", "verify", "--keys", str(installation.keys.directory)]
    environment = {**os.environ, "DATABASE_URL": installation.database.place}
    verified = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    print(verified.stdout)
    assert verified.returncode == 0, verified.stdout + verified.stderr
