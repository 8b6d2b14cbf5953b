"""Workbooks (.xlsx), with the same bytes for the same table."""

from __future__ import annotations

import io
from collections.abc import Iterable
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

STAMPED = "docProps/core.xml"
"""The part that says when a workbook was saved, which none needs."""


def workbook(title: str, table: Iterable[Iterable[object]]) -> bytes:
    """Return a workbook with one sheet of this title."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in table:
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return _undated(content.getvalue())


def _undated(content: bytes) -> bytes:
    """Return the archive without the instants at which it was made."""
    result = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as parts, ZipFile(result, "w", ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            if name != STAMPED:
                archive.writestr(ZipInfo(name), parts.read(name), ZIP_DEFLATED)
    return result.getvalue()
