"""Columns named by the alias of their table, which a select at any depth can read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, literal_column
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.sql.visitors import replacement_traverse


class AliasedColumns:
    """The columns of a table alias as `alias.column` text, which a select at any depth can read."""

    def __init__(self, alias: str, columns: FromClause) -> None:
        self.c: dict[str, ColumnElement[Any]] = {
            column.name: literal_column(f"{alias}.{column.name}", column.type) for column in columns.c
        }


def retarget(expression: ColumnElement[Any], table: FromClause, row: AliasedColumns) -> ColumnElement[Any]:
    """The expression with each column of `table` replaced by the column of `row` that has its name."""

    def replace(element: Any, **_: Any) -> ColumnElement[Any] | None:
        if isinstance(element, Column | ColumnClause) and element.table is table:
            return row.c[element.name]
        return None

    retargeted: ColumnElement[Any] = replacement_traverse(expression, {}, replace)
    return retargeted
