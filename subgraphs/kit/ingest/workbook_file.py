"""Whether a file is an Excel workbook; the library that reads one is loaded with the first of them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from subgraphs.kit.ingest.headings import Headings
from subgraphs.kit.ingest.ingestion_report import Refused

if TYPE_CHECKING:
    from subgraphs.kit.ingest.workbook import Table

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How an archive begins, and a workbook of before 2007 or one that a password protects."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def is_workbook(path: Path) -> bool:
    """Whether a file begins as a workbook does; raises Refused WORKBOOK or WORKBOOK_ENCRYPTED for one of the kind of
    before 2007, which a workbook with a password is too."""
    with path.open("rb") as stream:
        start = stream.read(len(ZIP))
        if start == OLE:
            raise Refused("WORKBOOK_ENCRYPTED" if _ENCRYPTED in stream.read(1 << 20) else "WORKBOOK")
    return start == ZIP


def table_of(path: Path, headings: Headings) -> AbstractContextManager[Table]:
    """The table of a workbook, as `workbook.open_table` has it."""
    from subgraphs.kit.ingest.workbook import open_table

    return open_table(path, headings)
