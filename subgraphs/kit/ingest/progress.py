"""How far a reading is: records, their rate, the part of the files' bytes that were read, and the time left by it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

DESCRIPTORS = Path("/proc/self/fd")
POSITIONS = Path("/proc/self/fdinfo")


@dataclass(frozen=True, slots=True, repr=False)
class Progress:
    """`read` record groups, `rate` of them per second since the start, `part` of all bytes from 0 to 1, and `left` the
    seconds that the rest takes at the same pace; no part where the system does not tell it."""

    read: int
    rate: float
    part: float | None = None
    left: float | None = None


class Meter:
    """Measures the reading of some files, in their order."""

    def __init__(self) -> None:
        self._started = monotonic()
        self._sizes: Sequence[int] = ()
        self._file, self._path, self._before = -1, Path(), 0
        self._records: int | None = None

    def expect(self, paths: Sequence[Path]) -> None:
        """Say which files are read."""
        self._sizes, self._file = [_size(path) for path in paths], -1

    def open(self, path: Path, read: int) -> None:
        """Begin the next file, after so many record groups."""
        self._file, self._path, self._before, self._records = self._file + 1, path, read, None

    def count(self, records: Iterable[object]) -> None:
        """Note how many record groups the file holds, where it was read whole."""
        self._records = len(records) if isinstance(records, Sized) else None

    def progress(self, read: int) -> Progress:
        """How far the reading is, after so many record groups."""
        elapsed = monotonic() - self._started
        part, total = None, sum(self._sizes)
        if total and self._file >= 0:
            read_bytes = self._bytes_read(read)
            part = None if read_bytes is None else min(1.0, (sum(self._sizes[: self._file]) + read_bytes) / total)
        return Progress(read, read / elapsed if elapsed else 0.0, part, elapsed * (1 - part) / part if part else None)

    def _bytes_read(self, read: int) -> float | None:
        """Bytes of the file that were read."""
        if self._records is None:
            return position(self._path)
        return self._sizes[self._file] * (read - self._before) / self._records if self._records else 0.0


def position(path: Path) -> int | None:
    """The bytes of a file that this process has read of it, if it holds it open and the system (Linux) tells."""
    with suppress(OSError):
        whole = path.resolve()
        for descriptor in DESCRIPTORS.iterdir():
            with suppress(OSError):
                if descriptor.readlink() == whole:
                    return int((POSITIONS / descriptor.name).read_text().split(None, 2)[1])
    return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
