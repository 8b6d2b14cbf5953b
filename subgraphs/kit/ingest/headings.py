"""Headings of a table: which of a source's columns they name, whatever their case, accents, blanks and signs."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence

from subgraphs.kit.ingest.ingestion_report import Refused


class Row(dict[str, str]):
    """Cells by column, without blanks around; an empty cell is an empty text. An optional column that the file does not
    have is not in the row, and reads as an empty text."""

    __slots__ = ("_optional",)

    def __init__(self, cells: Mapping[str, str], optional: Collection[str] = ()) -> None:
        super().__init__(cells)
        self._optional = optional

    def __missing__(self, column: str) -> str:
        if column in self._optional:
            return ""
        raise KeyError(column)


class Headings:
    """The columns that a source reads: `columns` must be in the header, `optional` ones may be, `synonyms` are other
    headings of them."""

    def __init__(
        self, columns: Sequence[str], optional: Sequence[str] = (), synonyms: Mapping[str, str] | None = None
    ) -> None:
        names = {_plain(heading): column for heading, column in (synonyms or {}).items()}
        self._names = names | {_plain(column): column for column in (*columns, *optional)}
        self._columns = tuple(columns)
        self._optional = frozenset(optional)

    def recognised(self, header: Sequence[str]) -> int:
        """How many headings name a column."""
        return sum(_plain(heading) in self._names for heading in header)

    def complete(self, header: Sequence[str]) -> bool:
        """Whether no column is missing."""
        return not self._missing(header)

    def select(self, header: Sequence[str]) -> list[str | None]:
        """The column of each heading; raises Refused COLUMN_MISSING, or COLUMN_DOUBLE where two have one heading."""
        if missing := self._missing(header):
            raise Refused("COLUMN_MISSING", missing[0])
        selected = [self._names.get(_plain(heading)) for heading in header]
        headings = [name or _plain(heading) for heading, name in zip(header, selected, strict=True) if heading]
        for heading in headings:
            if headings.count(heading) > 1:
                raise Refused("COLUMN_DOUBLE", heading)
        return selected

    def row(
        self, header: Sequence[str], selected: Sequence[str | None], cells: Sequence[str]
    ) -> tuple[Row, tuple[str, ...]]:
        """The cells by column, and the headings of the filled cells that nothing reads."""
        row = {name: cell for name, cell in zip(selected, cells, strict=True) if name is not None}
        filled = zip(header, selected, cells, strict=True)
        return Row(row, self._optional), tuple(heading for heading, name, cell in filled if cell and not name)

    def _missing(self, header: Sequence[str]) -> list[str]:
        present = {self._names.get(_plain(heading)) for heading in header}
        return [column for column in self._columns if column not in present]


def _plain(heading: str) -> str:
    """A heading without accents, case, blanks and signs."""
    letters = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(letter for letter in letters if letter.isalnum())
