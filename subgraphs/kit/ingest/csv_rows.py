"""Reader of tables with a header, as French administrations exchange them; each row has the line at which it begins.

A file that begins as a workbook is read as one (`workbook`), whatever its name; any other one is a CSV. Its delimiter,
encoding and order of columns are found out. A row that can't be read is refused alone: a quote that nothing closes
takes no other row with it.
"""

from __future__ import annotations

import csv
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, TextIO

from subgraphs.kit.ingest.excerpts import LARGEST, Pieces
from subgraphs.kit.ingest.headings import Headings, Row
from subgraphs.kit.ingest.ingestion_report import Numbered, Refused, Report
from subgraphs.kit.ingest.text_encoding import encoding_of
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup, Session, Source, read_files, write_group
from subgraphs.kit.ingest.workbook_file import is_workbook, table_of

DELIMITERS = (";", ",", "\t", "|")
LONGEST_LINE = 1 << 16
"""Characters of the longest line."""
MOST_LINES = 50
"""Lines that one row may have, by the line ends within its quotes."""
QUOTE = '"'
ABSENCES = ("SHEET_HIDDEN", "COLUMN_MISSING", "FILE_EMPTY")
"""Codes of a workbook that shows no table of a form, the one that tells most first."""
__all__ = ["CsvSource", "FormRows", "Row", "Rows", "date_of_file", "form_of", "rows"]


class CsvSource(Source):
    """A source whose files are tables, CSV or workbooks: each row is a record group, columns are as `rows` has them."""

    columns: ClassVar[tuple[str, ...]]
    optional: ClassVar[tuple[str, ...]] = ()
    synonyms: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        cls.pieces = Rows(cls.columns, cls.optional, cls.synonyms)

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""
        groups = partial(self._groups, options=options)
        return await read_files(self.name, paths, session, groups, write_group, lambda _: True)

    def _groups(self, path: Path, options: Options) -> Iterator[Numbered[RecordGroup]]:
        for row in rows(path, self.columns, self.optional, self.synonyms):
            yield row.map(lambda cells: self.group(cells, options))

    @abstractmethod
    def group(self, row: Row, options: Options) -> RecordGroup:
        """Make the record group of a row."""


def date_of_file(options: Options) -> datetime:
    """The date given for a file that carries none; raises Refused AS_OF_MISSING: no clock knows it."""
    if options.as_of is None:
        raise Refused("AS_OF_MISSING")
    return options.as_of


def rows(
    path: Path, columns: Sequence[str], optional: Sequence[str] = (), synonyms: Mapping[str, str] | None = None
) -> Iterator[Numbered[Row]]:
    """Iterate over the rows, or the refusals of malformed ones, each with its line and the headings of its other cells.

    `columns` must all be in the header, in any order; missing `optional` ones are in no row and read as empty.
    `synonyms` are other headings of them. Raises Refused if the file can't be read: COLUMN_MISSING, COLUMN_DOUBLE,
    those of `encoding_of` and of `workbook.open_table`.
    """
    headings = Headings(columns, optional, synonyms)
    if is_workbook(path):
        with table_of(path, headings) as table:
            for number, filled in table.rows():
                if isinstance(filled, Refused):
                    yield Numbered(number, filled, sheet=table.sheet)
                else:
                    yield Numbered(number, *headings.row(table.header, table.selected, filled), table.sheet)
        return
    with path.open(encoding=encoding_of(path), newline="") as stream:
        lines = _Lines(stream)
        _, first = next(lines.filled(), (0, ""))
        delimiter, header = _header(first, headings)
        selected = headings.select(header)
        for number, line in lines.filled():
            cells = lines.cells(line, delimiter, len(header))
            if cells is None:
                yield Numbered(number, Refused("ROW_SHAPE" if len(line) <= LONGEST_LINE else "RECORD_TOO_LARGE"))
            elif any(cells):
                yield Numbered(number, *headings.row(header, selected, cells))


def form_of(path: Path, forms: Mapping[str, Sequence[str]]) -> str:
    """The form of a file by its columns: the one of which the header has the largest part, the first of equals; of a
    workbook the one that a sheet has whole, one that is shown before one that is hidden."""
    headings = {form: Headings(columns) for form, columns in forms.items()}
    if is_workbook(path):
        absences: dict[str, str] = {}
        for form in forms:
            absence = _absence(path, headings[form])
            if absence is None:
                return form
            absences[form] = absence
        return min(absences, key=lambda form: ABSENCES.index(absences[form]))
    with path.open(encoding=encoding_of(path), newline="") as stream:
        _, first = next(_Lines(stream).filled(), (0, ""))
    return max(forms, key=lambda form: headings[form].recognised(_header(first, headings[form])[1]) / len(forms[form]))


def _absence(path: Path, headings: Headings) -> str | None:
    """The code that says why no sheet that is shown has these columns, if none has; raises Refused any other."""
    try:
        with table_of(path, headings):
            return None
    except Refused as refused:
        if refused.code not in ABSENCES:
            raise
        return refused.code


class Rows(Pieces):
    """Rows below a header, told apart as `rows` does: an excerpt is a CSV in UTF-8, or a workbook out of a workbook."""

    def __init__(
        self, columns: Sequence[str], optional: Sequence[str] = (), synonyms: Mapping[str, str] | None = None
    ) -> None:
        self._headings = Headings(columns, optional, synonyms)

    def excerpts(self, path: Path, numbers: Collection[int]) -> dict[int, bytes]:
        """The excerpts of these rows by number."""
        if not is_workbook(path):
            return super().excerpts(path, numbers)
        with table_of(path, self._headings) as table:
            excerpts = table.excerpts(numbers)
        return {number: excerpt for number, excerpt in excerpts.items() if len(excerpt) <= LARGEST}

    def cut(self, path: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Each row of a CSV that `rows` gives or refuses, below the header."""
        with path.open(encoding=encoding_of(path), newline="") as stream:
            lines = _Lines(stream)
            _, first = next(lines.filled(), (0, ""))
            delimiter, header = _header(first, self._headings)
            for _, line in lines.filled():
                cells = lines.cells(line, delimiter, len(header))
                if cells is None or any(cells):
                    yield first.encode("utf-8-sig"), lines.text.encode(), b""


class FormRows(Pieces):
    """Rows of files of several forms, told apart by their columns."""

    def __init__(self, forms: Mapping[str, Sequence[str]], synonyms: Mapping[str, str]) -> None:
        self._forms = forms
        self._rows = {form: Rows(columns, synonyms=synonyms) for form, columns in forms.items()}

    def excerpts(self, path: Path, numbers: Collection[int]) -> dict[int, bytes]:
        """The excerpts of these rows by number."""
        return self._rows[form_of(path, self._forms)].excerpts(path, numbers)

    def cut(self, path: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Each row of a CSV, below the header."""
        return self._rows[form_of(path, self._forms)].cut(path)


class _Lines:
    """The lines of a file with their numbers, of which a row may take several; `text` is that of the last row."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._ahead: list[str] = []
        self._number = 0
        self.text = ""

    def filled(self) -> Iterator[tuple[int, str]]:
        """Number and text of each line that isn't blank."""
        while line := self._next():
            if line.strip():
                yield self._number, line

    def cells(self, line: str, delimiter: str, width: int) -> list[str] | None:
        """The cells of the row that begins with this line, and takes what its quotes hold of the next; None if no row
        of this width does, and then no more than this line is lost."""
        self.text = line
        if len(line) > LONGEST_LINE:
            return None
        text, count = line, 0
        while text.count(QUOTE) % 2 and count < MOST_LINES and len(text) <= LONGEST_LINE:
            following = self._peek(count)
            if not following or following.partition(QUOTE)[0].count(delimiter) >= max(1, width - 1):
                return None  # the file's end, or a row of its own that a stray quote would have taken
            text, count = text + following, count + 1
        cells = _cells(text, delimiter)
        if cells is None or len(cells) != width:
            return None
        self.text = text
        del self._ahead[:count]
        self._number += count
        return cells

    def _next(self) -> str:
        self._number += 1
        return self._ahead.pop(0) if self._ahead else self._read()

    def _peek(self, place: int) -> str:
        while len(self._ahead) <= place:
            self._ahead.append(self._read())
        return self._ahead[place]

    def _read(self) -> str:
        """One line; of one that is too long a part that is, the rest being skipped."""
        line = rest = self._stream.readline(LONGEST_LINE + 1)
        while len(rest) > LONGEST_LINE and not rest.endswith(("\n", "\r")):
            rest = self._stream.readline(LONGEST_LINE + 1)
        return line


def _cells(text: str, delimiter: str) -> list[str] | None:
    try:
        [cells] = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return None
    return [cell.strip() for cell in cells]


def _header(line: str, headings: Headings) -> tuple[str, list[str]]:
    """The delimiter under which a header has most of the columns, and its headings."""
    headers = {delimiter: _cells(line, delimiter) or [] for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda sign: headings.recognised(headers[sign]))
    return delimiter, headers[delimiter]
