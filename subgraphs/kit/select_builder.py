"""Selects under construction: where a row comes from, what it holds, and names that can be read from deeper selects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, func, literal_column, select, true
from sqlalchemy.sql.selectable import FromClause, LateralFromClause

from schema.residual import Clause
from subgraphs.kit.aliased_columns import AliasedColumns
from subgraphs.kit.entity import Entity

MOST_ARGUMENTS = 100
"""PostgreSQL's bound of a function's arguments."""


@dataclass(slots=True)
class Row:
    """A select that grows. `offset` is the place of its first column in the row that the reader gets; `json` says that
    this row is an element of a JSON array rather than a row of the statement."""

    source: FromClause | None
    json: bool
    offset: int = 0
    columns: list[ColumnElement[Any]] = field(default_factory=list)
    where: list[ColumnElement[bool]] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)

    def add(self, expression: ColumnElement[Any], name: str | None = None) -> int:
        """Add a column and give its place; one `name` is added once."""
        if name is not None and name in self.known:
            return self.known[name]
        place = self.offset + len(self.columns)
        self.columns.append(expression.label(f"c{len(self.columns)}"))
        if name is not None:
            self.known[name] = place
        return place

    def once(self, expression: ColumnElement[Any], name: str) -> int:
        """The place of a column that says the same, whatever its name, or of this one, added."""
        for place, known in enumerate(self.columns, self.offset):
            if isinstance(known, Label) and known.element.compare(expression):
                return place
        return self.add(expression, name)

    def join(self, other: FromClause, *, outer: bool = False) -> None:
        """Join a lateral, or begin with it."""
        if self.source is None:
            self.source = other
        else:
            self.source = self.source.join(other, true(), isouter=outer)

    def below(self) -> Row:
        """The row of an object whose columns will be columns of this one."""
        return Row(None, self.json, self.offset + len(self.columns))

    def attach(self, child: Select[Any], name: str) -> None:
        """Make the columns of a child's select columns of this row."""
        found = child.lateral(name)
        if self.source is None:
            self.source = select(true()).subquery(f"{name}o")
        self.join(found, outer=True)
        for column in found.c:
            self.add(column)

    def select(self) -> Select[Any]:
        """The select as it is now."""
        found = select(*self.columns)
        if self.source is not None:
            found = found.select_from(self.source)
        return found.where(*self.where) if self.where else found


@dataclass(slots=True)
class Scope:
    """The object that is being written: its row, the facts of its person and of itself, and the row's own clauses.

    `subject` is the expression that reads the key of its person, once a row has it: rows that hang below one person
    need not bring it each."""

    entity: Entity
    row: AliasedColumns
    base: ColumnElement[int] | None
    facts: ColumnElement[int] | None
    granted: tuple[Clause, ...]
    required: ColumnElement[Any] | None = None
    subject: str | None = None


def array_of(found: Select[Any], name: str) -> LateralFromClause:
    """The rows of a select as one JSON array of arrays, in the select's order, in the column `items`."""
    rows = found.subquery(f"{name}r")
    items = func.json_agg(_array(list(rows.c)))
    return select(func.coalesce(items, literal_column("'[]'::json")).label("items")).select_from(rows).lateral(name)


def _array(columns: list[Any]) -> ColumnElement[Any]:
    if len(columns) <= MOST_ARGUMENTS:
        return func.json_build_array(*columns)
    parts = [columns[at : at + MOST_ARGUMENTS] for at in range(0, len(columns), MOST_ARGUMENTS)]
    joined: ColumnElement[Any] = func.jsonb_build_array(*parts[0])
    for part in parts[1:]:
        joined = joined.op("||")(func.jsonb_build_array(*part))
    return joined
