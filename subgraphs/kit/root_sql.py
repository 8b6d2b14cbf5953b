"""The SQL of root fields: entities, one row by key, the actor's own record, caseloads, catalogues, identity matches.

All root fields of an operation make one statement. The people whom a caseload's filter judges, and those whom an
identity names, are a part of it beside what is answered (docs/policy.md#rule-13). What a statement keeps refers to
nodes by number: a node would keep its document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Double,
    FromClause,
    Integer,
    Select,
    String,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    collate,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.types import TypeEngine

from schema.residual import Residual
from subgraphs.kit import access
from subgraphs.kit.aliased_columns import retarget
from subgraphs.kit.connection_types import JUDGED
from subgraphs.kit.document import ENTITIES, Node, Reading
from subgraphs.kit.entity import ACCESS, Entity
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.facts_sql import TODAY, caseload_facts
from subgraphs.kit.guards import Guards
from subgraphs.kit.identity_match import IdentityMatch
from subgraphs.kit.identity_match_sql import candidates, outcome
from subgraphs.kit.object_writer import ROWS, Writer, compile_reader, unpack_rows
from subgraphs.kit.ordering import Ordering, after_parameter, limit_parameter, page_select
from subgraphs.kit.page_arguments import Shape
from subgraphs.kit.people_page import is_in_order_of_people, people_of_page
from subgraphs.kit.place_search import Near, within_radius
from subgraphs.kit.representations import SEPARATOR, requirements_of
from subgraphs.kit.root_fields import Comparison, Criterion, RootField, RootKind, is_found_by_index
from subgraphs.kit.select_builder import Row, Scope
from subgraphs.kit.signals import Days, Signal
from subgraphs.kit.signals_sql import raises_signal
from subgraphs.kit.statement import Block, Call, Parameters, Statement, compile_select, join_blocks, no_rows
from subgraphs.kit.subgraph_model import Model

MOST_JUDGED = 2000
"""Most rows that the filter of one list may judge: each person is named in the journal."""
TOO_WIDE = f"Les critères départageraient plus de {MOST_JUDGED} lignes : ajoutez un nom."
UNASKED = "Ces critères départagent ou désignent des personnes, et la requête ne demande pas lesquelles."


def compile_statement(model: Model, reading: Reading, residual: Residual, shapes: Mapping[int, Shape]) -> Statement:
    """Write the statement of an operation; pure, so that equal arguments give equal text."""
    building = _Building(model, residual, shapes, _count(model, reading, shapes) > 1, reading.kind)
    for node in reading.roots:
        building.root(node)
    select = join_blocks(building.selects) if building.selects else no_rows()
    sql, parameters = compile_select(select, building.parameters)
    lists = tuple((node.key, node.number) for node in reading.roots if node.name == ENTITIES)
    order = tuple(node.key for node in reading.roots)
    return Statement(sql, parameters, tuple(building.blocks), building.constants, order, lists)


def _count(model: Model, reading: Reading, shapes: Mapping[int, Shape]) -> int:
    """The number of blocks."""
    own = sum(len(node.types) if node.name == ENTITIES else node.name in model.roots for node in reading.roots)
    lists = ((node, model.roots[node.name]) for node in reading.roots if node.number in shapes)
    searches = (node for node in reading.roots if node.name in model.roots and model.roots[node.name].identity_match)
    journalled = [node for node, root in lists if root.signal or _judging(root, shapes[node.number])]
    return own + sum(len(node.child(JUDGED)) for node in (*journalled, *searches))


def _judging(root: RootField, shape: Shape) -> list[str]:
    """The criteria that judge people, of those that are given."""
    return [name for name in shape.criteria if root.entity.personal and not root.criteria[name].designates]


def _judged_fields(node: Node) -> list[Node]:
    """The fields of a list or search that ask for the facts of whom it judges or names.

    Raises RequestFailed (FORBIDDEN_INPUT) where there is none: nobody could journal them."""
    fields = [child for child in node.child(JUDGED) if child.child(ACCESS)]
    if not fields:
        raise RequestFailed("FORBIDDEN_INPUT", UNASKED, (node.key,))
    return fields


class _Building:
    def __init__(self, model: Model, residual: Residual, shapes: Mapping[int, Shape], json: bool, kind: str) -> None:
        self.model, self.shapes, self.json, self.kind = model, shapes, json, kind
        self.guards, self.parameters = Guards(model, residual), Parameters()
        self.writer = Writer(self.guards, shapes, self.parameters)
        self.blocks: list[Block] = []
        self.selects: list[Select[Any]] = []
        self.constants: dict[str, Any] = {}

    def root(self, node: Node) -> None:
        """Add the block of a root field."""
        if node.name == ENTITIES:
            for name, fields in node.types.items():
                self.entities(node, self.model.entities[name], fields)
        elif node.name == "__typename":
            self.constants[node.key] = self.kind.capitalize()
        elif (root := self.model.roots[node.name]).kind is RootKind.CASELOAD:
            self.caseload(node, root)
        elif root.kind is RootKind.CATALOGUE:
            self.catalogue(node, root)
        elif root.identity_match is not None:
            self.match(node, root, root.identity_match)
        else:
            self.by_key(node, root)

    def add(self, block: Block, select: Select[Any]) -> None:
        """Add a block and its select."""
        self.blocks.append(block)
        self.selects.append(select)

    def entities(self, node: Node, entity: Entity, fields: tuple[Node, ...]) -> None:
        """Add the rows of one type of `_entities`, each with its place among the representations (from 1)."""
        key = entity.key
        if key is None or entity.table is None or entity.stub:
            return
        row, name = Row(None, self.json), self.guards.name("r")
        number, type_name = node.number, entity.name
        ids, place = f"ids_{number}_{type_name}", literal_column(f"{name}.n", Integer())
        self.parameters[ids] = lambda call: SEPARATOR.join(call.batches[number][type_name].keys)
        arrays, array_columns = [_array_parameter(ids, key.column.type)], ["id"]
        required: ColumnElement[Any] | None = None
        if requirements_of(entity, fields):
            values = f"required_{number}_{type_name}"
            self.parameters[values] = lambda call: SEPARATOR.join(call.batches[number][type_name].required)
            arrays.append(_array_parameter(values, Text()))
            array_columns.append("required")
            required = cast(literal_column(f"{name}.required", Text()), JSONB)
        representations: FromClause = (
            func.unnest(*arrays).table_valued(*array_columns, with_ordinality="n").render_derived(name=name)
        )
        columns, table = self.guards.alias(entity.table)
        entity_id: ColumnElement[Any] = literal_column(f"{name}.id", key.column.type)
        if entity.subject == key.column.name:
            merged = access.merged.alias(self.guards.name("m"))
            representations = representations.outerjoin(merged, merged.c.person_id == entity_id)
            entity_id = case((merged.c.survivor_id.is_(None), entity_id), else_=merged.c.survivor_id)
        row.source = representations.join(table, retarget(key.column, entity.table, columns) == entity_id)
        row.add(place)
        scope = self.guards.enter(row, entity, columns, None)
        scope.required = required
        expression = self.writer.object(row, scope, fields, "r")
        self.add(Block(node.key, number, compile_reader(expression, "r"), False, entity.name), row.select())

    def match(self, node: Node, root: RootField, match: IdentityMatch) -> None:
        """Add the outcome of an identity match, and the one person that it found."""
        entity = root.entity
        row = Row(None, self.json)
        name = self.guards.name("n")
        row.source = outcome(self.guards, entity, match, node.number, self.parameters).subquery(name)
        place = row.add(literal_column(f"{name}.outcome", Text()))
        parts = []
        for child in node.children:
            if child.name == "outcome":
                parts.append(f"{child.key!r}: r[{place}]")
            elif child.name == "__typename":
                parts.append(f"{child.key!r}: {root.result.__name__!r}")
            elif child.name == JUDGED:
                parts.append(f"{child.key!r}: []")
            else:
                below = row.child()
                expression = self._matched_person(below, entity, child, name)
                row.attach(below.select(), self.guards.name("o"))
                parts.append(f"{child.key!r}: {expression}")
        reader = compile_reader("{" + ", ".join(parts) + "}", "r")
        self.add(Block(node.key, node.number, reader, True), row.select())
        for child in _judged_fields(node):
            self.candidates(node, child, entity, match)

    def candidates(self, node: Node, child: Node, entity: Entity, match: IdentityMatch) -> None:
        """Add the subject and facts of everyone whom a key of an identity names, whatever the outcome tells of them."""
        assert entity.key is not None
        assert entity.table is not None
        row, name = Row(None, json=True), self.guards.name("c")
        matched = candidates(self.guards, entity, match, node.number, self.parameters).subquery(name)
        columns, table = self.guards.alias(entity.table)
        key = retarget(entity.key.column, entity.table, columns)
        row.source = matched.join(table, key == literal_column(f"{name}.person_id", Uuid()))
        scope = self.guards.enter(row, entity, columns, literal_column(f"{name}.facts", Integer()))
        expression = self.writer.object(row, scope, child.children, "r")
        reader = compile_reader(f"[{expression} for r in rows]", "rows")
        self.add(Block(node.key, node.number, reader, False, inside=child.key), row.select().distinct())

    def _matched_person(self, row: Row, entity: Entity, node: Node, name: str) -> str:
        """Write the matched person, under the facts by which it was found."""
        assert entity.key is not None
        assert entity.table is not None
        present = row.add(literal_column("true"))
        columns, row.source = self.guards.alias(entity.table)
        row.where.append(retarget(entity.key.column, entity.table, columns) == literal_column(f"{name}.who", Uuid()))
        scope = self.guards.enter(row, entity, columns, literal_column(f"{name}.facts", Integer()))
        return f"({self.writer.object(row, scope, node.children, 'r')} if r[{present}] else None)"

    def by_key(self, node: Node, root: RootField) -> None:
        """Add the one row that has the key; for that of a person, the row of whom it was merged into: the merged person
        has no links, so that nobody reads its own."""
        entity = root.entity
        assert entity.key is not None
        assert entity.table is not None
        row = Row(None, self.json)
        columns, row.source = self.guards.alias(entity.table)
        number = node.number
        name = f"key_{number}"
        self.parameters[name] = lambda call: call.keys[number]
        column = retarget(entity.key.column, entity.table, columns)
        key = bindparam(name, type_=column.type)
        if entity.subject == entity.key.column.name:
            survivor = select(access.merged.c.survivor_id).where(access.merged.c.person_id == key)
            row.where.append(column == func.any(array([survivor.scalar_subquery(), key])))
        else:
            row.where.append(column == key)
        row.add(literal_column("true"))
        scope = self.guards.enter(row, entity, columns, None)
        expression = self.writer.object(row, scope, node.children, "r")
        self.add(Block(node.key, number, compile_reader(expression, "r"), True), row.select())

    def caseload(self, node: Node, root: RootField) -> None:
        """Add a page of the rows whose person is linked to the actor, and the people whom its filter judges."""
        shape = self.shapes[node.number]
        row = Row(None, self.json)
        by_people = is_in_order_of_people(root, shape)
        scope = self.people(row, node, root, shape) if by_people else self.linked_rows(row, root, shape.criteria)
        self.page(row, scope, node, root, shape)
        if (judging := _judging(root, shape)) or root.signal is not None:
            for child in _judged_fields(node):
                self.judged(node, child, root, shape, judging)

    def people(self, row: Row, node: Node, root: RootField, shape: Shape) -> Scope:
        """Enter the people of a page in the order of their ids."""
        entity = root.entity
        assert entity.subject is not None
        assert entity.table is not None
        subject, table = entity.subject, entity.table
        columns, row.source = self.guards.alias(table)

        def passing(person: ColumnElement[Any]) -> Select[Any]:
            tried = Row(None, json=True)
            tried_columns, tried.source = self.guards.alias(table)
            tried.where.append(tried_columns.c[subject] == person)
            scope = self.guards.enter(tried, entity, tried_columns, None)
            tried.where += [self.criterion(node, scope, name, root.criteria[name]) for name in shape.criteria]
            tried.add(literal_column("1"))
            return tried.select()

        limit, after = limit_parameter(node.number), after_parameter(node.number) if shape.after else None
        ids = people_of_page(self.guards.name("w"), limit, after, passing)
        row.where.append(columns.c[subject] == func.any(ids))
        return self.guards.enter(row, entity, columns, None)

    def linked_rows(self, row: Row, root: RootField, criteria: Sequence[str]) -> Scope:
        """Enter the rows whose person is linked to the actor. The statement starts from the links, or from the rows if
        one of these criteria compares an indexed column for equality, or its beginning."""
        entity = root.entity
        assert entity.subject is not None
        assert entity.table is not None
        columns, table = self.guards.alias(entity.table)
        if any(is_found_by_index(entity, root.criteria[name]) for name in criteria):
            row.source = table
            return self.guards.enter(row, entity, columns, None)
        name = self.guards.name("f")
        links = caseload_facts(self.guards.residual, name)
        row.source = links.join(table, columns.c[entity.subject] == links.c.person_id)
        return self.guards.enter(row, entity, columns, literal_column(f"{name}.v", Integer()))

    def judged(self, node: Node, child: Node, root: RootField, shape: Shape, judging: Sequence[str]) -> None:
        """Add the subject and facts of all rows of a list of which a criterion tells something, whether they pass it
        or not: those that the designating criteria leave, and of which a judging one is readable."""
        row = Row(None, json=True)
        designating = [name for name in shape.criteria if name not in judging]
        scope = self.linked_rows(row, root, designating)
        for name in designating:
            row.where.append(self.criterion(node, scope, name, root.criteria[name]))
        compared = [root.criteria[name].path.partition(".")[0] for name in judging]
        compared += [] if root.signal is None else root.signal.reads
        row.where.append(or_(*(self.may_judge(scope, name) for name in compared)))
        expression = self.writer.object(row, scope, child.children, "r")
        reader = compile_reader(f"[{expression} for r in rows]", "rows")

        key = node.key

        def read(rows: Sequence[Any], call: Call) -> Any:
            if len(rows) > MOST_JUDGED:
                raise RequestFailed("FILTER_TOO_WIDE", TOO_WIDE, (key,))
            return reader(rows, call)

        select = row.select().distinct().limit(literal_column(str(MOST_JUDGED + 1)))
        self.add(Block(key, node.number, read, False, inside=child.key), select)

    def may_judge(self, scope: Scope, name: str) -> ColumnElement[bool]:
        """Return the condition that a criterion on a field compares its value: an unreadable one is never compared."""
        when = self.guards.readable(scope, scope.entity.fields[name])
        return literal_column(str(when).lower(), Boolean()) if isinstance(when, bool) else when

    def catalogue(self, node: Node, root: RootField) -> None:
        """Add a page of public rows."""
        entity = root.entity
        assert entity.table is not None
        row = Row(None, self.json)
        columns, row.source = self.guards.alias(entity.table)
        self.page(row, self.guards.enter(row, entity, columns, None), node, root, self.shapes[node.number])

    def page(self, row: Row, scope: Scope, node: Node, root: RootField, shape: Shape) -> None:
        """Filter, order and limit the rows of a list, and add its block."""
        for criterion in shape.criteria:
            row.where.append(self.criterion(node, scope, criterion, root.criteria[criterion]))
        if root.signal is not None:
            row.where.append(self.signal(node, scope, root.signal))
        default = None if root.signal is None else root.signal.since
        sort = root.orders[shape.order] if shape.order is not None else default
        if shape.near and root.near is not None:
            ordering = self.nearest(row, scope, node, root.near)
        else:
            ordering = Ordering.declared(self.guards, scope, sort)
        expression = self.writer.connection(row, scope, node, ordering, "r").replace(ROWS, "rows", 1)
        if not row.columns:
            row.add(literal_column("true"))
        if not row.json:
            expression = unpack_rows(expression, "r", len(row.columns))
        page = page_select(row, node.number, shape, ordering, self.parameters)
        self.add(Block(node.key, node.number, compile_reader(expression, "rows"), False), page)

    def nearest(self, row: Row, scope: Scope, node: Node, near: Near) -> Ordering:
        """Keep the rows within the radius of the requested place and return their order by distance."""
        number = node.number

        def bind(name: str) -> ColumnElement[float]:
            parameter = f"near_{number}_{name}"
            self.parameters[parameter] = lambda call: _near(call, number)[name]
            return bindparam(parameter, type_=Double())

        within, distance = within_radius(near, scope, bind)
        row.where.append(within)
        return Ordering.by_distance(scope, distance)

    def signal(self, node: Node, scope: Scope, signal: Signal) -> ColumnElement[bool]:
        """Return the condition that a row is a signal, for the days that the request gives."""
        number = node.number
        parameter = f"days_{number}"
        self.parameters[parameter] = lambda call: call.pages[number].days
        return raises_signal(self.guards, scope, signal, Days(TODAY, bindparam(parameter, type_=Integer())))

    def criterion(self, node: Node, scope: Scope, name: str, criterion: Criterion) -> ColumnElement[bool]:
        """Return the condition that a row passes one criterion of the filter, or its alternative."""
        number = node.number
        parameter = f"filter_{number}_{name}"
        self.parameters[parameter] = lambda call: call.pages[number].criteria[name]

        def test(value: ColumnElement[Any]) -> ColumnElement[bool]:
            if criterion.comparison is Comparison.AMONG and not isinstance(value.type, ARRAY):
                return value == func.any(bindparam(parameter, type_=ARRAY(value.type)))
            argument = bindparam(parameter, type_=value.type)
            if criterion.comparison is Comparison.PREFIX:
                end = f"{parameter}_end"
                self.parameters[end] = lambda call: _after_prefix(call.pages[number].criteria[name])
                return and_(value >= argument, value < bindparam(end, type_=value.type))
            return value.op(criterion.comparison.value, is_comparison=True)(argument)

        passes = self.guards.matches(scope, criterion.path, test, criterion.column)
        if criterion.alternative is None:
            return passes
        return or_(passes, self.criterion(node, scope, name, criterion.alternative))


def _array_parameter(parameter: str, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """An array parameter that is sent as one text, since the driver's encoding of arrays is slow."""
    array = func.string_to_array(bindparam(parameter, type_=Text()), literal_column(f"E'\\x{ord(SEPARATOR):02x}'"))
    return collate(array, kind.collation) if isinstance(kind, String) and kind.collation else cast(array, ARRAY(kind))


def _near(call: Call, number: int) -> dict[str, float]:
    place = call.pages[number].near
    assert place is not None
    return place.values


def _after_prefix(prefix: str) -> str:
    """The first text of bytes in order that comes after all that begin with a prefix of ASCII."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
