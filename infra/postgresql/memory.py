"""The memory that the embedded PostgreSQL shares among its processes: a part of what the machine has.

It is taken page by page as pages of data are read: few data take little of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Files that tell the bytes that the container may take, in cgroups of version 2 and 1."""
PART = 4
"""A quarter of the memory is what PostgreSQL's manual begins with."""
LEAST, MOST = 128 << 20, 4 << 30
"""Bytes, whatever the machine has."""


def shared_buffers(memory: int) -> str:
    """The setting of a machine with so many bytes."""
    return f"{min(max(memory // PART, LEAST), MOST) >> 20}MB"


def available_memory(limits: Iterable[Path] = LIMITS) -> int:
    """Bytes that this machine has, or that its container may take."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in limits:
        try:
            sizes.append(int(path.read_text(encoding="ascii")))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return min(sizes)
