"""Reader of the table in an Excel workbook (.xlsx): the rows of the one sheet that has the columns, as texts of a CSV.

A row with a formula, an error, a merged cell or a number that lost digits in a column that is read is refused, by the
name of its cell; a text that begins with = is a text. Rows have the numbers of the sheet (decision 0083).
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from subgraphs.kit.ingest.headings import Headings
from subgraphs.kit.ingest.ingestion_report import Refused, Sheet
from subgraphs.kit.ingest.workbook_package import Package
from subgraphs.kit.ingest.workbook_sheet import Merges, RawRow, SheetReader, place, write_text

MOST_COLUMNS = 1 << 10
"""Headings of a table."""
HEADING_ROWS = 20
"""Filled rows among which the headings are looked for: titles may stand above them."""


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """A sheet, its number among those shown, and its headings at a row."""

    number: int
    reader: SheetReader
    row: int
    header: list[str]


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """The sheet that holds the table: which it is, its headings at a row, the columns that they name, merged cells."""

    sheet: Sheet
    reader: SheetReader
    row: int
    header: list[str]
    selected: list[str | None]
    merges: Merges

    def rows(self) -> Iterator[tuple[int, list[str] | Refused]]:
        """Number and cells of each filled row below the headings, or why it is refused."""
        for row, cells in self._decoded():
            yield row.number, cells

    def excerpts(self, numbers: Collection[int]) -> dict[int, bytes]:
        """For each of these numbers, which count the rows of `rows` from 1, a workbook of the headings and that row;
        of a sheet that breaks, those before."""
        excerpts = {}
        with suppress(Refused):
            for number, (row, _) in enumerate(islice(self._decoded(), max(numbers, default=0)), 1):
                if number in numbers:
                    excerpts[number] = self._excerpt(row)
        return excerpts

    def _decoded(self) -> Iterator[tuple[RawRow, list[str] | Refused]]:
        for row in self.reader.rows():
            if row.number > self.row:
                cells = self._cells(row)
                if isinstance(cells, Refused) or any(cells):
                    yield row, cells

    def _cells(self, row: RawRow) -> list[str] | Refused:
        cells = [""] * len(self.header)
        for column, element in row.cells.items():
            text = self.reader.text(element)
            if column > len(cells):
                if text:
                    return Refused("ROW_SHAPE", place(row.number, column))
                continue
            name = self.selected[column - 1]
            if isinstance(text, Refused) and name is not None:
                return Refused(text.code, f"{name} ({place(row.number, column)})")
            cells[column - 1] = text.strip() if isinstance(text, str) else text.code
        for column, name in enumerate(self.selected, 1):
            if name is not None and self.merges.cover(row.number, column):
                return Refused("CELL_MERGED", f"{name} ({place(row.number, column)})")
        return cells

    def _excerpt(self, row: RawRow) -> bytes:
        workbook = Workbook()
        sheet = workbook.active
        assert isinstance(sheet, Worksheet)
        for column, heading in enumerate(self.header, 1):
            write_text(sheet, 1, column, heading)
            if self.merges.cover(row.number, column):
                sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
        for column, element in row.cells.items():
            self.reader.copy(element, sheet, 2, column)
        content = io.BytesIO()
        workbook.save(content)
        return content.getvalue()


@contextmanager
def open_table(path: Path, headings: Headings) -> Iterator[Table]:
    """The table of a workbook, in the only sheet shown that has all columns.

    Raises Refused: those of `Package`, FILE_EMPTY, COLUMN_MISSING, COLUMN_DOUBLE, CELL_MERGED for a heading,
    SHEETS_SEVERAL if several sheets have the columns, SHEET_HIDDEN if only hidden ones do.
    """
    with Package(path) as package:
        shown = [part for part in package.sheets if part.shown]
        candidates = [_candidate(number, SheetReader(package, part), headings) for number, part in enumerate(shown, 1)]
        complete = [candidate for candidate in candidates if headings.complete(candidate.header)]
        if len(complete) > 1:
            raise Refused("SHEETS_SEVERAL", f"feuilles {', '.join(str(candidate.number) for candidate in complete)}")
        hidden = [SheetReader(package, part) for part in package.sheets if not part.shown]
        if not complete and any(headings.complete(_candidate(0, reader, headings).header) for reader in hidden):
            raise Refused("SHEET_HIDDEN")
        chosen = max(complete or candidates, key=lambda candidate: headings.recognised(candidate.header), default=None)
        if chosen is None or not chosen.header:
            raise Refused("FILE_EMPTY")
        selected = headings.select(chosen.header)
        merges = chosen.reader.merges(len(selected))
        for column, name in enumerate(selected, 1):
            if name is not None and merges.cover(chosen.row, column):
                raise Refused("CELL_MERGED", f"{name} ({place(chosen.row, column)})")
        sheet = Sheet(chosen.number, len(shown), len(hidden))
        yield Table(sheet, chosen.reader, chosen.row, chosen.header, selected, merges)


def _candidate(number: int, reader: SheetReader, headings: Headings) -> Candidate:
    """A sheet with the first of its rows that names all columns, else the first one that is filled."""
    first = Candidate(number, reader, 0, [])
    for row in islice(reader.rows(), HEADING_ROWS):
        header = _headings(reader, row)
        if headings.complete(header):
            return Candidate(number, reader, row.number, header)
        if not first.header:
            first = Candidate(number, reader, row.number, header)
    return first


def _headings(reader: SheetReader, row: RawRow) -> list[str]:
    """The cells of a row as headings, up to the last filled one; a cell that is no text is a blank one."""
    texts = {column: reader.text(element) for column, element in row.cells.items()}
    filled = {column: text.strip() for column, text in texts.items() if isinstance(text, str) and text.strip()}
    width = max(filled, default=0)
    if width > MOST_COLUMNS:
        raise Refused("WORKBOOK_TOO_LARGE")
    return [filled.get(column, "") for column in range(1, width + 1)]
