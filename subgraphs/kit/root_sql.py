"""Root fields in SQL: entities by their representations, one object by key, the actor's own record, the caseload.

All the root fields of an operation make one statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Double,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    collate,
    func,
    literal_column,
    or_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from schema.residual import Residual
from subgraphs.kit.aliased_columns import retarget
from subgraphs.kit.document import ENTITIES, Node, Reading
from subgraphs.kit.entity import Entity
from subgraphs.kit.facts_sql import caseload_facts
from subgraphs.kit.guards import Guards
from subgraphs.kit.identity_match import Finding
from subgraphs.kit.identity_match_sql import outcome
from subgraphs.kit.object_writer import ROWS, Writer, compile_reader, unpacked
from subgraphs.kit.ordering import Ordering, cut
from subgraphs.kit.page_arguments import Shape
from subgraphs.kit.place_search import Near, around
from subgraphs.kit.representations import SEPARATOR, wanted
from subgraphs.kit.root_fields import Comparison, Criterion, RootField, RootKind, column_at
from subgraphs.kit.select_builder import Row, Scope
from subgraphs.kit.statement import Block, Call, Parameters, Statement, compiled, joined, nothing
from subgraphs.kit.subgraph_model import Model


def compile_statement(model: Model, reading: Reading, residual: Residual, shapes: Mapping[int, Shape]) -> Statement:
    """Write the statement of an operation; pure, so that equal arguments give equal text."""
    building = _Building(model, residual, shapes, _count(model, reading) > 1)
    for node in reading.roots:
        building.root(node)
    found = joined(building.blocks) if building.blocks else nothing()
    sql, parameters = compiled(found, building.parameters)
    lists = tuple((node.key, node.number) for node in reading.roots if node.name == ENTITIES)
    order = tuple(node.key for node in reading.roots)
    return Statement(sql, parameters, tuple(building.blocks), building.constants, order, lists)


def _count(model: Model, reading: Reading) -> int:
    return sum(len(node.types) if node.name == ENTITIES else node.name in model.roots for node in reading.roots)


class _Building:
    def __init__(self, model: Model, residual: Residual, shapes: Mapping[int, Shape], json: bool) -> None:
        self.model, self.shapes, self.json = model, shapes, json
        self.guards, self.parameters = Guards(model, residual), Parameters()
        self.writer = Writer(self.guards, shapes, self.parameters)
        self.blocks: list[Block] = []
        self.constants: dict[str, Any] = {}

    def root(self, node: Node) -> None:
        """Add a root field's rows."""
        if node.name == ENTITIES:
            for name, fields in node.types.items():
                self.entities(node, self.model.entities[name], fields)
        elif node.name == "__typename":
            self.constants[node.key] = "Query"
        elif (root := self.model.roots[node.name]).kind is RootKind.CASELOAD:
            self.caseload(node, root)
        elif root.kind is RootKind.CATALOGUE:
            self.catalogue(node, root)
        elif root.finding is not None:
            self.found(node, root, root.finding)
        else:
            self.by_key(node, root)

    def entities(self, node: Node, entity: Entity, fields: tuple[Node, ...]) -> None:
        """Rows of one type of `_entities`, each with its place among the representations (from 1)."""
        key = entity.key
        if key is None or entity.table is None or entity.stub:
            return
        row, name = Row(None, self.json), self.guards.name("r")
        ids, place = f"ids_{node.number}_{entity.name}", literal_column(f"{name}.n", Integer())
        self.parameters[ids] = lambda call: SEPARATOR.join(call.batches[node.number][entity.name].keys)
        arrays, columns = [_parted(ids, key.column.type)], ["id"]
        required: ColumnElement[Any] | None = None
        if wanted(entity, fields):
            values = f"required_{node.number}_{entity.name}"
            self.parameters[values] = lambda call: SEPARATOR.join(call.batches[node.number][entity.name].required)
            arrays.append(_parted(values, Text()))
            columns.append("required")
            required = cast(literal_column(f"{name}.required", Text()), JSONB)
        given = func.unnest(*arrays).table_valued(*columns, with_ordinality="n").render_derived(name=name)
        named, table = self.guards.alias(entity.table)
        row.source = given.join(table, retarget(key.column, entity.table, named) == literal_column(f"{name}.id"))
        row.add(place)
        scope = self.guards.enter(row, entity, named, None)
        scope.required = required
        expression = self.writer.object(row, scope, fields, "r")
        self.blocks.append(
            Block(node.key, node.number, row.select(), compile_reader(expression, "r"), False, entity.name)
        )

    def found(self, node: Node, root: RootField, finding: Finding) -> None:
        """The one row that an argument names, and how many it names."""
        entity = root.entity
        row = Row(None, self.json)
        name = self.guards.name("n")
        row.source = outcome(self.guards, entity, finding, node.number, self.parameters).subquery(name)
        place = row.add(literal_column(f"{name}.outcome", Text()))
        parts = []
        for child in node.children:
            if child.children:
                below = row.below()
                expression = self._one_found(below, entity, child, name)
                row.attach(below.select(), self.guards.name("o"))
                parts.append(f"{child.key!r}: {expression}")
            else:
                value = f"r[{place}]" if child.name == "outcome" else repr(root.result.__name__)
                parts.append(f"{child.key!r}: {value}")
        reader = compile_reader("{" + ", ".join(parts) + "}", "r")
        self.blocks.append(Block(node.key, node.number, row.select(), reader, True))

    def _one_found(self, row: Row, entity: Entity, node: Node, name: str) -> str:
        """The entity that is named, with the facts by which it was found."""
        assert entity.key is not None
        assert entity.table is not None
        present = row.add(literal_column("true"))
        named, row.source = self.guards.alias(entity.table)
        row.where.append(retarget(entity.key.column, entity.table, named) == literal_column(f"{name}.who", Uuid()))
        scope = self.guards.enter(row, entity, named, literal_column(f"{name}.facts", Integer()))
        return f"({self.writer.object(row, scope, node.children, 'r')} if r[{present}] else None)"

    def by_key(self, node: Node, root: RootField) -> None:
        """The one row that has the key."""
        entity = root.entity
        assert entity.key is not None
        assert entity.table is not None
        row = Row(None, self.json)
        named, row.source = self.guards.alias(entity.table)
        name = f"key_{node.number}"
        self.parameters[name] = lambda call: call.keys[node.number]
        column = retarget(entity.key.column, entity.table, named)
        row.where.append(column == bindparam(name, type_=column.type))
        row.add(literal_column("true"))
        scope = self.guards.enter(row, entity, named, None)
        expression = self.writer.object(row, scope, node.children, "r")
        self.blocks.append(Block(node.key, node.number, row.select(), compile_reader(expression, "r"), True))

    def caseload(self, node: Node, root: RootField) -> None:
        """A page of the rows whose person a link of the actor leads to: found from the links, or from the rows where a
        column of theirs is compared for equality, since an index then finds few."""
        entity, shape = root.entity, self.shapes[node.number]
        assert entity.subject is not None
        assert entity.table is not None
        row = Row(None, self.json)
        named, table = self.guards.alias(entity.table)
        if any(_selective(entity, root.criteria[name]) for name in shape.criteria):
            row.source = table
            scope = self.guards.enter(row, entity, named, None)
        else:
            name = self.guards.name("f")
            links = caseload_facts(self.guards.residual, name)
            row.source = links.join(table, named.c[entity.subject] == links.c.person_id)
            scope = self.guards.enter(row, entity, named, literal_column(f"{name}.v", Integer()))
        self.page(row, scope, node, root, shape)

    def catalogue(self, node: Node, root: RootField) -> None:
        """A page of public rows."""
        entity = root.entity
        assert entity.table is not None
        row = Row(None, self.json)
        named, row.source = self.guards.alias(entity.table)
        self.page(row, self.guards.enter(row, entity, named, None), node, root, self.shapes[node.number])

    def page(self, row: Row, scope: Scope, node: Node, root: RootField, shape: Shape) -> None:
        """Filter, order and cut the rows of a list, and add its block."""
        for criterion in shape.criteria:
            row.where.append(self.criterion(node, scope, criterion, root.criteria[criterion]))
        sort = root.orders[shape.order] if shape.order is not None else None
        if shape.near and root.near is not None:
            ordering = self.nearest(row, scope, node, root.near)
        else:
            ordering = Ordering.of(self.guards, scope, sort)
        expression = self.writer.connection(row, scope, node, ordering, "r").replace(ROWS, "rows", 1)
        if not row.columns:
            row.add(literal_column("true"))
        if not row.json:
            expression = unpacked(expression, "r", len(row.columns))
        found = cut(row, node.number, shape, ordering, self.parameters)
        self.blocks.append(Block(node.key, node.number, found, compile_reader(expression, "rows"), False))

    def nearest(self, row: Row, scope: Scope, node: Node, near: Near) -> Ordering:
        """Keep the rows near the place that is asked for, in the order of their distance to it."""

        def bind(name: str) -> ColumnElement[float]:
            parameter = f"near_{node.number}_{name}"
            self.parameters[parameter] = lambda call: _near(call, node.number)[name]
            return bindparam(parameter, type_=Double())

        within, distance = around(near, scope, bind)
        row.where.append(within)
        return Ordering.by_distance(scope, distance)

    def criterion(self, node: Node, scope: Scope, name: str, criterion: Criterion) -> ColumnElement[bool]:
        """Whether a row passes one input of the filter, by any of its paths."""
        parameter = f"filter_{node.number}_{name}"
        self.parameters[parameter] = lambda call: call.pages[node.number].criteria[name]

        def test(value: ColumnElement[Any]) -> ColumnElement[bool]:
            if criterion.comparison is Comparison.AMONG and not isinstance(value.type, ARRAY):
                return value == func.any(bindparam(parameter, type_=ARRAY(value.type)))
            given = bindparam(parameter, type_=value.type)
            return value.op(criterion.comparison.value, is_comparison=True)(given)

        found = self.guards.matches(scope, criterion.path, test, criterion.column)
        if criterion.alternative is None:
            return found
        return or_(found, self.criterion(node, scope, name, criterion.alternative))


def _parted(parameter: str, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """The array of these values, given as one text: a driver looks at each array and each item, and is dear."""
    parted = func.string_to_array(bindparam(parameter, type_=Text()), literal_column(f"E'\\x{ord(SEPARATOR):02x}'"))
    return collate(parted, kind.collation) if isinstance(kind, String) and kind.collation else cast(parted, ARRAY(kind))


def _near(call: Call, number: int) -> dict[str, float]:
    place = call.pages[number].near
    assert place is not None
    return place.values


def _selective(entity: Entity, criterion: Criterion) -> bool:
    if criterion.comparison is not Comparison.EQUAL or "." in criterion.path:
        return False
    column = column_at(entity, criterion.path)[1].column if criterion.column is None else criterion.column
    return isinstance(entity.table, Table) and any(index.columns[0] is column for index in entity.table.indexes)
