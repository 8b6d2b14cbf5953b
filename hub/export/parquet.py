"""Parquet: the types of the schema as those of Arrow, row group by row group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]
from graphql import GraphQLOutputType, get_nullable_type, is_list_type
from pyarrow.parquet import ParquetWriter  # type: ignore[import-untyped]

from hub.client_code.shapes import Shape, ShapeField
from hub.export.columns import Column, Row
from hub.export.formats import Pages

ROWS = 10_000
"""Rows of a group, at least, but for the last one."""
SCALARS = {
    "Boolean": pa.bool_(),
    "Int": pa.int32(),
    "Float": pa.float64(),
    "Date": pa.date32(),
    "DateTime": pa.timestamp("s", "UTC"),
}
"""The Arrow type of each scalar that is no text."""
READERS = {"Date": date.fromisoformat, "DateTime": datetime.fromisoformat}
"""What reads the text of these scalars."""


def write(file: BinaryIO, names: Sequence[str], columns: Sequence[Column], pages: Pages) -> None:
    """Write the rows."""
    fields = [
        pa.field(name, _type(column.type, column.field.shapes)) for name, column in zip(names, columns, strict=True)
    ]
    schema = pa.schema(fields)
    with ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in _groups(pages):
            values = [
                [_value(row[place], column.type, column.field.shapes) for row in rows]
                for place, column in enumerate(columns)
            ]
            arrays = [pa.array(column, field.type) for column, field in zip(values, fields, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _groups(pages: Pages) -> Iterator[list[Row]]:
    """The rows of pages, so many at least at a time."""
    group: list[Row] = []
    for rows in pages:
        group += rows
        if len(group) >= ROWS:
            yield group
            group = []
    if group:
        yield group


def _fields(shapes: tuple[Shape, ...]) -> dict[str, ShapeField]:
    return {field.key: field for shape in shapes for field in shape.fields}


def _type(type_: GraphQLOutputType, shapes: tuple[Shape, ...]) -> pa.DataType:
    """The Arrow type of a field; `shapes` are those of its objects."""
    nullable = get_nullable_type(type_)
    if is_list_type(nullable):
        return pa.list_(_type(nullable.of_type, shapes))
    if shapes:
        fields = _fields(shapes).items()
        return pa.struct([pa.field(key, _type(field.type, field.shapes)) for key, field in fields])
    return SCALARS.get(str(nullable), pa.string())


def _value(value: Any, type_: GraphQLOutputType, shapes: tuple[Shape, ...]) -> Any:
    """A value of the answer as Arrow takes it: days and instants are no texts."""
    if value is None:
        return None
    nullable = get_nullable_type(type_)
    if is_list_type(nullable):
        return [_value(item, nullable.of_type, shapes) for item in value]
    if shapes:
        return {key: _value(value.get(key), field.type, field.shapes) for key, field in _fields(shapes).items()}
    read = READERS.get(str(nullable))
    return value if read is None else read(value)
