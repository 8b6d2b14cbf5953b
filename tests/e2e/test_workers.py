"""`hub serve --workers` under load: a reload drops no request, and a worker that is killed none but those it had."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.conftest import ROOT, Database
from tests.e2e.site import Filled, fill
from tests.valkey import valkey

CLIENTS = 4
QUERY = {"query": "{ persons(first: 1) { nodes { id } } }"}


def workers_of(process: int) -> set[int]:
    """The processes of the workers."""
    return {int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()}


def command_of(database: Database, filled: Filled, shared_state: str) -> tuple[list[str], dict[str, str]]:
    """The command that starts a supervisor of two workers, and its environment."""
    command = [sys.executable, "-m", "hub.cli", "serve", "--workers", "2", "--port", "0"]
    command += ["--keys", str(database.keys.directory), "--settings", str(filled.settings())]
    return command, {**os.environ, "DATABASE_URL": database.place, "REDIS_URL": shared_state}


@contextmanager
def supervised(
    database: Database, filled: Filled, log: Path, shared_state: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A supervisor of two workers, with the shared state of this address, and its URL; whoever uses it kills it."""
    command, environment = command_of(database, filled, shared_state)
    with (
        log.open("w") as errors,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True) as hub,
    ):
        try:
            assert hub.stdout is not None
            line = hub.stdout.readline()
            assert "://" in line, log.read_text()
            yield hub, line[line.rindex(" ") :].strip()
        finally:
            hub.terminate()
            code = hub.wait(30)
    assert (code, "Traceback" in log.read_text()) == (-signal.SIGKILL, False)


async def test_a_reload_drops_no_request_and_a_killed_worker_only_its_own(
    fresh_database: Database, tmp_path: Path
) -> None:
    filled = await asyncio.to_thread(fill, fresh_database, tmp_path)
    with valkey() as server, supervised(fresh_database, filled, tmp_path / "log", server.url) as (hub, url):
        await _try(hub, url, filled, tmp_path / "log")


def test_workers_whom_the_shared_state_refuses_serve_nobody_and_say_how_to_mend_it(
    fresh_database: Database, tmp_path: Path
) -> None:
    filled, log = fill(fresh_database, tmp_path), tmp_path / "log"
    token = filled.issuer.token(filled.actors["referent-a"])
    headers = {"Authorization": f"Bearer {token}", "Purpose": "suivi"}
    with valkey("--requirepass", "right-s3cret") as server:
        refused = server.url.replace("//", "//:wrong-s3cret@")
        with supervised(fresh_database, filled, log, refused) as (hub, url), httpx2.Client(base_url=url) as client:
            answer, ready = client.post("/graphql", json=QUERY, headers=headers), client.get("/readyz").json()
            hub.kill()
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"]["code"] == "SHARED_STATE_GONE"
    assert ready["missing"] == [{"part": "shared_state", "code": "SHARED_STATE_GONE"}]
    told = [line for line in log.read_text().splitlines() if "the shared state is gone" in line]
    assert len(told) == 2, "one line of each worker"
    assert all(line.endswith("(SHARED_STATE_CREDENTIALS)") and "give its own" in line for line in told)
    assert "s3cret" not in log.read_text()


def test_a_supervisor_whose_shared_state_has_no_address_ends_at_once_and_says_why(
    fresh_database: Database, tmp_path: Path
) -> None:
    command, environment = command_of(fresh_database, fill(fresh_database, tmp_path), "redis://:s3cret@localhost/x")
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.rstrip().endswith("[SHARED_STATE_ADDRESS]")
    assert not [word for word in ("s3cret", "Traceback") if word in ended.stderr]


async def _try(hub: subprocess.Popen[str], url: str, filled: Filled, log: Path) -> None:
    failures: list[str] = []
    token = filled.issuer.token(filled.actors["referent-a"])
    answered = 0
    ended = asyncio.Event()

    async def ask() -> None:
        nonlocal answered
        headers = {"Authorization": f"Bearer {token}", "Purpose": "suivi"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
            while not ended.is_set():
                try:
                    reply = await client.post("/graphql", json=QUERY)
                    assert reply.status_code == 200, reply.text
                    answered += 1
                except (httpx2.HTTPError, AssertionError) as error:
                    failures.append(repr(error))

    async def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, log.read_text()  # noqa: ASYNC240 - the test fails
            await asyncio.sleep(0.05)

    clients = [asyncio.create_task(ask()) for _ in range(CLIENTS)]
    try:
        first = workers_of(hub.pid)
        await until(lambda: answered > 20)
        hub.send_signal(signal.SIGHUP)
        await until(lambda: workers_of(hub.pid).isdisjoint(first))
        at_reload = answered
        await until(lambda: answered > at_reload + 20)
        assert failures == []
        victim = min(workers_of(hub.pid))
        os.kill(victim, signal.SIGKILL)
        await until(lambda: len(workers_of(hub.pid) - {victim}) == 2)
        at_kill = answered
        await until(lambda: answered > at_kill + 20)
        assert len(failures) <= CLIENTS
        serving, settings = workers_of(hub.pid), filled.settings()
        settings.write_text("audience = 1", encoding="utf-8")
        hub.send_signal(signal.SIGHUP)
        await until(lambda: "not reloaded" in log.read_text("utf-8"))
        assert workers_of(hub.pid) == serving
        hub.kill()
        await until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in serving))
    finally:
        ended.set()
        await asyncio.gather(*clients)
