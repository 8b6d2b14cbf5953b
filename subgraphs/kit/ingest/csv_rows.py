"""Reader of CSV files with a header, as French administrations exchange them; each row has the line at which it begins.

Delimiter, encoding and order of columns are found out; a heading is recognised whatever its case, accents and blanks.
A row that can't be read is refused alone: a quote that nothing closes takes no other row with it.
"""

from __future__ import annotations

import csv
import unicodedata
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, TextIO

from subgraphs.kit.ingest.excerpts import Pieces
from subgraphs.kit.ingest.ingestion_report import Numbered, Refused, Report
from subgraphs.kit.ingest.text_encoding import encoding_of
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup, Session, Source, read_files, write_group

Row = dict[str, str]
"""Cells by column, without blanks around; an empty cell is an empty text."""

DELIMITERS = (";", ",", "\t", "|")
LONGEST_LINE = 1 << 16
"""Characters of the longest line."""
MOST_LINES = 50
"""Lines that one row may have, by the line ends within its quotes."""
QUOTE = '"'


class CsvSource(Source):
    """A source whose files are rows, each a record group; columns as `rows` reads them."""

    columns: ClassVar[tuple[str, ...]]
    optional: ClassVar[tuple[str, ...]] = ()
    synonyms: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        cls.pieces = Rows(cls.columns, cls.optional, cls.synonyms)

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""
        return await read_files(self.name, paths, session, partial(self._groups, options=options), write_group)

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

    `columns` must all be in the header, in any order; missing `optional` ones have empty cells. `synonyms` are other
    headings of them. Raises Refused if the file can't be read: COLUMN_MISSING, COLUMN_DOUBLE, those of `encoding_of`.
    """
    names = _names(columns, optional, synonyms)
    with path.open(encoding=encoding_of(path), newline="") as stream:
        lines = _Lines(stream)
        _, first = next(lines.filled(), (0, ""))
        delimiter, header = _header(first, names)
        selected = [names.get(_plain(heading)) for heading in header]
        _check(header, selected, columns)
        for number, line in lines.filled():
            cells = lines.cells(line, delimiter, len(header))
            if cells is None:
                yield Numbered(number, Refused("ROW_SHAPE" if len(line) <= LONGEST_LINE else "RECORD_TOO_LARGE"))
            elif any(cells):
                row = {name: cell for name, cell in zip(selected, cells, strict=True) if name is not None}
                unread = [
                    heading for heading, name, cell in zip(header, selected, cells, strict=True) if cell and not name
                ]
                yield Numbered(number, {**dict.fromkeys(optional, ""), **row}, tuple(unread))


def _names(columns: Sequence[str], optional: Sequence[str], synonyms: Mapping[str, str] | None) -> Mapping[str, str]:
    """The columns by their plain headings."""
    names = {_plain(heading): column for heading, column in (synonyms or {}).items()}
    return names | {_plain(column): column for column in (*columns, *optional)}


class Rows(Pieces):
    """Rows below a header, told apart as `rows` does, of which an excerpt is in UTF-8."""

    def __init__(
        self, columns: Sequence[str], optional: Sequence[str] = (), synonyms: Mapping[str, str] | None = None
    ) -> None:
        self._names = _names(columns, optional, synonyms)

    def cut(self, path: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Each row that `rows` gives or refuses, below the header."""
        with path.open(encoding=encoding_of(path), newline="") as stream:
            lines = _Lines(stream)
            _, first = next(lines.filled(), (0, ""))
            delimiter, header = _header(first, self._names)
            for _, line in lines.filled():
                cells = lines.cells(line, delimiter, len(header))
                if cells is None or any(cells):
                    yield first.encode("utf-8-sig"), lines.text.encode(), b""


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
        text, taken = line, 0
        while text.count(QUOTE) % 2 and taken < MOST_LINES and len(text) <= LONGEST_LINE:
            following = self._peek(taken)
            if not following or following.partition(QUOTE)[0].count(delimiter) >= max(1, width - 1):
                return None  # the file's end, or a row of its own that a stray quote would have taken
            text, taken = text + following, taken + 1
        cells = _cells(text, delimiter)
        if cells is None or len(cells) != width:
            return None
        self.text = text
        del self._ahead[:taken]
        self._number += taken
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


def _header(line: str, names: Mapping[str, str]) -> tuple[str, list[str]]:
    """The delimiter under which a header has most of the columns, and its headings."""
    headers = {delimiter: _cells(line, delimiter) or [] for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda sign: sum(_plain(heading) in names for heading in headers[sign]))
    return delimiter, headers[delimiter]


def _check(header: Sequence[str], selected: Sequence[str | None], columns: Sequence[str]) -> None:
    """Raise Refused if a column is missing, or two have one heading."""
    for column in columns:
        if column not in selected:
            raise Refused("COLUMN_MISSING", column)
    headings = [name or _plain(heading) for heading, name in zip(header, selected, strict=True) if heading]
    for heading in headings:
        if headings.count(heading) > 1:
            raise Refused("COLUMN_DOUBLE", heading)


def _plain(heading: str) -> str:
    """A heading without accents, case, blanks and signs."""
    letters = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(letter for letter in letters if letter.isalnum())
