"""A folder for documents on their way to a source: in memory where the kernel offers room, closed to all other users.

A source reads files. What comes over the network is written here, read, and removed at once; what a killed process
left is removed by the next one that starts.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

MEMORY = Path("/dev/shm")  # noqa: S108 - each folder in it is our own, and closed (0700)
ROOM = 256 * 1024 * 1024
"""Bytes that must be free in memory; else documents wait in the temporary folder of the system."""
PREFIX = "spie-hub-spool-"
LOCK = "in-use"


class Spool:
    """A folder of this process from entry to exit."""

    def __init__(self, parent: Path | None = None) -> None:
        self._parent = parent or (MEMORY if _has_room(MEMORY) else Path(tempfile.gettempdir()))
        self._prefix = f"{PREFIX}{os.getuid()}-"

    def __enter__(self) -> Spool:
        with self._turn():
            self._sweep()
            self._folder = Path(tempfile.mkdtemp(prefix=self._prefix, dir=self._parent))
            self._lock = (self._folder / LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._turn():
            shutil.rmtree(self._folder, ignore_errors=True)
            self._lock.close()

    @contextmanager
    def files(self, documents: Sequence[tuple[str, bytes]]) -> Iterator[list[Path]]:
        """The documents as files of these names, in a folder that is removed at the end."""
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            paths = [folder / name for name, _ in documents]
            for path, (_, content) in zip(paths, documents, strict=True):
                path.write_bytes(content)
            yield paths
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """A block in which no other process of this user makes, sweeps or removes a folder here."""
        descriptor = os.open(self._parent / f"{self._prefix}lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _sweep(self) -> None:
        for folder in self._parent.glob(f"{self._prefix}*"):
            if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid():
                lock = _unused(folder / LOCK)
                if lock is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    lock.close()


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= ROOM


def _unused(path: Path) -> IO[str] | None:
    """The lock of a folder whose process is no more, now ours; None if it is in use."""
    lock = path.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
