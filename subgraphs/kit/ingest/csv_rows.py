"""Reader of CSV files with a header and semicolons, as French administrations exchange them; UTF-8 only."""

from __future__ import annotations

import csv
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from subgraphs.kit.ingest.ingestion_report import Refused, Report
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup, Session, Source, read_files, write_group

Row = dict[str, str]
"""Cells by column, without blanks around; an empty cell is an empty text."""


class CsvSource(Source):
    """A source whose files are rows, each a record group; columns as `rows` reads them."""

    columns: ClassVar[tuple[str, ...]]
    optional: ClassVar[tuple[str, ...]] = ()

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""
        return await read_files(self.name, paths, session, partial(self._groups, options=options), write_group)

    def _groups(self, path: Path, options: Options) -> Iterator[RecordGroup | Refused]:
        as_of = options.as_of or written_at(path)
        for row in rows(path, self.columns, self.optional):
            yield row if isinstance(row, Refused) else self.group(row, as_of, options)

    @abstractmethod
    def group(self, row: Row, as_of: datetime, options: Options) -> RecordGroup:
        """Make the record group of a row; `as_of` is the date of its file."""


def rows(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Row | Refused]:
    """Iterate over the rows, or the refusals of malformed ones; raises Refused if the file can't be read further.

    `columns` must all be in the header, in any order; missing `optional` ones have empty cells. Other columns
    are ignored.
    """
    selected_columns = (*columns, *optional)
    with path.open(encoding="utf-8-sig", newline="", errors="strict") as stream:
        reader = csv.reader(stream, delimiter=";", strict=True)
        try:
            header = next(reader, [])
            for column in columns:
                if column not in header:
                    raise Refused("COLUMN_MISSING", column)
            for cells in reader:
                if cells and len(cells) != len(header):
                    yield Refused("ROW_SHAPE")
                elif cells:
                    cells_by_column = zip(header, cells, strict=True)
                    read = {column: cell.strip() for column, cell in cells_by_column if column in selected_columns}
                    yield {**dict.fromkeys(optional, ""), **read}
        except UnicodeDecodeError:
            raise Refused("ENCODING_WRONG") from None
        except csv.Error:
            raise Refused("ROW_SHAPE") from None


def written_at(path: Path) -> datetime:
    """Return when the file was last written, for a file that carries no date."""
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
