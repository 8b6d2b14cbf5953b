"""Joining and leaving a cluster: the first user starts it, the last one waits until it has stopped."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

from infra.database_refusals import missing, other_keys
from infra.errors import SetupRefused
from infra.postgresql import binaries, configuration, ownership
from infra.postgresql.cluster_home import ClusterFiles, account, cluster_files, home, ready, socket_directory

_PAUSE = 0.01
_PATIENCE = 60.0
"""Seconds given to the server of a killed launcher to end."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster, with the directory of its socket and its administrator."""

    files: ClusterFiles
    socket: Path
    password: str = field(repr=False)

    def dsn(self, database: str, user: str, password: str) -> str:
        """Return a role's address of a database, as asyncpg and libpq read it."""
        query = urlencode({"host": str(self.socket), "port": configuration.PORT})
        return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@/{quote(database, safe='')}?{query}"

    def admin_dsn(self, database: str = "postgres") -> str:
        """Return the administrator's address of a database."""
        return self.dsn(database, configuration.ADMINISTRATOR, self.password)

    @property
    def pid(self) -> int:
        """The server's process id; SIGINT to it stops the cluster for all its users."""
        return int((self.files.data / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def cluster(
    name: str, root: Path, password: str, *, durable: bool = True, create: bool = True, adopt: bool = True
) -> Iterator[Cluster]:
    """Run the cluster `name` of the clone at `root`; `password` is its administrator's.

    Without `durable`, a stop of the machine may lose the data (a stop of the process doesn't). Without `create`, only
    data that are there are run; without `adopt`, only data under this password. Raises SetupRefused.
    """
    if not create and not (home(root) / name / "data").exists():
        raise missing(f"no cluster {name}")
    files = cluster_files(root, name)
    with files.users.open("a") as users:
        with _locked(files.door):
            fcntl.flock(users, fcntl.LOCK_SH)  # waits for a server that is stopping
            was_running = running(files.keeper)
            if not was_running:
                _refuse_others(files, root, password, create=create, adopt=adopt)
            directory = _join(files, password) if was_running else _start(files, root, password, durable=durable)
        try:
            yield Cluster(files, directory, password)
        finally:
            with _locked(files.door):
                _leave(files, users)


def _refuse_others(files: ClusterFiles, root: Path, password: str, *, create: bool, adopt: bool) -> None:
    """Raise SetupRefused (DATABASE_KEYS) for stopped data of another clone or of other keys that must stay theirs."""
    foreign = ownership.is_foreign(files, root)
    other_password = not foreign and _state(files).get("password") not in (None, _digest(password))
    if (foreign and not (create and adopt)) or (other_password and not adopt):
        raise other_keys(str(root / ".data" / "keys"), f"the cluster {files.base.name} has another password")


def _start(files: ClusterFiles, root: Path, password: str, *, durable: bool) -> Path:
    owner = account()
    _clear(files)
    trusted = _state(files).get("password") in (None, _digest(password))
    ownership.claim(files, root, trusted=trusted, durable=durable)
    programs = binaries.find(files.data)
    if not files.data.exists():
        configuration.initialise(programs, files, owner, password, durable=durable)
    elif _state(files).get("password") != _digest(password):
        configuration.replace_password(programs, files, owner, password)
    configuration.write_access(files)
    directory = socket_directory(owner)
    _remember(files, {"socket": str(directory), "password": _digest(password)})
    command = configuration.command(programs, files, directory, durable=durable)
    place = [str(files.base), str(owner.uid), str(owner.gid), str(directory)]
    keeper = subprocess.Popen(
        [sys.executable, "-m", configuration.KEEPER, *place, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
        start_new_session=True,  # the terminal's Ctrl-C is for us: we leave, and the keeper sees it
    )
    assert keeper.stdout is not None
    with keeper.stdout:
        if keeper.stdout.readline() == configuration.READY:
            _detach(keeper)
            return directory
    keeper.wait()
    log = files.log.read_text(errors="replace").strip() if files.log.exists() else ""
    raise SetupRefused("POSTGRESQL_FAILED", f"PostgreSQL embarqué n'a pas démarré ; il dit :\n{log}", log)


def _detach(keeper: subprocess.Popen[bytes]) -> None:
    """Let the keeper live on its own: it may outlive this process, as long as others use its cluster."""
    keeper.returncode = 0


def _join(files: ClusterFiles, password: str) -> Path:
    state = _state(files)
    if state.get("password") != _digest(password):
        raise SetupRefused(
            "CLUSTER_IN_USE",
            f"PostgreSQL embarqué ({files.base.name}) tourne déjà avec d'autres clés : arrêtez ce qui l'utilise, "
            "puis relancez.",
            "the running cluster has another administrator's password",
        )
    directory = Path(state["socket"])
    deadline = time.monotonic() + _PATIENCE
    while not _answers(files, directory):  # the keeper is starting a dead server again
        if time.monotonic() > deadline or not running(files.keeper):
            raise SetupRefused(
                "CLUSTER_STUCK",
                f"PostgreSQL embarqué ({files.base.name}) ne répond pas ; son journal : {files.log}",
                "the keeper lives but its server takes no connection",
            )
        time.sleep(_PAUSE)
    return directory


def _answers(files: ClusterFiles, directory: Path) -> bool:
    """Tell whether the server takes connections, by connecting: a dead server leaves files that say it does."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(directory / f".s.PGSQL.{configuration.PORT}"))
        except OSError:
            return False
    return ready(files.data, None)


def _leave(files: ClusterFiles, users: IO[str]) -> None:
    """Release the shared lock; if it was the last one, wait until the server has stopped.

    The caller holds the lock `door`, so that no user joins meanwhile: the lock `users` is free, shared by others or
    held by the keeper.
    """
    try:
        fcntl.flock(users, fcntl.LOCK_UN)
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        try:
            fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            return
    fcntl.flock(users, fcntl.LOCK_UN)
    with files.keeper.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def _clear(files: ClusterFiles) -> None:
    """Remove the server, the lock file or the socket that a killed launcher or a reboot left."""
    process_ids = _members(files.data)
    pid_file = files.data / "postmaster.pid"
    if pid_file.exists():
        pid = int(pid_file.read_text().split()[0])
        if pid in process_ids:
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + _PATIENCE
        while _members(files.data):
            if time.monotonic() > deadline:
                raise SetupRefused(
                    "CLUSTER_STUCK",
                    f"Un ancien PostgreSQL tient encore {files.data} et ne s'arrête pas : arrêtez le processus {pid}.",
                    f"processes {process_ids} did not end",
                )
            time.sleep(_PAUSE)
        if sys.platform == "linux":  # elsewhere we can't see whose process it is, and the server decides
            pid_file.unlink(missing_ok=True)
    left_socket = _state(files).get("socket")
    if left_socket is not None:
        shutil.rmtree(left_socket, ignore_errors=True)


def _members(data: Path) -> list[int]:
    """Return the processes of the server on this data directory, by their working directory."""
    process_ids = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink() == data:
                process_ids.append(int(link.parent.name))
        except OSError:  # ended meanwhile, or another account's
            continue
    return process_ids


def running(lock: Path) -> bool:
    """Tell whether a keeper is alive."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _state(files: ClusterFiles) -> dict[str, str]:
    try:
        state: dict[str, str] = json.loads(files.state.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return state


def _remember(files: ClusterFiles, state: dict[str, str]) -> None:
    new = files.state.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(state))
    new.replace(files.state)


def _digest(password: str) -> str:
    return sha256(password.encode()).hexdigest()
