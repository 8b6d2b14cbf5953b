"""The processes of the bench: started, pinned to cores, ended; their processor time and memory, from /proc."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from benchmarks.gateway.load_client import Load, Run

TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
GATEWAY_CORES, OTHER_CORES = CORES[:1], CORES[1:] or CORES
"""Where there are several cores, the gateway has one for itself."""


@contextmanager
def started_process(
    command: Sequence[str],
    cores: Sequence[int],
    *,
    folder: Path | None = None,
    log: Path | None = None,
    niceness: int = 0,
    **environment: str,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process on these cores; its standard input stays open until the end."""
    with (log or Path(os.devnull)).open("wb") as errors:
        popen = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    os.sched_setaffinity(popen.pid, cores)
    os.setpriority(os.PRIO_PROCESS, popen.pid, niceness)
    assert popen.stdin is not None
    assert popen.stdout is not None
    try:
        yield popen
    finally:
        popen.stdin.close()
        popen.terminate()
        try:
            popen.wait(10)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()
        popen.stdout.close()


def run_load(load: Load, *, niceness: int = 0) -> Run:
    """Run a load in a client process; with `niceness`, the other processes of its core come first."""
    with started_process(
        [sys.executable, "-m", "benchmarks.gateway.load_client"], OTHER_CORES, niceness=niceness
    ) as popen:
        out, _ = popen.communicate(msgspec.json.encode(load))
    return msgspec.json.decode(out, type=Run)


def processor(pid: int) -> float:
    """Return the seconds of processor of a process and its children."""
    seconds = 0.0
    for process_id in _tree(pid):
        try:
            fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        seconds += (int(fields[11]) + int(fields[12])) / TICK
    return seconds


def memory(pid: int) -> float:
    """Return the memory (MB) of a process and its children."""
    size = 0
    for process_id in _tree(pid):
        try:
            size += int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
        except OSError:
            continue
    return size * os.sysconf("SC_PAGE_SIZE") / 1e6


def _tree(pid: int) -> Iterator[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(entry.parent.name))
    stack = [pid]
    while stack:
        process_id = stack.pop()
        yield process_id
        stack.extend(parents.get(process_id, ()))
