"""What a file is by its first bytes: one that no source reads is refused at the door, by one code in all formats."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.workbook_file import OLE, ZIP

CHUNK = 1 << 16
UTF16_SHARE = 4
"""A part of the bytes, as one of so many: more of them are zero in UTF-16 only."""
BLANKS = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n\v\f"
"""The bytes of the marks of encodings and of blanks, in UTF-8 and in UTF-16."""
_COMPRESSED = re.compile(
    rb"\x1f\x8b|BZh[1-9]1AY&SY|\xfd7zXZ\0|\x28\xb5\x2f\xfd|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|PK\x05\x06|.{257}ustar",
    re.DOTALL,
)
"""How a file of gzip, bzip2, xz, zstd, 7-Zip, RAR, an empty ZIP and a tar begin."""
_OFFICE_PARTS = (b"_rels/.rels", b"mimetype")
"""Parts of which a ZIP of Excel, Word or LibreOffice has one."""


def no_table(_: Path) -> bool:
    """Tell that no file of a source is a table."""
    return False


def is_no_json(path: Path) -> bool:
    """Whether a file may be a table of a source whose other files are JSON."""
    return path.suffix.lower() != ".json"


def check_kind(path: Path, may_be_table: Callable[[Path], bool]) -> None:
    """Refuse a file that holds nothing, is compressed or is in UTF-16; and an Office document, unless its source may
    find a table in it.

    Raises Refused: FILE_EMPTY, FILE_COMPRESSED, ENCODING_UNSUPPORTED, FORMAT_UNKNOWN, FILE_UNREADABLE.
    """
    try:
        with path.open("rb") as stream:
            _check(stream, may_be_table=may_be_table(path))
    except OSError as error:
        raise Refused("FILE_UNREADABLE", detail=type(error).__name__) from error


def _check(stream: BinaryIO, *, may_be_table: bool) -> None:
    head = stream.read(CHUNK)
    if _COMPRESSED.match(head):
        raise Refused("FILE_COMPRESSED")
    if head.startswith((ZIP, OLE)):
        if not may_be_table:
            raise Refused("FORMAT_UNKNOWN" if head.startswith(OLE) or _is_office(stream) else "FILE_COMPRESSED")
        return
    filled = head
    while filled and not filled.strip(BLANKS):
        filled = stream.read(CHUNK)
    if not filled:
        raise Refused("FILE_EMPTY")
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or filled.count(0) * UTF16_SHARE > len(filled):
        raise Refused("ENCODING_UNSUPPORTED")


def _is_office(archive: BinaryIO) -> bool:
    """Whether the end of an archive, where the names of its parts are, has one of an Office document."""
    size = archive.seek(0, 2)
    archive.seek(max(0, size - CHUNK))
    tail = archive.read()
    return any(part in tail for part in _OFFICE_PARTS)
