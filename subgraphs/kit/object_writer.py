"""Writes objects: for each selected field, the SQL of its value and the Python expression that reads it.

The expressions are joined to one lambda per root field and compiled: no resolver and no interpreter runs per value.
Only response keys (as literals), places in the row and node numbers enter them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, String, Text, and_, case, cast, func, literal_column, null

from subgraphs.kit.aliased_columns import AliasedColumns, retarget
from subgraphs.kit.connection_types import JUDGED
from subgraphs.kit.document import Node
from subgraphs.kit.entity import ACCESS
from subgraphs.kit.fields import (
    LONGEST_LIST,
    ColumnField,
    EmbeddedField,
    ExternalField,
    ManyField,
    OneField,
    RequiredValues,
)
from subgraphs.kit.guards import Guards
from subgraphs.kit.kinds import Kind
from subgraphs.kit.ordering import Ordering, page_select
from subgraphs.kit.page_arguments import Shape
from subgraphs.kit.place_search import DISTANCE
from subgraphs.kit.representations import field_set
from subgraphs.kit.select_builder import Row, Scope, array_of
from subgraphs.kit.statement import Parameters, Reader

Granted = ColumnElement[bool] | Literal[True]
"""A `Condition` that may hold."""


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")


def _instant_text(value: str | None) -> str | None:
    return None if value is None else f"{value[:19]}+00:00"


ENVIRONMENT: Mapping[str, Any] = {
    "__builtins__": {"len": len},
    "loads": orjson.loads,
    "instant": _instant,
    "instant_text": _instant_text,
}
ROWS = "@rows"
"""Stands in an expression for the rows that it reads."""


def compile_reader(expression: str, row: str) -> Reader:
    """Compile an expression into the function (row, call) → value."""
    reader: Callable[..., Any] = eval(f"lambda {row}, x: {expression}", dict(ENVIRONMENT))  # noqa: S307
    return reader


def unpack_rows(expression: str, var: str, columns: int) -> str:
    """Rewrite an expression so that it unpacks each row into one name per column: indexing a record is slower."""
    names = "".join(f"{var}{place}, " for place in range(columns))
    return re.sub(rf"\b{var}\[(\d+)\]", rf"{var}\1", expression).replace(f" for {var} in ", f" for {names}in ")


class Writer:
    """Writes the objects of one statement."""

    def __init__(self, guards: Guards, shapes: Mapping[int, Shape], parameters: Parameters) -> None:
        self.guards, self.shapes, self.parameters = guards, shapes, parameters

    def object(self, row: Row, scope: Scope, nodes: Sequence[Node], var: str) -> str:
        """Add the columns of an object to `row` and return the expression that reads it from the row named `var`."""
        if scope.subject is None and scope.entity.subject is not None and _selects_access(nodes):
            who = scope.row.c[scope.entity.subject]
            scope.subject = f"{var}[{row.add_distinct(who if row.json else cast(who, Text), '@subject')}]"
        parts = [f"{node.key!r}: {self._field(row, scope, node, var)}" for node in nodes]
        return "{" + ", ".join(parts) + "}"

    def connection(self, row: Row, scope: Scope, node: Node, ordering: Ordering, var: str) -> str:
        """Add the columns of a connection's rows to `row` and return the expression that makes the page."""
        seal = f"x.sealer.seal(x.pages[{node.number}].place, {var}[{{sort}}], {var}[{{id}}])"
        if _needs_cursors(node):
            seal = seal.format(sort=row.add(ordering.sort_value, "@sort"), id=row.add(ordering.key, "@id"))
        written = ((child, self._part(row, scope, child, node, ordering, var, seal)) for child in node.children)
        parts = [f"{child.key!r}: {part}" for child, part in written]
        page = "{" + ", ".join(parts) + "}"
        return f"(lambda a, n: (lambda p: {page})(a[:n]))({ROWS}, x.pages[{node.number}].first)"

    def _part(self, row: Row, scope: Scope, part: Node, node: Node, ordering: Ordering, var: str, seal: str) -> str:
        if part.name == "nodes":
            return f"[{self.object(row, scope, part.children, var)} for {var} in p]"
        if part.name == "edges":
            edges = []
            for child in part.children:
                if child.name == "node":
                    edges.append(f"{child.key!r}: {self.object(row, scope, child.children, var)}")
                elif child.name == DISTANCE:
                    edges.append(f"{child.key!r}: {var}[{row.add(ordering.distance, '@distance')}]")
                else:
                    edge = repr(f"{scope.entity.name}Edge") if child.name == "__typename" else seal
                    edges.append(f"{child.key!r}: {edge}")
            return f"[{{{', '.join(edges)}}} for {var} in p]"
        if part.name == "pageInfo":
            expressions = {
                "hasNextPage": "len(a) > n",
                "hasPreviousPage": f"x.pages[{node.number}].after is not None",
                "startCursor": f"([{seal} for {var} in p[:1]] or [None])[0]",
                "endCursor": f"([{seal} for {var} in p[-1:]] or [None])[0]",
                "__typename": "'PageInfo'",
            }
            return "{" + ", ".join(f"{child.key!r}: {expressions[child.name]}" for child in part.children) + "}"
        return "[]" if part.name == JUDGED else repr(f"{scope.entity.name}Connection")

    def _field(self, row: Row, scope: Scope, node: Node, var: str) -> str:
        if node.name == "__typename":
            return repr(scope.entity.name)
        if node.name == ACCESS:
            return self._access(row, scope, var)
        field = scope.entity.fields[node.name]
        if isinstance(field, ColumnField):
            value = self.guards.value(scope, field)
            if value is None:
                return "None"
            if row.json and field.kind is Kind.DATETIME:
                value = func.timezone(literal_column("'UTC'"), value)
            elif not row.json and _read_as_text(field):
                value = cast(value, Text)
            return _read(f"{var}[{row.add_distinct(value, field.graphql_name)}]", field, row.json)
        if isinstance(field, EmbeddedField | OneField):
            return self._to_one(row, scope, node, field, var)
        if isinstance(field, ManyField):
            return self._to_many(row, scope, node, field, var)
        return "None"

    def _access(self, row: Row, scope: Scope, var: str) -> str:
        facts = row.add(self.guards.served_facts(scope), "@facts")
        return f"({scope.subject}, {var}[{facts}])"

    def _to_one(self, row: Row, scope: Scope, node: Node, field: EmbeddedField | OneField, var: str) -> str:
        when = self.guards.readable(scope, field)
        if when is False:
            return "None"
        child = row.child()
        present = child.add(literal_column("true"))
        below = self.guards.enter_target(child, scope, field)
        if when is not True:
            child.where.append(when)
        expression = self.object(child, below, node.children, var)
        rows = child.select()
        if isinstance(field, OneField) and field.first is not None:
            rows = rows.order_by(*Ordering.declared(self.guards, below, field.first).order_by).limit(
                literal_column("1")
            )
        row.attach(rows, self.guards.name("o"))
        return f"({expression} if {var}[{present}] else None)"

    def _to_many(self, row: Row, scope: Scope, node: Node, field: ManyField, var: str) -> str:
        when = self.guards.readable(scope, field)
        if when is False or (field.source is not None and scope.required is None):
            return "None"
        when = self._lists_known(scope, field, when)
        child = Row(None, json=True)
        below = self._rows(child, scope, field)
        if when is not True:
            child.where.append(when)
        revealed = self.guards.link_condition(scope, field, below)
        if not isinstance(revealed, bool):
            child.where.append(revealed)
        name = self.guards.name("a")
        ordering = Ordering.declared(self.guards, below, field.order)
        if not field.is_connection:
            objects = f"[{self.object(child, below, node.children, f'r{name}')} for r{name} in a]"
            expression = f"(lambda a: {objects} if len(a) <= {LONGEST_LIST} else x.too_long())({ROWS})"
            rows_select = child.select().order_by(*ordering.order_by).limit(literal_column(str(LONGEST_LIST + 1)))
        else:
            expression = self.connection(child, below, node, ordering, f"r{name}")
            rows_select = page_select(child, node.number, self.shapes[node.number], ordering, self.parameters)
        lateral = array_of(rows_select, name)
        row.join(lateral, outer=True)
        rows_json: ColumnElement[Any] = lateral.c["items"]
        value = f"{var}[{row.add(rows_json if when is True else case((when, rows_json), else_=null()))}]"
        rows = value if row.json else f"loads({value})"
        return f"(None if {value} is None else {expression.replace(ROWS, rows, 1)})"

    def _lists_known(self, scope: Scope, field: ManyField, when: Granted) -> Granted:
        """Return `when`, and that each list required by the field is a list: the field is null if one is null."""
        for name in field_set(field.requires) if field.requires else ():
            required_field = scope.entity.fields.get(name)
            if isinstance(required_field, ExternalField) and required_field.many:
                assert scope.required is not None
                required = RequiredValues(scope.row, scope.required)
                is_list = func.jsonb_typeof(required.json(name)) == literal_column("'array'")
                when = is_list if when is True else and_(when, is_list)
        return when

    def _rows(self, row: Row, scope: Scope, field: ManyField) -> Scope:
        entity = self.guards.model.target(field)
        if field.on is not None:
            below = self.guards.enter_related(row, scope, entity, field.on)
            if field.where is not None:
                assert entity.table is not None
                row.where.append(retarget(field.where, entity.table, below.row))
            return below
        assert field.source is not None
        assert scope.required is not None
        name = self.guards.name("t")
        source = field.source(RequiredValues(scope.row, scope.required)).subquery(name)
        row.join(source)
        return self.guards.enter(row, entity, AliasedColumns(name, source), None)


def _read_as_text(field: ColumnField) -> bool:
    """Return whether the answer needs the text that PostgreSQL makes of the value: no Python object is built then."""
    if field.many or isinstance(field.column.type, String):
        return False
    return field.kind in (Kind.DATE, Kind.ID)


def _read(value: str, field: ColumnField, json: bool) -> str:
    if field.many or field.kind is not Kind.DATETIME:
        return value
    return f"instant_text({value})" if json else f"instant({value})"


def _selects_access(nodes: Iterable[Node]) -> bool:
    return any(node.name == ACCESS or _selects_access(node.children) for node in nodes)


def _needs_cursors(node: Node) -> bool:
    if any(child.name == "cursor" for edges in node.child("edges") for child in edges.children):
        return True
    return any(child.name.endswith("Cursor") for info in node.child("pageInfo") for child in info.children)
