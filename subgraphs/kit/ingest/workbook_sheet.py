"""One sheet of a workbook: its rows, what its cells say, and which are merged.

A day reads AAAA-MM-JJ, an instant without offset AAAA-MM-JJTHH:MM:SS, a number as its digits with the zeros that its
format shows, a logical value VRAI or FAUX.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.worksheet import Worksheet

from schema.confidential import confidential
from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.workbook_package import LARGEST_WHOLE, Element, Format, Package, SheetPart, text_of

LAST_ROW, LAST_COLUMN = 1 << 20, 1 << 14
"""Of any sheet."""
MOST_MERGES = 10_000
"""Merged cells of a sheet."""
DIGITS = 15
"""Digits that a number of a workbook keeps."""
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d{1,3})?", re.ASCII)
_PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_RANGE = re.compile(rf"{_PLACE.pattern}:{_PLACE.pattern}", re.ASCII)
_ZEROS = re.compile(r"0{2,15}")
_MIDNIGHT = "T00:00:00"


@confidential
class RawRow(NamedTuple):
    """A row with its filled cells: its number and their columns count from 1."""

    number: int
    cells: dict[int, Element]


class Merges:
    """The cells that are merged with others, as intervals of rows by column."""

    def __init__(self, intervals: dict[int, list[tuple[int, int]]]) -> None:
        self._starts: dict[int, list[int]] = {}
        self._ends: dict[int, list[int]] = {}
        for column, pairs in intervals.items():
            last, ends = 0, []
            starts = []
            for start, end in sorted(pairs):
                last = max(last, end)
                starts.append(start)
                ends.append(last)
            self._starts[column], self._ends[column] = starts, ends

    def cover(self, row: int, column: int) -> bool:
        """Whether this cell is merged with another one."""
        at = bisect_right(self._starts.get(column, []), row)
        return at > 0 and self._ends[column][at - 1] >= row


class SheetReader:
    """Reads a sheet of a package, from its first row as often as it is asked to."""

    def __init__(self, package: Package, part: SheetPart) -> None:
        self._package = package
        self._part = part.part

    def rows(self) -> Iterator[RawRow]:
        """Each row that has a filled cell, valid until the next one; raises Refused WORKBOOK_DAMAGED where rows or
        cells are out of order."""
        number = 0
        for element in self._package.elements(self._part, "row", largest=LARGEST_WHOLE):
            number = _following(element.get("r"), number, LAST_ROW)
            cells: dict[int, Element] = {}
            column = 0
            for cell in element.iterchildren("{*}c"):
                column = _following(_column(cell.get("r"), number), column, LAST_COLUMN)
                if len(cell):
                    cells[column] = cell
            if cells:
                yield RawRow(number, cells)

    def merges(self, width: int) -> Merges:
        """The merged cells of the first columns."""
        intervals: dict[int, list[tuple[int, int]]] = defaultdict(list)
        count = 0
        for element in self._package.elements(self._part, "row", "mergeCell", largest=LARGEST_WHOLE):
            if element.tag.endswith("}row"):
                continue
            place = _RANGE.fullmatch(element.get("ref", ""))
            count += 1
            if count > MOST_MERGES:
                raise Refused("WORKBOOK_TOO_LARGE")
            if place is None:
                raise Refused("WORKBOOK_DAMAGED", detail="mergeCell")
            first, last = column_index_from_string(place[1]), column_index_from_string(place[3])
            for column in range(first, min(last, width) + 1):
                intervals[column].append((int(place[2]), int(place[4])))
        return Merges(intervals)

    def text(self, cell: Element) -> str | Refused:
        """What a cell says, or why that can't be told."""
        kind, value = cell.get("t", "n"), ""
        for child in cell:
            match child.tag.rpartition("}")[2]:
                case "f":
                    return Refused("CELL_FORMULA")
                case "is" if kind == "inlineStr":
                    return text_of(child)
                case "v":
                    value = child.text or ""
        if not value or kind == "str":
            return value
        match kind:
            case "s":
                return self._shared(value)
            case "b":
                return "VRAI" if value == "1" else "FAUX"
            case "d":
                return value.removesuffix(_MIDNIGHT)
            case "n":
                return self._number(value, self._format(cell))
        return Refused("CELL_ERROR")

    def copy(self, cell: Element, sheet: Worksheet, row: int, column: int) -> None:
        """Write the cell as it stands into a sheet of another workbook."""
        kind, value = cell.get("t", "n"), cell.findtext("{*}v") or ""
        formula = cell.find("{*}f")
        copied = sheet.cell(row, column)
        copied.number_format = self._format(cell).code
        if formula is not None:
            copied.value = f"={formula.text or 0}"
        elif kind == "n" and _NUMBER.fullmatch(value):
            copied.value = float(value) if "." in value or "e" in value.lower() else int(value)
        elif kind == "e":
            copied.value, copied.data_type = value, "e"
        elif isinstance(text := self.text(cell), str):
            write_text(sheet, row, column, text)

    def _shared(self, value: str) -> str:
        try:
            return self._package.texts[int(value)]
        except (ValueError, IndexError):
            raise Refused("WORKBOOK_DAMAGED", detail="shared text") from None

    def _format(self, cell: Element) -> Format:
        style = cell.get("s", "")
        formats = self._package.formats
        return formats[int(style)] if style.isascii() and style.isdigit() and int(style) < len(formats) else Format()

    def _number(self, value: str, shown: Format) -> str | Refused:
        if not _NUMBER.fullmatch(value):
            return Refused("CELL_ERROR")
        if shown.day:
            return self._date(float(value), duration=shown.duration)
        if abs(number := float(value)) >= 10**DIGITS:
            return Refused("DIGITS_LOST")
        if not value.lstrip("-").isdigit():
            value = str(int(number)) if number.is_integer() else repr(number)
        return value.zfill(len(shown.code)) if _ZEROS.fullmatch(shown.code) else value

    def _date(self, number: float, *, duration: bool) -> str | Refused:
        try:
            moment = from_excel(number, self._package.epoch, timedelta=duration)
        except (OverflowError, ValueError):
            return Refused("CELL_ERROR")
        return moment.isoformat().removesuffix(_MIDNIGHT) if isinstance(moment, datetime) else str(moment)


def place(row: int, column: int) -> str:
    """The name of a cell."""
    return f"{get_column_letter(column)}{row}"


def write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write a text, which stays one if it begins with =."""
    cell = sheet.cell(row, column)
    cell.value = text
    cell.data_type = "s"


def _following(text: str | None, before: int, last: int) -> int:
    """The number of a row or a column, which comes after the one before."""
    number = before + 1 if text is None else int(text) if text.isascii() and text.isdigit() else 0
    if not before < number <= last:
        raise Refused("WORKBOOK_DAMAGED", detail="order of rows or cells")
    return number


def _column(name: str | None, row: int) -> str | None:
    """The number of the column of a cell, of which the row must be this one."""
    if name is None:
        return None
    parts = _PLACE.fullmatch(name)
    return str(column_index_from_string(parts[1])) if parts and int(parts[2]) == row else ""
