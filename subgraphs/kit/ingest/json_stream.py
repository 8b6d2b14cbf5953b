"""Records of a JSON document that is a list, or holds one under a key, cut out one at a time: memory stays flat.

Only brackets and texts are told apart here; each record is then read by `json_records.loads`, as strictly as a whole
document, and so is what stands around the list. A record that is no strict JSON is refused alone; what breaks the list
itself ends the file there, and the records before it are whole.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.json_records import Place, loads
from subgraphs.kit.ingest.page_totals import announced_by_page

CHUNK = 1 << 18
LARGEST = 8 << 20
"""Bytes of a record, and of what stands before or after the list."""
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:' + _TEXT + rb'[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)
_PLAIN = re.compile(_TEXT + rb'|[^\s"{}\[\],:]++', re.DOTALL)
_SPACE = re.compile(rb"[ \t\n\r]*+")
_MEMBER = re.compile(rb"(" + _TEXT + rb")[ \t\n\r]*+:[ \t\n\r]*+", re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class Excerpt:
    """A record as it stands in the file, and where it begins there."""

    content: bytes
    place: Place


def records(
    path: Path,
    key: str | None,
    otherwise: Callable[[Any], Iterable[Any]] | None = None,
    *,
    is_list: bool = False,
    beside: Callable[[Any], None] = lambda _: None,
) -> Iterator[Any]:
    """Iterate over the records of the list under `key`, or of the list that the document is if `is_list`; a record that
    is no strict JSON is given as its refusal, and at the end the number of records that the page announces, if it does.
    `beside` is told what stands beside the list, whose own place is empty.

    Any other document is read whole, as large as a record may be, and its records are what `otherwise` makes of it.
    Raises Refused as `loads`, and TRUNCATED, RECORD_TOO_LARGE, and FORMAT_UNKNOWN without `otherwise`.
    """
    with path.open("rb") as stream:
        document = Document(stream)
        if document.enter(key, is_list=is_list):
            for excerpt in document.items():
                yield _read(excerpt)
            beside(document.beside)
            if (announced := announced_by_page(document.beside)) is not None:
                yield announced
            return
    content = loads(read_whole(path))
    if otherwise is None:
        raise Refused("FORMAT_UNKNOWN", detail="no list of records" if key is None else f"no list {key}")
    yield from otherwise(content)


def read_whole(path: Path) -> bytes:
    """Return the content of a file that is one record; raises Refused (RECORD_TOO_LARGE)."""
    with path.open("rb") as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Refused("RECORD_TOO_LARGE")
    return content


def _read(excerpt: Excerpt) -> Any:
    try:
        return loads(excerpt.content, excerpt.place)
    except Refused as refused:
        return refused


class Document:
    """A document as it is read: the bytes from the last place that was passed on, and how many of them were seen.

    `is_list` tells, once the list is entered, whether it is the document itself, and `beside`, once it is read, what
    the document is without the items of the list.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.is_list = False
        self.beside: Any = None
        self._stream = stream
        self._bytes = stream.read(len(BOM_UTF8)).removeprefix(BOM_UTF8)
        self._passed = self._at = 0
        self._place = Place()
        self._before = b""

    def enter(self, key: str | None, *, is_list: bool) -> bool:
        """Go to the first item of the list; whether there is one. What stands before it is checked."""
        opening = self._next()
        if opening == b"[" and is_list:
            self._at += 1
        elif opening != b"{" or key is None or not self._find(key):
            return False
        self.is_list = opening == b"["
        self._before = self._pass()
        loads(self._before + (b"]" if self.is_list else b"]}"))
        return True

    def items(self) -> Iterator[Excerpt]:
        """Each item of the list, to the document's end; raises Refused where the list or what follows is broken."""
        separated = self._next() != b"]"
        self._pass()
        while separated:
            place = self._place
            self._value()
            yield Excerpt(self._pass(), place)
            separated = self._next() == b","
            if separated:
                self._at += 1
                self._next()
                self._pass()
        if self._next() != b"]":
            raise self._broken()
        self._pass()
        self._end()

    def _find(self, key: str) -> bool:
        """Go past `"key": [` among the members of the object; whether there is such a list."""
        self._at += 1
        while self._next() == b'"':
            member = self._match(_MEMBER)
            if member is None:
                return False
            if self._next() == b"[" and loads(member[1]) == key:
                self._at += 1
                return True
            self._value()
            if self._next() != b",":
                return False
            self._at += 1
        return False

    def _value(self) -> None:
        """Go past a value: to the bracket that closes it, or the end of a text, a number or a word."""
        if self._next() not in (b"{", b"["):
            if self._match(_PLAIN) is None:
                raise self._broken()
            return
        depth = 0
        while True:
            bracket = self._match(_BRACKET)
            if bracket is None:
                raise self._broken()
            depth += 1 if bracket[1] in b"{[" else -1
            if depth == 0:
                return

    def _end(self) -> None:
        """Read what follows the list, which with what stands before it is a strict document."""
        while self._more():
            pass
        try:
            self.beside = loads(self._before + self._bytes[self._passed :])
        except Refused as refused:
            raise Refused(refused.code, detail="after the list") from None

    def _next(self) -> bytes:
        """Go past blanks and return the byte there, empty at the end of the file."""
        self._match(_SPACE)
        return self._bytes[self._at : self._at + 1]

    def _match(self, form: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Go past what has this form; a match that ends where the bytes do may go on, and is sought again with more."""
        while True:
            match = form.match(self._bytes, self._at)
            if match is not None and match.end() < len(self._bytes):
                break
            if not self._more():
                break
        if match is not None:
            self._at = match.end()
        return match

    def _more(self) -> bool:
        """Read on, letting go of what was passed; whether there was more. A record that needs more is seen anew from
        its beginning, so that as much is read again as there is."""
        chunk = self._stream.read(max(CHUNK, len(self._bytes) - self._passed))
        self._bytes = self._bytes[self._passed :] + chunk
        self._passed, self._at = 0, self._at - self._passed
        if len(self._bytes) > LARGEST:
            raise Refused("RECORD_TOO_LARGE")
        return bool(chunk)

    def _pass(self) -> bytes:
        """Pass what was seen, and return it."""
        passed = self._bytes[self._passed : self._at]
        self._passed = self._at
        self._place = self._place.after(passed)
        return passed

    def _broken(self) -> Refused:
        """Why the list can't be read on: the file ends, or has a sign that does not belong there."""
        self._next()
        place = self._place.after(self._bytes[self._passed : self._at])
        ended = self._match(_BRACKET) is None and not self._more()
        return Refused("TRUNCATED" if ended else "JSON_INVALID", detail=f"column {place.column}", line=place.line)
