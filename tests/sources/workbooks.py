"""Workbooks for tests: a plain one by its rows, or one made of raw parts."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def written(path: Path, *sheets: Sequence[Sequence[object]]) -> Workbook:
    """A workbook of these sheets, saved at the path and given to be changed; texts stay texts."""
    workbook = Workbook()
    first = workbook.active
    assert isinstance(first, Worksheet)
    for number, table in enumerate(sheets):
        sheet = first if number == 0 else workbook.create_sheet()
        fill(sheet, table)
    workbook.save(path)
    return workbook


def fill(sheet: Worksheet, table: Sequence[Sequence[object]], first: int = 1) -> None:
    """Write rows from a row on, as what they are: a text that begins with = is one."""
    for number, row in enumerate(table, first):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value = value  # type: ignore[assignment]
            if isinstance(value, str):
                cell.data_type = "s"


def raw(sheet: str, parts: Mapping[str, str | bytes] = MappingProxyType({})) -> bytes:
    """A workbook with one sheet of this XML between its `worksheet` tags; `parts` replace others, or are added."""
    contents: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'>"
        "<sheets><sheet name='Feuille' sheetId='1' r:id='rId1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            {"rId1": ("worksheet", "worksheets/sheet1.xml"), "rId2": ("sharedStrings", "sharedStrings.xml")}
        ),
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{MAIN}'>{sheet}</worksheet>",
        "xl/sharedStrings.xml": f"<sst xmlns='{MAIN}'/>",
    }
    contents |= parts
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as package:
        for name, content in contents.items():
            package.writestr(name, content)
    return archive.getvalue()


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    listed = "".join(
        f"<Relationship Id='{key}' Type='{OFFICE}/{kind}' Target='{target}'/>"
        for key, (kind, target) in targets.items()
    )
    return f"<Relationships xmlns='{RELATIONS}'>{listed}</Relationships>"
