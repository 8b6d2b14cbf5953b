"""The forms of an export's file: CSV, NDJSON, Parquet. Each writes pages of rows as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from importlib.util import find_spec
from typing import Any, BinaryIO, TypeAlias

import orjson

from hub.errors import ExportRefused
from hub.export.columns import Column, Row

Pages: TypeAlias = Iterable[Sequence[Row]]
Writer: TypeAlias = Callable[[BinaryIO, Sequence[str], Sequence[Column], Pages], None]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
"""Beginnings of a text that a spreadsheet would compute (OWASP, CSV Injection), and the sign that goes before them."""


class Format(StrEnum):
    """The form of the file."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


def writer_of(form: Format) -> Writer:
    """What writes this form; raises ExportRefused for Parquet without its library."""
    if form is Format.PARQUET and find_spec("pyarrow") is None:
        raise ExportRefused(
            "PARQUET_MISSING",
            "Le format parquet demande un paquet de plus : « pip install 'spie-hub[parquet]' », sinon prenez un autre "
            "« --format ».",
            "pyarrow is not installed",
        )
    return WRITERS[form]


def write_csv(file: BinaryIO, names: Sequence[str], columns: Sequence[Column], pages: Pages) -> None:
    """Write RFC 4180 in UTF-8: texts are quoted, so that an empty one is not null, and lists are JSON."""
    file.write(_csv_line(names))
    file.writelines(b"".join(map(_csv_line, rows)) for rows in pages)


def write_ndjson(file: BinaryIO, names: Sequence[str], columns: Sequence[Column], pages: Pages) -> None:
    """Write one JSON object per line, with all columns."""
    for rows in pages:
        objects = (dict(zip(names, row, strict=True)) for row in rows)
        file.write(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in objects))


def write_parquet(file: BinaryIO, names: Sequence[str], columns: Sequence[Column], pages: Pages) -> None:
    """Write Parquet, with the types of the schema."""
    from hub.export.parquet import write

    write(file, names, columns, pages)


WRITERS: Mapping[Format, Writer] = {
    Format.CSV: write_csv,
    Format.NDJSON: write_ndjson,
    Format.PARQUET: write_parquet,
}


def _csv_line(values: Sequence[Any]) -> bytes:
    return f"{','.join(map(_csv_value, values))}\r\n".encode()


def _csv_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = f"'{value}" if value.startswith(FORMULA) else value
    elif isinstance(value, (list, dict)):
        text = orjson.dumps(value).decode()
    else:
        return orjson.dumps(value).decode()
    return '"{}"'.format(text.replace('"', '""'))
