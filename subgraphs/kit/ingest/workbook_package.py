"""The parts of an Excel workbook (.xlsx, ISO/IEC 29500): sheets, shared texts and formats, streamed and bounded.

Nothing is expanded before its size is known to be within bounds, no part may declare a document type, links to other
files are never followed. openpyxl knows which formats are days; it doesn't read the parts, since it builds a whole
sheet in memory where its dimensions are not told, and passes over rows that are out of order (decision 0083).
"""

from __future__ import annotations

import posixpath
import re
import struct
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from openpyxl.utils.escape import unescape

from subgraphs.kit.ingest.ingestion_report import Refused

Element = etree._Element
CHUNK = 1 << 16
LARGEST_WHOLE = 1 << 29
"""Bytes of all parts together, expanded."""
LARGEST_STRINGS = 1 << 26
"""Bytes of the shared texts, which are held in memory."""
LARGEST_PART = 1 << 23
"""Bytes of any other part that is read but a sheet, and of a sheet between the ends of two rows."""
LARGEST_DIRECTORY = 1 << 22
"""Bytes of the directory of the archive: some fifty thousand entries."""
_END, _LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf|\s|<\?.*?\?>|<!--.*?-->)*<(!DOCTYPE|[A-Za-z_])", re.DOTALL)
_BROKEN = (
    BadZipFile,
    etree.XMLSyntaxError,
    zlib.error,
    EOFError,
    NotImplementedError,
    KeyError,
    IndexError,
    ValueError,
)


class SheetPart(NamedTuple):
    """A sheet: the part that holds it, and whether its tab is shown."""

    part: str
    shown: bool


class Format(NamedTuple):
    """How a number is shown: by a code, as a day or as a duration."""

    code: str = "General"
    day: bool = False
    duration: bool = False


class Package:
    """An open workbook; everything raises Refused WORKBOOK_DAMAGED where a part can't be read."""

    def __init__(self, path: Path) -> None:
        """Raises Refused FILE_COMPRESSED, WORKBOOK, WORKBOOK_DAMAGED, WORKBOOK_ENCRYPTED, WORKBOOK_MACROS,
        WORKBOOK_TOO_LARGE or DTD_REFUSED."""
        if _directory_size(path) > LARGEST_DIRECTORY:
            raise Refused("WORKBOOK_TOO_LARGE")
        try:
            self._archive = ZipFile(path)
        except _BROKEN as error:
            raise Refused("WORKBOOK_DAMAGED", detail=type(error).__name__) from None
        try:
            self._check()
            self._workbook = self._target("", "/officeDocument")
            if not self._workbook.startswith("xl/"):
                raise Refused("WORKBOOK")  # a text or slides
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._archive.close()

    @cached_property
    def sheets(self) -> list[SheetPart]:
        """The sheets in the order of their tabs, without those of charts alone."""
        targets = self._relations(self._workbook)
        sheets = []
        for sheet in self.elements(self._workbook, "sheet"):
            key = next((value for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")
            kind, part = targets.get(str(key), ("", ""))
            if kind.endswith("/worksheet") and part:
                sheets.append(SheetPart(part, sheet.get("state", "visible") == "visible"))
        return sheets

    @cached_property
    def texts(self) -> list[str]:
        """The texts that cells share."""
        part = self._target(self._workbook, "/sharedStrings")
        if not part:
            return []
        return [text_of(item) for item in self.elements(part, "si", largest=LARGEST_STRINGS)]

    @cached_property
    def formats(self) -> list[Format]:
        """The format of numbers of each style of a cell."""
        part = self._target(self._workbook, "/styles")
        if not part:
            return []
        formats: dict[str, str] = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        styles = []
        for element in self.elements(part, "numFmt", "xf"):
            parent = element.getparent()
            if etree.QName(element).localname == "numFmt":
                formats[element.get("numFmtId", "")] = element.get("formatCode", "")
            elif parent is not None and etree.QName(parent).localname == "cellXfs":
                code = formats.get(element.get("numFmtId", "0"), "General")
                styles.append(Format(code, is_date_format(code), is_timedelta_format(code)))
        return styles

    @cached_property
    def epoch(self) -> object:
        """The day from which the workbook counts."""
        properties = next(self.elements(self._workbook, "workbookPr"), None)
        dated_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        return MAC_EPOCH if dated_1904 else WINDOWS_EPOCH

    def elements(self, part: str, *tags: str, largest: int = LARGEST_PART) -> Iterator[Element]:
        """Each element of these names in a part of so many bytes at most, whole; memory holds one at a time."""
        parser = etree.XMLPullParser(
            events=("end",),
            tag=[f"{{*}}{tag}" for tag in tags],
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        fed = 0
        try:
            if self._archive.getinfo(part).file_size > largest:
                raise Refused("WORKBOOK_TOO_LARGE")
            with self._archive.open(part) as stream:
                chunk = stream.read(CHUNK)
                _check_prolog(chunk)
                while chunk:
                    fed += len(chunk)
                    parser.feed(chunk)
                    for _, element in parser.read_events():
                        assert isinstance(element, Element)
                        yield element
                        fed = 0
                        _forget(element)
                    if fed > LARGEST_PART:
                        raise Refused("WORKBOOK_TOO_LARGE")
                    chunk = stream.read(CHUNK)
                parser.close()
        except _BROKEN as error:
            raise Refused("WORKBOOK_DAMAGED", detail=type(error).__name__) from None

    def _check(self) -> None:
        """Refuse by its list of parts what is no plain workbook, then by the beginning of each part."""
        entries = self._archive.infolist()
        names = {entry.filename for entry in entries}
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused("WORKBOOK_ENCRYPTED")
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Refused("WORKBOOK_MACROS")
        if not names & {"_rels/.rels", "mimetype"}:
            raise Refused("FILE_COMPRESSED")
        if "mimetype" in names or "xl/workbook.bin" in names:
            raise Refused("WORKBOOK")
        if sum(entry.file_size for entry in entries) > LARGEST_WHOLE:
            raise Refused("WORKBOOK_TOO_LARGE")

    def _target(self, part: str, kind: str) -> str:
        """The part to which another one is related in this way; an empty text if there is none."""
        relations = self._relations(part).values()
        return next((target for type_, target in relations if type_.endswith(kind)), "")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Type and part of each relation by its key; relations to what is outside are none."""
        folder, name = posixpath.split(part)
        file = posixpath.join(folder, "_rels", f"{name}.rels")
        return {
            element.get("Id", ""): (
                element.get("Type", ""),
                posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))[1:],
            )
            for element in self.elements(file, "Relationship")
            if element.get("TargetMode") != "External"
        }


def text_of(item: Element) -> str:
    """The text of a shared item or of a cell's own, without what tells how it is pronounced."""
    parts = []
    for child in item:
        if child.tag.endswith("}t"):
            parts.append(child.text or "")
        elif child.tag.endswith("}r"):
            parts += [part.text or "" for part in child.iterfind("{*}t")]
    return unescape("".join(parts))


def _check_prolog(start: bytes) -> None:
    prolog = _PROLOG.match(start)
    if prolog is None:
        raise Refused("WORKBOOK_DAMAGED", detail="prolog")
    if prolog[1] == b"!DOCTYPE":
        raise Refused("DTD_REFUSED")


def _directory_size(path: Path) -> int:
    """The bytes that an archive says its directory has: a reader holds all of it."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - CHUNK - 22))
        tail = stream.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + 22:
            raise Refused("WORKBOOK_DAMAGED", detail="no directory")
        if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR:
            stream.seek(struct.unpack_from("<Q", tail, at - 12)[0])
            record = stream.read(56)
            return int(struct.unpack_from("<Q", record, 40)[0]) if len(record) == 56 else LARGEST_DIRECTORY + 1
        return int(struct.unpack_from("<L", tail, at + 12)[0])


def _forget(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and (previous := element.getprevious()) is not None:
        parent.remove(previous)
