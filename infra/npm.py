"""A project of npm, installed once per content of its lock into its `node_modules`, which git ignores.

Tests and benches that need one skip by name on a machine without Node or without the packages.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
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
    """The project, installed if its lock changed; raises NodeAbsent."""
    binary, npm = shutil.which("node"), shutil.which("npm")
    if binary is None or npm is None:
        raise NodeAbsent("node or npm absent")
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = sha256((folder / "package-lock.json").read_bytes()).hexdigest()
        stamp = folder / "node_modules" / STAMP
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != digest:
            command = [npm, "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1", "--loglevel=error"]
            try:
                subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=True)
            except (OSError, subprocess.SubprocessError) as error:
                raise NodeAbsent(f"packages of npm absent: {type(error).__name__}") from error
            stamp.write_text(digest, encoding="utf-8")
    return Node(binary, folder)
