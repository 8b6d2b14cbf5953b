"""The commands of `hub` in a copy of the project, each in a process forked from one that has imported them all."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cli.commands import SECONDS

SHELL_SIGNS = frozenset("|$<>;&*?~`")
HUB = ".venv/bin/hub"
PROGRAM = """
import gc, os, shlex, signal, sys
from importlib import import_module
from hub.cli import COMMANDS, main
for name in COMMANDS:
    import_module(f"hub.cli.{name}")
gc.freeze()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        signal.alarm(int(sys.argv[1]))
        for number, name in enumerate((os.devnull, "output", "errors")):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
        sys.argv = shlex.split(line)
        try:
            main()
        except SystemExit as end:
            sys.stdout.flush()
            os._exit(end.code or 0)
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
        assert self.forking.stdin is not None
        assert self.forking.stdout is not None
        self.forking.stdin.write(f"{command}\n")
        self.forking.stdin.flush()
        code = int(self.forking.stdout.readline())
        output, errors = ((self.root / name).read_text(encoding="utf-8") for name in ("output", "errors"))
        return subprocess.CompletedProcess(command, code, output, errors)


@contextmanager
def copied_hub(root: Path) -> Iterator[CopiedHub]:
    """The hub of this copy of the project."""
    program = [sys.executable, "-c", PROGRAM, str(SECONDS)]
    with subprocess.Popen(program, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forking:
        yield CopiedHub(root, forking)
