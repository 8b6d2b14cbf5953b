"""Run a command of `hub` as a person would, and a copy of the project in which the demo may run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from infra.postgresql.cluster_home import home
from tests.conftest import ROOT, Database

PACKAGES = ("demo", "hub", "infra", "schema", "subgraphs")


@dataclass(frozen=True)
class Done:
    """What became of a command."""

    code: int
    out: str
    err: str

    def check_refused(self, code: str, exit_code: int = 1) -> str:
        """It ended badly, with one French line that ends in this code, and no traceback; returns the line."""
        assert self.code == exit_code, (self.out, self.err)
        assert "Traceback" not in self.err
        (line,) = self.err.strip().splitlines()
        assert line.endswith(f" [{code}]"), line
        return line


def hub(*arguments: object, database_url: str | None = None, cwd: Path = ROOT) -> Done:
    """Run `hub` with these arguments to its end."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"COLUMNS": "200"}
    if database_url is not None:
        environment["DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "hub.cli", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    return Done(done.returncode, done.stdout, done.stderr)


def ingest(database: Database, source: str, *arguments: object) -> Done:
    """`hub ingest` into this database, with its keys."""
    return hub("ingest", source, *arguments, "--keys", database.keys.directory, database_url=database.admin_dsn)


@dataclass
class Demo:
    """`python -m demo` running in a copy of the project."""

    root: Path
    popen: subprocess.Popen[str]
    welcome: str

    @property
    def file(self) -> Path:
        return self.root / ".data" / "demo.json"

    @property
    def told(self) -> dict[str, Any]:
        """Content of demo.json."""
        told: dict[str, Any] = orjson.loads(self.file.read_bytes())
        return told

    def interrupt(self) -> int:
        """Ctrl-C: the terminal sends SIGINT to the whole group in front; the exit code."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGINT)
        code = self.popen.wait(60)
        if self.popen.stdout is not None:
            self.popen.stdout.close()
        return code


@contextmanager
def copy_of_the_project(folder: Path) -> Iterator[Path]:
    """The packages as they are now, with data of their own, of which nothing stays, and this Python in `.venv`."""
    root = folder / "copy"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, command in (("hub", "-m hub.cli"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n')
        (programs / name).chmod(0o755)
    try:
        yield root
    finally:
        shutil.rmtree(home(root), ignore_errors=True)


@contextmanager
def demo(root: Path, port: int) -> Iterator[Demo]:
    """The demo of this copy, ready."""
    with (root / "demo.log").open("w") as errors:
        popen = subprocess.Popen(
            [sys.executable, "-m", "demo"],
            cwd=root,
            env={**os.environ, "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    assert popen.stdout is not None
    welcome = ""
    while "-d '" not in welcome:  # the last line of the command that it proposes
        line = popen.stdout.readline()
        assert line, (root / "demo.log").read_text()
        welcome += line
    running = Demo(root, popen, welcome)
    try:
        yield running
    finally:
        running.interrupt()


def left_running(root: Path) -> list[str]:
    """Command lines of the processes that work for this copy."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = str((process / "cwd").readlink())
        except OSError:
            continue
        if any(str(place) in text for place in (root, home(root)) for text in (line, where)):
            found.append(line)
    return found
