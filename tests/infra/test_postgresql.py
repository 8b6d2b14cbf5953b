"""The embedded cluster comes back from everything that stops it, serves all who ask, and stops when nobody is left."""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import asyncpg
import pytest

from infra.errors import SetupRefused
from infra.postgresql import Cluster, cluster
from infra.postgresql.cluster_home import account, cluster_files, home
from infra.postgresql.configuration import ADMINISTRATOR

PASSWORD = "the-administrator-of-these-tests"
USER = """
import sys
from pathlib import Path
from infra.postgresql import cluster
with cluster("trap", Path(sys.argv[1]), sys.argv[2], durable=False) as running:
    print(running.pid, running.socket, flush=True)
    sys.stdin.read()
"""
"""A process that uses the cluster until its standard input ends."""


@pytest.fixture(scope="module")
def new_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a new cluster leaves on the disk."""
    root = tmp_path_factory.mktemp("new")
    with enter(root):
        pass
    yield root
    shutil.rmtree(home(root), ignore_errors=True)


@pytest.fixture
def clone(tmp_path: Path, new_cluster: Path) -> Iterator[Path]:
    """A clone of its own with a cluster that nobody else has."""
    cluster_files(tmp_path, "trap").base.rmdir()
    subprocess.run(["cp", "-a", home(new_cluster) / "trap", home(tmp_path)], check=True)
    (tmp_path / ".data").mkdir(exist_ok=True)
    shutil.copy(new_cluster / ".data" / "clone", tmp_path / ".data" / "clone")
    yield tmp_path
    shutil.rmtree(home(tmp_path), ignore_errors=True)


def enter(clone: Path, password: str = PASSWORD) -> AbstractContextManager[Cluster]:
    """The cluster under test, to be entered."""
    return cluster("trap", clone, password, durable=False)


def start_user(clone: Path) -> tuple[subprocess.Popen[str], int, Path]:
    """Another process that uses the cluster, its server's process and socket directory."""
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(clone), PASSWORD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    pid, directory = user.stdout.readline().split()
    return user, int(pid), Path(directory)


def finish(user: subprocess.Popen[str]) -> None:
    """Wait for the user's end and free its pipes."""
    user.communicate("")


def await_keeper_end(clone: Path) -> None:
    """Return when no keeper lives: it holds this lock as long as it does."""
    with (home(clone) / "trap" / "keeper.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def alive(pid: int) -> bool:
    """Whether the process runs (one that ended and waits to be reaped doesn't)."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def await_end(pid: int) -> None:
    """Return when the process has ended; it need not be our child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(descriptor, "rb", buffering=0) as process:
        select.select([process], [], [])


def start_sleeper() -> subprocess.Popen[bytes]:
    """A process that is no server, of the account that runs the server."""
    return subprocess.Popen(["sleep", "600"], **account().switch)  # type: ignore[call-overload,no-any-return]


async def write(running: Cluster, note: str) -> None:
    """Commit a row."""
    connection = await asyncpg.connect(running.admin_dsn())
    await connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
    await connection.execute("INSERT INTO note VALUES ($1)", note)
    await connection.close()


async def notes(running: Cluster) -> list[str]:
    """The committed rows."""
    connection = await asyncpg.connect(running.admin_dsn())
    rows = await connection.fetch("SELECT text FROM note ORDER BY text")
    await connection.close()
    return [row[0] for row in rows]


def parent_of(pid: int) -> int:
    """The process that started this one."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def test_only_a_private_socket_leads_in_and_ids_compare_as_bytes(clone: Path) -> None:
    with enter(clone) as running:
        connection = await asyncpg.connect(running.admin_dsn())
        settings = {
            name: await connection.fetchval(f"SHOW {name}")
            for name in ("listen_addresses", "server_encoding", "dynamic_shared_memory_type", "timezone")
        }
        locale = await connection.fetchrow(
            "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = 'postgres'"
        )
        await connection.close()
        directory = running.socket.stat()
        assert (stat.S_IMODE(directory.st_mode), directory.st_uid) == (0o700, account().uid)
        assert stat.S_IMODE(running.files.data.stat().st_mode) == 0o700
        assert stat.S_IMODE(running.files.state.stat().st_mode) == 0o600
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(running.dsn("postgres", ADMINISTRATOR, "guess"))
    assert settings == {
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "dynamic_shared_memory_type": "mmap",
        "timezone": "UTC",
    }
    assert locale is not None
    assert tuple(locale) == ("b", "C.UTF-8")


async def test_no_value_reaches_the_log(clone: Path) -> None:
    canary = "canary-06-39-98-00-17"
    with enter(clone) as running:
        connection = await asyncpg.connect(running.admin_dsn())
        await connection.execute("CREATE TABLE phone (number text PRIMARY KEY)")
        await connection.execute("INSERT INTO phone VALUES ($1)", canary)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO phone VALUES ($1)", canary)
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await connection.execute(f"SELECT '{canary}'::integer")
        await connection.close()
    assert canary not in running.files.log.read_text()


async def test_data_outlive_a_stop_and_nothing_else_does(clone: Path) -> None:
    with enter(clone) as running:
        await write(running, "kept")
        pid = running.pid
    assert not alive(pid)
    assert not running.socket.exists()
    with enter(clone) as running:
        assert await notes(running) == ["kept"]


async def test_users_share_one_server_which_the_last_one_stops(clone: Path) -> None:
    user, pid, directory = start_user(clone)
    with enter(clone) as running:
        assert (running.pid, running.socket) == (pid, directory)
        finish(user)
        await write(running, "still here")
    assert not alive(pid)


def test_users_that_come_at_once_get_one_server(clone: Path) -> None:
    users = [
        subprocess.Popen(
            [sys.executable, "-c", USER, str(clone), PASSWORD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert len({user.stdout.readline() for user in users if user.stdout}) == 1
    for user in users:
        finish(user)
    await_keeper_end(clone)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_with_its_last_user_however_that_one_ends(clone: Path, how: signal.Signals) -> None:
    user, pid, directory = start_user(clone)
    user.send_signal(how)
    finish(user)
    await_keeper_end(clone)
    assert not alive(pid)
    assert not directory.exists()


async def test_a_killed_server_is_started_again_with_its_data(clone: Path) -> None:
    with enter(clone) as running:
        await write(running, "committed")
        pid = running.pid
        os.kill(pid, signal.SIGKILL)
        await_end(pid)
        with enter(clone) as restarted:
            assert restarted.socket == running.socket
            assert restarted.pid != pid
            assert await notes(restarted) == ["committed"]


async def test_a_server_that_is_asked_to_stop_stays_stopped_until_the_next_user(clone: Path) -> None:
    with enter(clone) as running:
        await write(running, "committed")
        os.kill(running.pid, signal.SIGINT)
        await_keeper_end(clone)
        with pytest.raises(OSError, match=r"No such file|refused"):
            await asyncpg.connect(running.admin_dsn())
    with enter(clone) as running:
        assert await notes(running) == ["committed"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
async def test_a_killed_keeper_takes_the_server_along_and_the_next_user_recovers(clone: Path) -> None:
    with enter(clone) as running:
        await write(running, "committed")
        pid = running.pid
        os.kill(parent_of(pid), signal.SIGKILL)
        await_end(pid)
    with enter(clone) as running:
        assert await notes(running) == ["committed"]


async def test_a_server_without_keeper_is_replaced(clone: Path) -> None:
    with enter(clone) as running:
        await write(running, "committed")
        pid = running.pid
        os.kill(pid, signal.SIGSTOP)  # it can't act on the death of its keeper before it is told to go on
        os.kill(parent_of(pid), signal.SIGKILL)
        await_keeper_end(clone)
        os.kill(pid, signal.SIGCONT)
        with enter(clone) as restarted:
            assert restarted.pid != pid
            assert await notes(restarted) == ["committed"]


async def test_a_reboot_that_lost_the_temporary_folder_and_reused_the_process_id_is_recovered(clone: Path) -> None:
    with enter(clone) as running:
        await write(running, "committed")
        pid = running.pid
        recorded = (running.files.data / "postmaster.pid").read_text()
        os.kill(parent_of(pid), signal.SIGKILL)
        await_end(pid)
    shutil.rmtree(running.socket, ignore_errors=True)
    sleeper = start_sleeper()
    lock_file = running.files.data / "postmaster.pid"
    lock_file.write_text(recorded.replace(str(pid), str(sleeper.pid), 1))
    account().own(lock_file)
    with enter(clone) as restarted:
        assert await notes(restarted) == ["committed"]
    assert sleeper.poll() is None
    sleeper.kill()
    sleeper.wait()


async def test_keys_made_anew_open_a_stopped_cluster_and_not_a_running_one(clone: Path) -> None:
    with enter(clone) as running:
        await write(running, "kept")
        with pytest.raises(SetupRefused) as refused, enter(clone, "another"):
            pass
        assert refused.value.code == "CLUSTER_IN_USE"
    with enter(clone, "another") as running:
        assert await notes(running) == ["kept"]


def test_an_interrupted_creation_is_begun_again(clone: Path) -> None:
    files = cluster_files(clone, "trap")
    files.data.rename(files.base / "data.new")
    (files.base / "data.new" / "PG_VERSION").unlink()
    with enter(clone):
        assert (files.data / "PG_VERSION").exists()


def test_a_cluster_cannot_be_named_out_of_its_place(clone: Path) -> None:
    for name in ("", "..", "a/b", "Trap", "-x"):
        with pytest.raises(ValueError, match="name"), cluster(name, clone, PASSWORD):
            pass


def test_data_of_an_absent_version_name_the_package_to_install(clone: Path) -> None:
    (cluster_files(clone, "trap").data / "PG_VERSION").write_text("99\n")
    with pytest.raises(SetupRefused) as refused, enter(clone):
        pass
    assert refused.value.code == "POSTGRESQL_VERSION"
    assert "postgresql-99" in refused.value.message
