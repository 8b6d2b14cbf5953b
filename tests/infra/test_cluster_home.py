"""Programs and files of the cluster on machines of every kind: any account, any folder, a system's server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from infra.postgresql import cluster
from infra.postgresql.binaries import OLDEST, Binaries
from infra.postgresql.cluster_home import account, cluster_files, home, socket_directory
from infra.postgresql.configuration import initialise

SYSTEM_SERVERS = [
    Binaries(directory, int(directory.parent.name))
    for directory in sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if int(directory.parent.name) >= OLDEST
]
AS_ANOTHER = """
import asyncio, sys
from pathlib import Path
import asyncpg
from infra.keys import Keys
from infra.migrate import migrate
from infra.postgresql import cluster
from infra.roles import dsn

async def work(running, keys):
    await migrate(running.admin_dsn("spie"), keys)
    connection = await asyncpg.connect(dsn(running.admin_dsn("spie"), "people_query", keys))
    print(await connection.fetchval("SELECT current_user"), running.files.data, sep="\\n")
    await connection.close()

root = Path(sys.argv[1])
keys = Keys.create(root / ".data" / "keys")
with cluster("trap", root, "secret") as running:
    asyncio.run(work(running, keys))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may write to."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another account; every other test runs as this one")
def test_an_ordinary_account_has_its_cluster_in_the_clone(open_folder: Path) -> None:
    try:
        subprocess.run([sys.executable, "-c", ""], check=True, user="nobody", capture_output=True)
    except (PermissionError, subprocess.CalledProcessError):
        pytest.skip("this environment's Python can't be run by another account")
    process = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER, str(open_folder)],
        user="nobody",
        group=account().gid,
        extra_groups=[],
        cwd="/",
        env={"PATH": os.defpath, "HOME": str(open_folder)},
        capture_output=True,
        text=True,
    )
    assert process.stderr == ""
    assert process.stdout.splitlines() == ["people_query", str(open_folder / ".data" / "pg" / "trap" / "data")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_the_account_that_runs_the_server_owns_nothing_but_the_data(tmp_path: Path) -> None:
    with cluster("trap", tmp_path, "secret", durable=False) as running:
        owners = {path.name: path.stat().st_uid for path in running.files.base.iterdir()}
        server = Path(f"/proc/{running.pid}")
        assert server.stat().st_uid == account().uid != 0
        program = (server / "exe").readlink()
        assert all(step.stat().st_uid == 0 for step in (program, *program.parents))
    shutil.rmtree(home(tmp_path))
    assert owners.pop("data") == account().uid
    assert set(owners.values()) == {0}


def test_the_socket_avoids_a_folder_that_is_too_long_or_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    directory = socket_directory(account())
    assert len(os.fsencode(directory / ".s.PGSQL.5432")) <= 107
    directory.rmdir()
    closed = tmp_path / "c"
    closed.mkdir(mode=0o700 if os.geteuid() == 0 else 0o500)
    monkeypatch.setattr(tempfile, "tempdir", str(closed))
    directory = socket_directory(account())
    assert closed not in directory.parents
    directory.rmdir()


@pytest.mark.skipif(not SYSTEM_SERVERS, reason="no system PostgreSQL on this machine")
async def test_data_of_a_system_server_run_on_its_programs(tmp_path: Path) -> None:
    system = SYSTEM_SERVERS[0]
    initialise(system, cluster_files(tmp_path, "trap"), account(), "first", durable=False)
    with cluster("trap", tmp_path, "second", durable=False) as running:
        connection = await asyncpg.connect(running.admin_dsn())
        assert connection.get_server_version().major == system.major
        assert connection.get_settings().server_encoding == "UTF8"
        await connection.close()
    shutil.rmtree(home(tmp_path), ignore_errors=True)
