"""The process that runs PostgreSQL for a clone and stops it after its last user, even a killed one.

`python -m infra.postgresql.keeper BASE UID GID SOCKET COMMAND…`. Users hold a shared lock, which the kernel drops with
the process, `kill -9` included; the keeper waits to have it alone. Killed itself, it takes the server along (Linux).
A server that dies is started again; one that is asked to stop stays stopped.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from infra.postgresql.cluster_home import Account, ClusterFiles, ready
from infra.postgresql.configuration import ENVIRONMENT, READY

_PAUSE = 0.01
_RETRIES = 500
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class Keeper:
    """A server process, and the lock that tells whether it is still used."""

    def __init__(self, files: ClusterFiles, owner: Account, command: list[str]) -> None:
        self.files = files
        self.owner = owner
        self.command = command
        self.unneeded = False
        self.guard = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Start the server and wait until it takes connections; return False if it can't.

        Processes of a killed server may still hold its memory for a moment, during which it refuses to start.
        """
        for _ in range(_RETRIES):
            with self.guard:
                if self.unneeded:
                    return False
                self.process = self._spawn()
            while self.process.poll() is None:
                if ready(self.files.data, self.process.pid):
                    return True
                time.sleep(_PAUSE)
            if b"shared memory" not in self.files.log.read_bytes():
                return False
            time.sleep(_PAUSE)
        return False

    def keep(self) -> None:
        """Run the server until its last user has left or it is stopped."""
        threading.Thread(target=self._await_solitude, daemon=True).start()
        while self.process is not None and self.process.wait() != 0 and not self.unneeded:
            if not self.start():
                return

    def _await_solitude(self) -> None:
        with self.files.users.open("a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            with self.guard:
                self.unneeded = True
                if self.process is not None:
                    self.process.send_signal(signal.SIGINT)
            threading.Event().wait()

    def _spawn(self) -> subprocess.Popen[bytes]:
        if self.files.log.exists():
            self.files.log.replace(self.files.log.with_suffix(".log.1"))
        with self.files.log.open("wb") as log:
            return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # the account's arguments are a mapping
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  # one system call, its library loaded before
                **self.owner.switch,
            )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def main(arguments: list[str]) -> int:
    """Run one server to its end; return 0 if it was stopped in order."""
    base, uid, gid, socket, *command = arguments
    files = ClusterFiles(Path(base))
    with files.keeper.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keeper = Keeper(files, Account(int(uid), int(gid)), command)
        try:
            if not keeper.start():
                return 1
            os.write(1, READY)
            os.close(1)
            keeper.keep()
        finally:
            shutil.rmtree(socket, ignore_errors=True)
    return 0


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))  # the thread that waits for solitude may never end
