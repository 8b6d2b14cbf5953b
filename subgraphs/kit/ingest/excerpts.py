"""Excerpts of a file: each of some records as a file of the same format that holds it alone, to be read again.

A way to cut (`Pieces`) belongs to a format. Records are numbered from 1, in the order in which a source reads them;
what is no whole record, such as the end of a file that was cut off, has no excerpt. An excerpt is what stands in the
file, not what a reader understood. Tables are cut where they are read (`csv_rows.Rows`).
"""

from __future__ import annotations

import mmap
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.json_records import loads
from subgraphs.kit.ingest.json_stream import Document, read_whole

LARGEST = 1 << 18
"""Bytes of an excerpt, beyond which there is none."""
TAIL = 1 << 16
"""Bytes at the end of an XML file in which the last element ends."""


class Pieces(ABC):
    """How files of a format are cut into records."""

    def excerpts(self, path: Path, numbers: Collection[int]) -> dict[int, bytes]:
        """The excerpts of these records by number, without those that can't be cut out of the file."""
        last = max(numbers, default=0)
        cut = {}
        for number, (before, record, after) in enumerate(self.cut(path), 1):
            if number in numbers and len(before) + len(record) + len(after) <= LARGEST:
                cut[number] = before + record + after
            if number >= last:
                break
        return cut

    def ending(self, path: Path) -> str:
        """The end of the file's name by which its source knows the format."""
        return path.suffix

    @abstractmethod
    def cut(self, path: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Each record of the file, between what a file needs before and after it."""


class Lines(Pieces):
    """Lines, each a record."""

    def cut(self, path: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Each line that is not blank."""
        with path.open("rb") as stream:
            for line in stream:
                if line.strip():
                    yield b"", line, b""


class Items(Pieces):
    """Items of a JSON list, which is the document, or under a key of it; any other document is one record."""

    def __init__(self, key: str) -> None:
        self._key = key

    def cut(self, path: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Each item of the list; none after a place where the list is broken."""
        with path.open("rb") as stream, suppress(Refused):
            document = Document(stream)
            if document.enter(self._key, is_list=True):
                around = (b"[", b"]") if document.is_list else (b'{"%b": [' % self._key.encode(), b"]}")
                for item in document.items():
                    yield around[0], item.content, around[1]
            else:
                content = read_whole(path)
                loads(content)
                yield b"", content, b""


class Elements(Pieces):
    """XML elements of one name, none within another; `total` is the element, of text alone, that announces how many
    the file has, and of which no excerpt is told."""

    def __init__(self, tag: str, total: str | None = None) -> None:
        name = rb"(?:[\w.-]+:)?" + re.escape(tag.encode())
        opening, closing = rb"<" + name + rb"(?=[\s/>])[^<>]*?", rb"</" + name + rb"\s*>"
        skipped = rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|"
        unended = rb"|<!--.*|<!\[CDATA\[.*|<" + name + rb"(?=[\s/>]).*"
        whole = rb"(" + opening + rb"(?:/>|>.*?" + closing + rb"))"
        self._elements = re.compile(skipped + whole + unended, re.DOTALL)
        self._ends = re.compile(closing + rb"|" + opening + rb"/>")
        counter = rb"(?!)" if total is None else re.escape(total.encode())
        self._total = re.compile(rb"<(" + counter + rb")>[^<>]*</\1\s*>")

    def cut(self, path: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Each element, between what stands before the first one and after the last one, up to what has no end: what
        follows would be searched to the end of the file for each beginning."""
        if path.stat().st_size == 0:
            return
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            tail = content[-TAIL:]
            ends = [match.end() for match in self._ends.finditer(tail)]
            before, after = None, self._total.sub(b"", tail[ends[-1] :]) if ends else b""
            for match in self._elements.finditer(content):
                start, end = match.span(1)
                if start < 0:
                    continue
                if before is None:
                    before = content[:start]
                yield before, content[start:end], after


class Whole(Pieces):
    """Files that are one record."""

    def cut(self, path: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
        """The file; none if it is larger than any record."""
        with suppress(Refused):
            yield b"", read_whole(path), b""


class ByEnding(Pieces):
    """Files of several formats, told apart by how their names end; the first ending counts."""

    def __init__(self, pieces: Mapping[str, Pieces]) -> None:
        self._pieces = pieces

    def excerpts(self, path: Path, numbers: Collection[int]) -> dict[int, bytes]:
        """The excerpts of a file whose ending is listed."""
        pieces = self._pieces.get(self.ending(path))
        return {} if pieces is None else pieces.excerpts(path, numbers)

    def cut(self, path: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
        """The records of a file whose ending is listed."""
        pieces = self._pieces.get(self.ending(path))
        return iter(()) if pieces is None else pieces.cut(path)

    def ending(self, path: Path) -> str:
        """The ending that is listed, else the suffix."""
        return next((ending for ending in self._pieces if path.name.lower().endswith(ending)), path.suffix)
