"""Processes of the bench: started, pinned to a core, ended; what they took of processor and memory, from /proc."""

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
GATEWAY, OTHERS = CORES[:1], CORES[1:] or CORES
"""One core is the gateway's alone, where there are several."""


@contextmanager
def started(
    command: Sequence[str],
    cores: Sequence[int],
    *,
    folder: Path | None = None,
    log: Path | None = None,
    niceness: int = 0,
    **environment: str,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process on these cores; its standard input stays open until it is ended."""
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


def loaded(load: Load, *, niceness: int = 0) -> Run:
    """The client's run of a load; a nice one leaves its core to the other client and to the subgraphs."""
    with started([sys.executable, "-m", "benchmarks.gateway.load_client"], OTHERS, niceness=niceness) as popen:
        out, _ = popen.communicate(msgspec.json.encode(load))
    return msgspec.json.decode(out, type=Run)


def processor(pid: int) -> float:
    """Seconds of processor that a process and its children have taken."""
    seconds = 0.0
    for each in _tree(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        seconds += (int(fields[11]) + int(fields[12])) / TICK
    return seconds


def memory(pid: int) -> float:
    """MB that a process and its children hold."""
    size = 0
    for each in _tree(pid):
        try:
            size += int(Path(f"/proc/{each}/statm").read_text().split()[1])
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
        found = stack.pop()
        yield found
        stack.extend(parents.get(found, ()))
