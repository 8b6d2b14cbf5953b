"""The pages of an export that is under way: a file beside the output, from which a later run goes on.

The first line says of which export, and since when; each other one is a page with its cursor, on the disk before the
next page is asked for. A line without an end is of a page that was being written, and is left out.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from hub.errors import ExportRefused
from hub.export.columns import Row
from schema.confidential import Confidential

LONGEST = 86_400
"""Seconds after which an export begins anew: what it read first may be withdrawn since."""
PRIVATE = 0o600


class StoredPage(Confidential, frozen=True, forbid_unknown_fields=True):
    """A page: its rows, the cursor at its end if it has one, and the entries of access of its answer."""

    rows: Sequence[Row]
    cursor: str | None
    access: Sequence[Mapping[str, Any]]


class PagesFile:
    """The pages so far of the export with this digest; a `with` block holds the file for this process alone."""

    def __init__(self, output: Path, digest: str, now: int) -> None:
        self.path = output.with_name(f"{output.name}.part")
        self._digest, self._now = digest, now
        self.cursor: str | None = None
        self.rows = 0

    def __enter__(self) -> Self:
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE)
        except OSError as error:
            raise unwritable(self.path) from error
        self._file = os.fdopen(descriptor, "r+b")
        try:
            self._begin(descriptor)
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def _begin(self, descriptor: int) -> None:
        """Take the file, and read where it is; empty it if it is of another day, or has no page to go on from."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExportRefused(
                "EXPORT_RUNNING", f"Un autre export écrit « {self.path} » : attendez sa fin.", "the file is locked"
            ) from error
        try:
            os.fchmod(descriptor, PRIVATE)
        except OSError as error:
            raise unwritable(self.path) from error
        try:
            end = self._resumed()
        except (KeyError, TypeError, ValueError):
            raise self.not_resumable("the file is damaged") from None
        self._file.truncate(end)
        self._file.seek(end)
        if end == 0:
            self._write({"export": self._digest, "since": self._now})

    def _resumed(self) -> int:
        """Read the pages so far, and return how many bytes they take, 0 if there are none, if they are of another day,
        or if they have no cursor, which alone tells whose they are; raises ExportRefused, or the errors of a file that
        is damaged."""
        lines = self._lines()
        first = next(lines, None)
        if first is None:
            return 0
        head, end = msgspec.json.decode(first), 0
        digest, since = head["export"], head["since"]
        for line in lines:
            if since + LONGEST < self._now:
                return 0
            if digest != self._digest:
                raise self.not_resumable("another query, address, purpose or variables")
            self._count(msgspec.json.decode(line, type=StoredPage))
            end += len(line)
        if self.cursor is None:
            self.rows = 0
            return 0
        return len(first) + end

    def not_resumable(self, detail: str) -> ExportRefused:
        """The refusal of pages from which this export can't go on."""
        return ExportRefused(
            "EXPORT_OTHER",
            f"« {self.path} » est abîmé, ou d'un autre export, interrompu : finissez-le par la même commande qu'alors, "
            "sous un jeton du même acteur, ou effacez ce fichier.",
            detail,
        )

    def add(self, page: StoredPage) -> None:
        """Write a page, and wait until it is on the disk."""
        self._write(page)
        self._count(page)

    def _count(self, page: StoredPage) -> None:
        """Note the rows of a page, and the cursor at its end, which one without rows may not have."""
        self.rows += len(page.rows)
        self.cursor = page.cursor or self.cursor

    def pages(self) -> Iterator[StoredPage]:
        """All pages, read one by one."""
        lines = self._lines()
        next(lines)
        return (msgspec.json.decode(line, type=StoredPage) for line in lines)

    def erase(self) -> None:
        """Delete the file: the output is there, or nobody can go on from it."""
        self.path.unlink()

    def _lines(self) -> Iterator[bytes]:
        """The whole lines of the file."""
        self._file.seek(0)
        return (line for line in self._file if line.endswith(b"\n"))

    def _write(self, value: Any) -> None:
        try:
            self._file.write(msgspec.json.encode(value) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise unwritable(self.path) from error


def unwritable(path: Path) -> ExportRefused:
    """The refusal of a path where nothing can be written."""
    return ExportRefused(
        "OUTPUT_UNWRITABLE", f"« {path} » ne s'écrit pas : nommez un fichier d'un dossier où écrire.", "not writable"
    )
