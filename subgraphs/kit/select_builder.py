"""Builders of selects: the row source, columns and conditions of a select, and the scope of the object on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, func, literal_column, select, true
from sqlalchemy.sql.selectable import FromClause, LateralFromClause

from schema.residual import Clause
from subgraphs.kit.aliased_columns import AliasedColumns
from subgraphs.kit.entity import Entity

MAX_ARGUMENTS = 100
"""PostgreSQL's bound of a function's arguments."""


@dataclass(slots=True)
class Row:
    """A select under construction. `offset` is the index of its first column in the row that the reader gets; `json` if
    the row is an element of a JSON array, not a row of the statement."""

    source: FromClause | None
    json: bool
    offset: int = 0
    columns: list[ColumnElement[Any]] = field(default_factory=list)
    where: list[ColumnElement[bool]] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def add(self, expression: ColumnElement[Any], name: str | None = None) -> int:
        """Add a column and return its index; a `name` is added once."""
        if name is not None and name in self.places:
            return self.places[name]
        place = self.offset + len(self.columns)
        self.columns.append(expression.label(f"c{len(self.columns)}"))
        if name is not None:
            self.places[name] = place
        return place

    def add_distinct(self, expression: ColumnElement[Any], name: str) -> int:
        """Return the index of an equal column, or add this one."""
        for place, column in enumerate(self.columns, self.offset):
            if isinstance(column, Label) and column.element.compare(expression):
                return place
        return self.add(expression, name)

    def join(self, source: FromClause, *, outer: bool = False) -> None:
        """Join a row source, or start from it."""
        if self.source is None:
            self.source = source
        else:
            self.source = self.source.join(source, true(), isouter=outer)

    def child(self) -> Row:
        """Return the row of an object whose columns are to be attached to this one."""
        return Row(None, self.json, self.offset + len(self.columns))

    def attach(self, child: Select[Any], name: str) -> None:
        """Join a child select and add its columns to this row."""
        lateral = child.lateral(name)
        if self.source is None:
            self.source = select(true()).subquery(f"{name}o")
        self.join(lateral, outer=True)
        for column in lateral.c:
            self.add(column)

    def select(self) -> Select[Any]:
        """Return the select built so far."""
        statement = select(*self.columns)
        if self.source is not None:
            statement = statement.select_from(self.source)
        return statement.where(*self.where) if self.where else statement


@dataclass(slots=True)
class Scope:
    """The object being written: its row, the facts of its person and its own, and the clauses that its row has passed.

    `subject` is the expression that reads the key of its person; the rows below one person share it."""

    entity: Entity
    row: AliasedColumns
    base: ColumnElement[int] | None
    facts: ColumnElement[int] | None
    granted: tuple[Clause, ...]
    required: ColumnElement[Any] | None = None
    subject: str | None = None


def array_of(child: Select[Any], name: str) -> LateralFromClause:
    """Aggregate the rows of a select into one JSON array of arrays, in the column `items`."""
    rows = child.subquery(f"{name}r")
    elements = func.json_agg(_array(list(rows.c)))
    return select(func.coalesce(elements, literal_column("'[]'::json")).label("items")).select_from(rows).lateral(name)


def _array(columns: list[Any]) -> ColumnElement[Any]:
    if len(columns) <= MAX_ARGUMENTS:
        return func.json_build_array(*columns)
    parts = [columns[at : at + MAX_ARGUMENTS] for at in range(0, len(columns), MAX_ARGUMENTS)]
    array: ColumnElement[Any] = func.jsonb_build_array(*parts[0])
    for part in parts[1:]:
        array = array.op("||")(func.jsonb_build_array(*part))
    return array
