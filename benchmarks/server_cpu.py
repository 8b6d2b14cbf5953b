"""What a step takes of CPU: of this process, and of all processes of the PostgreSQL server, which must be on this
machine and serve nobody else meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = 100
"""Ticks of /proc in a second, on every Linux."""


@dataclass(slots=True)
class Cost:
    """What steps took: `client` and `server` in seconds of CPU, `elapsed` in seconds."""

    client: float = 0.0
    server: float = 0.0
    elapsed: float = 0.0

    @property
    def cpu(self) -> float:
        """Seconds of CPU of both sides."""
        return self.client + self.server

    def __add__(self, other: Cost) -> Cost:
        """What both took."""
        return Cost(self.client + other.client, self.server + other.server, self.elapsed + other.elapsed)


@contextmanager
def spent(cost: Cost, backend: int) -> Iterator[None]:
    """Add what the block takes to `cost`; `backend` is a process of the server."""
    server, client, started = _server_cpu(backend), time.process_time(), time.monotonic()
    yield
    cost.client += time.process_time() - client
    cost.elapsed += time.monotonic() - started
    cost.server += _server_cpu(backend) - server


def _server_cpu(backend: int) -> float:
    """Seconds of CPU of the server that the process belongs to: of its processes, and of those that have ended."""
    postmaster = _stat(backend)[1]
    seconds = sum(_stat(postmaster)[13:15]) / TICKS
    for path in Path("/proc").glob("[0-9]*"):
        try:
            process = int(path.name)
            if postmaster in (process, _stat(process)[1]):
                seconds += int((path / "schedstat").read_text(encoding="ascii").split()[0]) / 1e9
        except OSError:
            continue
    return seconds


def _stat(process: int) -> list[int]:
    """The fields of /proc/PID/stat after the name: 1 is the parent, 13 and 14 ticks of CPU of children that ended."""
    text = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
    return [0 if part.isalpha() else int(part) for part in text.split()]
