"""A project of npm, installed once per content of its lock into its `node_modules`, which git ignores.

Tests and benches that need one skip by name on a machine without Node or without the packages; the hub says so on the
page that is built with them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

STAMP = "installed.txt"
SECONDS = 240
"""Longest that the installation, or one script, may take."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node with the project's packages."""

    binary: str
    folder: Path

    def run(self, script: str, given: Any) -> Any:
        """JSON that a script of the project writes for the JSON that it reads."""
        done = subprocess.run(
            [self.binary, script],
            cwd=self.folder,
            input=orjson.dumps(given),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return orjson.loads(done.stdout)


class NodeAbsent(Exception):
    """Why the project can't run on this machine."""


def installed(folder: Path) -> Node:
    """The project with its packages, on the system's Node; raises NodeAbsent."""
    binary, npm = shutil.which("node"), shutil.which("npm")
    if binary is None or npm is None:
        raise NodeAbsent("node or npm absent")
    install([npm], folder)
    return Node(binary, folder)


def install(npm: Sequence[str], folder: Path) -> None:
    """The packages of the folder's lock by this command of npm, unless they are there already; raises NodeAbsent.

    What npm says of an error goes to standard error.
    """
    with _alone(folder):
        digest = sha256((folder / "package-lock.json").read_bytes()).hexdigest()
        stamp = folder / "node_modules" / STAMP
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
            return
        command = [*npm, "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1", "--loglevel=error"]
        quiet = subprocess.DEVNULL
        try:
            subprocess.run(command, cwd=folder, stdin=quiet, stdout=quiet, timeout=SECONDS, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise NodeAbsent(f"{npm[0]}: {type(error).__name__}") from error
        stamp.write_text(digest, encoding="utf-8")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One installation at a time: the lock is on the folder itself, of which no file is made."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
