"""Run a command of `hub`, in this process or in its own, and a copy of the project in which the demo may run."""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from unittest.mock import patch

import orjson

from hub.cli import main
from infra.postgresql.cluster_home import home
from tests.conftest import ROOT, Database
from tests.forked import ForkedHub

SECONDS = 120
"""The longest that a command may take."""


@dataclass(frozen=True)
class Result:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str

    def check_refused(self, code: str, exit_code: int = 1) -> str:
        """Check that it ended with one French line that ends in this code, and no traceback; return the line."""
        assert self.code == exit_code, (self.out, self.err)
        assert "Traceback" not in self.err
        (line,) = self.err.strip().splitlines()
        assert line.endswith(f" [{code}]"), line
        return line


def hub(*arguments: object, database_url: str | None = None) -> Result:
    """Run `hub` in this process. An exception that `hub` lets through fails the test.

    The command runs in a thread of its own, since it starts an event loop and the test may run in one.
    """
    out, err = _text_stream(), _text_stream()
    thresholds = gc.get_threshold()
    with (
        Path(os.devnull).open() as stdin,
        patch.dict(os.environ, _environment(database_url), clear=True),
        patch.object(sys, "argv", ["hub", *map(str, arguments)]),
        patch.object(sys, "stdin", stdin),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        exit_code: Future[int] = Future()
        Thread(target=_run_main, args=(exit_code,), daemon=True).start()
        code = exit_code.result(SECONDS)
    gc.set_threshold(*thresholds)
    return Result(code, _text(out), _text(err))


def hub_forked(*arguments: object, database_url: str | None = None) -> Result:
    """Run `hub` in a process of its own, forked from one that has imported its commands."""
    with TemporaryDirectory() as folder:
        errors = Path(folder) / "errors"
        with ForkedHub(arguments, _environment(database_url), errors) as process:
            out = process.stdout.read()
        return Result(process.wait(), out, errors.read_text(encoding="utf-8"))


def hub_process(
    *arguments: object,
    database_url: str | None = None,
    cwd: Path = ROOT,
    command: tuple[str, ...] = (sys.executable, "-m", "hub.cli"),
) -> Result:
    """Run `hub` in a process of its own."""
    process = subprocess.run(
        [*command, *map(str, arguments)],
        cwd=cwd,
        env=_environment(database_url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return Result(process.returncode, process.stdout, process.stderr)


def ingest(database: Database, source: str, *arguments: object) -> Result:
    """Run `hub ingest` into this database, with its keys."""
    return hub("ingest", source, *arguments, "--keys", database.keys.directory, database_url=database.admin_dsn)


def _environment(database_url: str | None) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"COLUMNS": "200"}
    return environment if database_url is None else environment | {"DATABASE_URL": database_url}


def _run_main(exit_code: Future[int]) -> None:
    try:
        main()
    except SystemExit as end:
        exit_code.set_result(int(end.code or 0))
    except BaseException as error:
        exit_code.set_exception(error)


def _text_stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@dataclass
class Demo:
    """A running `python -m demo`, in a copy of the project."""

    root: Path
    popen: subprocess.Popen[str]
    welcome: str
    last_lines: str = ""
    """What it printed after `interrupt`."""

    @property
    def file(self) -> Path:
        return self.root / ".data" / "demo.json"

    @property
    def description(self) -> dict[str, Any]:
        """The content of demo.json."""
        content: dict[str, Any] = orjson.loads(self.file.read_bytes())
        return content

    def interrupt(self) -> int:
        """Ctrl-C: the terminal sends SIGINT to the whole group in front; the exit code."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGINT)
        code = self.popen.wait(60)
        if self.popen.stdout is not None and not self.popen.stdout.closed:
            self.last_lines = self.popen.stdout.read()
            self.popen.stdout.close()
        return code


@contextmanager
def demo(root: Path, port: int) -> Iterator[Demo]:
    """Yield the demo of this copy, ready to answer."""
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
    """Return the command lines of the processes that work for this copy."""
    command_lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            cwd = str((process / "cwd").readlink())
        except OSError:
            continue
        if any(str(folder) in text for folder in (root, home(root)) for text in (line, cwd)):
            command_lines.append(line)
    return command_lines
