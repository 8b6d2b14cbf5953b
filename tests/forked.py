"""Processes of `hub` that are forked from one that has imported every command and made what every hub makes alike, so
that each pays for its work only.

They are processes of their own in all else: memory, arguments, environment, folder, output, signals and end. What a
command imports, and how it starts as installed, is tested by processes that are started anew.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from hub.cli import COMMANDS, main

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload([__name__, *(f"hub.cli.{name}" for name in COMMANDS), "tests.forked_ahead"])
"""Starts the processes of functions that a small module holds: it is imported by each process."""


class ForkedHub:
    """A running `hub`, used as a `subprocess.Popen` with a pipe for its output."""

    def __init__(
        self, arguments: Sequence[object], environment: Mapping[str, str] = os.environ, errors: Path | None = None
    ) -> None:
        self.args = ["hub", *map(str, arguments)]
        output, input_ = FORKING.Pipe(duplex=False)
        self._process = FORKING.Process(target=_run, args=(self.args, dict(environment), input_, errors))
        self._process.start()
        input_.close()
        self.stdout = os.fdopen(os.dup(output.fileno()), encoding="utf-8")
        output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()
        self.stdout.close()

    @property
    def returncode(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.exitcode

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _run(arguments: list[str], environment: dict[str, str], output: Connection, errors: Path | None) -> None:
    """The process itself, in the folder of whoever started it."""
    os.dup2(output.fileno(), 1)
    output.close()
    if errors is not None:
        with errors.open("ab") as log:
            os.dup2(log.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = arguments
    main()
