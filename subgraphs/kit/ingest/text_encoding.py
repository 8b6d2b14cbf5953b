"""The encoding of a text file that declares none: UTF-8, with or without its mark, else windows-1252; never both."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from pathlib import Path

from subgraphs.kit.ingest.ingestion_report import Refused

CHUNK = 1 << 16
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x90-\xa6]|\xc5[\x92\x93\xb8]")
"""An accented letter or a mark of French typography in UTF-8, two or three improbable characters in windows-1252."""


def encoding_of(path: Path) -> str:
    """The encoding of the whole file; raises Refused ENCODING_WRONG for bytes of neither encoding, or of both."""
    if _decodes(path, "utf-8"):
        return "utf-8-sig"
    if _holds_utf8(path) or not _decodes(path, "windows-1252"):
        raise Refused("ENCODING_WRONG")
    return "windows-1252"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        try:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _holds_utf8(path: Path) -> bool:
    tail = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if _UTF8_LETTER.search(tail + chunk):
                return True
            tail = chunk[-2:]
    return False
