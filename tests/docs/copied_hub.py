"""The commands of `hub` in a copy of the project, each in a process forked from one that has imported them all and read
the pinned graph."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tests.cli.commands import SECONDS

SHELL_SIGNS = frozenset("|$<>;&*?~`")
HUB = ".venv/bin/hub"
PROGRAM = """
import gc, os, shlex, signal, sys
from importlib import import_module
from hub.cli import COMMANDS, main
from hub.graph import load_graph
for name in COMMANDS:
    import_module(f"hub.cli.{name}")
load_graph()
gc.freeze()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        signal.alarm(int(sys.argv[1]))
        for number, (name, flags) in enumerate(
            ((os.devnull, os.O_RDONLY), ("output", os.O_WRONLY), ("errors", os.O_WRONLY | os.O_TRUNC))
        ):
            os.dup2(os.open(name, flags), number)
        sys.argv = shlex.split(line)
        try:
            main()
        except SystemExit as end:
            sys.stdout.flush()
            os._exit(end.code or 0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class CopiedHub:
    """The process that forks; a command that needs a shell runs in bash instead."""

    root: Path
    forking: subprocess.Popen[str]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command line of a page in the copy."""
        if shlex.split(command)[0] != HUB or SHELL_SIGNS & set(command):
            return subprocess.run(
                ["bash", "-c", command], cwd=self.root, capture_output=True, text=True, timeout=SECONDS
            )
        self._fork(command)
        output = (self.root / "output").read_text(encoding="utf-8")
        code, errors = self._answer(), (self.root / "errors").read_text(encoding="utf-8")
        return subprocess.CompletedProcess(command, code, output, errors)

    @contextmanager
    def serving(self, command: str) -> Iterator[TextIO]:
        """The output of a command that serves; it is told to stop at the end, and does."""
        process = self._fork(command)
        with (self.root / "output").open(encoding="utf-8") as output:
            yield output
            os.kill(process, signal.SIGINT)
            self._answer()

    def _fork(self, command: str) -> int:
        """Fork a command, whose output waits for its reader; return its process."""
        assert self.forking.stdin is not None
        self.forking.stdin.write(f"{command}\n")
        self.forking.stdin.flush()
        return self._answer()

    def _answer(self) -> int:
        assert self.forking.stdout is not None
        return int(self.forking.stdout.readline())


@contextmanager
def copied_hub(root: Path) -> Iterator[CopiedHub]:
    """The hub of this copy of the project."""
    os.mkfifo(root / "output")
    (root / "errors").touch()
    program = [sys.executable, "-c", PROGRAM, str(SECONDS)]
    with subprocess.Popen(program, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forking:
        yield CopiedHub(root, forking)
