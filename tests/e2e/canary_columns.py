"""What every column of every table about people is told as: read off the declarations, not off what enforces them.

A path is the fields that lead from a person, or from a root, down to a value; whoever may read each of them may read
the value, and nobody else. `disclosed` are the paths of the value itself; `felt` of what the value decides without
being said: a derived field, a condition, what an edge reveals. `led` is for a column that links to a row of no one (an
agent, an organisation): the paths of the edge that gives that row away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Case, CheckConstraint, Column, ScalarSelect, Table, UniqueConstraint
from sqlalchemy.sql import visitors

from schema.categories import Level
from schema.subgraphs import SUBGRAPHS
from subgraphs.kit.entity import Entity
from subgraphs.kit.enums import value_names
from subgraphs.kit.fields import ColumnField, EmbeddedField, ExternalField, Field, ManyField, OneField
from subgraphs.kit.root_fields import RootKind
from subgraphs.kit.sdl import load
from subgraphs.kit.subgraph_model import Model
from tests.e2e.canary_rights import Datum, Path, step


@dataclass(eq=False)
class Personal:
    """A table of rows about people. `types` are made of its rows: each one's columns for the owner and the recorder."""

    table: Table
    subject: str
    types: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    disclosed: dict[str, list[Path]] = field(default_factory=dict)
    felt: dict[str, list[Path]] = field(default_factory=dict)
    led: dict[str, list[Path]] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Schema and name."""
        return str(self.table.fullname)

    @property
    def served(self) -> bool:
        """Whether anything of its rows is told."""
        return bool(self.disclosed)

    @property
    def single(self) -> bool:
        """Whether a person has one row at most."""
        unique = [constraint for constraint in self.table.constraints if isinstance(constraint, UniqueConstraint)]
        keys = [self.table.primary_key, *unique]
        return any([self.subject] == [column.name for column in key.columns] for key in keys)

    def values(self, column: Column[Any]) -> tuple[Any, ...]:
        """The closed list of a column's values, by its check or by its enum; empty if any value goes."""
        if isinstance(column.type, Boolean):
            return (True, False)
        for check in _checks(self.table):
            if check.startswith(f"{column.name} IN ("):
                return tuple(check.partition("(")[2].rstrip(")").replace("'", "").split(", "))
        return self.choices.get(column.name, ())


@cache
def _checks(table: Table) -> tuple[str, ...]:
    """The checks of a table in SQL: writing one takes as long as many rows of the world."""
    return tuple(str(check.sqltext) for check in table.constraints if isinstance(check, CheckConstraint))


@cache
def personal() -> Mapping[str, Personal]:
    """The tables about people of all subgraphs, by name."""
    tables: dict[str, Personal] = {}
    models = [load(name) for name in SUBGRAPHS]
    for model in models:
        for table in _metadata(model):
            subject = "person_id" if "person_id" in table.c else "id" if table.name == "person" else None
            if subject is not None:
                tables[table.fullname] = Personal(table, subject)
    public = {root.entity.name for model in models for root in model.roots.values()}
    for model in models:
        for root in model.roots.values():
            entity = root.entity
            if entity.personal and entity.table is not None and root.kind is not RootKind.WRITE:  # no sweep writes
                datum = Datum(f"Query.{root.graphql_name}", str(root.category), False)
                above = () if entity.name == "Person" else (step(datum, entity.name),)
                _walk(tables, model, entity, _table_name(entity.table), above, public)
        person = model.entities.get("Person")
        if person is not None and person.table is not None:
            _walk(tables, model, person, _table_name(person.table), (), public)
    return tables


def _metadata(model: Model) -> Iterator[Table]:
    own = next(e.table for e in model.entities.values() if isinstance(e.table, Table) and e.table.schema == model.name)
    yield from own.metadata.sorted_tables


def _table_name(table: Any) -> str:
    return str(getattr(table, "fullname", table.name))


def _walk(
    tables: Mapping[str, Personal], model: Model, entity: Entity, table: str, above: Path, public: set[str]
) -> None:
    """Tell what the fields of `entity` say, its columns being those of `table`, reached by `above`."""
    if table in tables:
        tables[table].types[entity.name] = (entity.owner, entity.recorded_by)
    for item in entity.fields.values():
        if isinstance(item, ExternalField):
            continue
        path = (*above, step(_datum(entity, item), entity.name))
        if isinstance(item, ColumnField):
            _tell(tables, item, table, path)
            continue
        assert isinstance(item, EmbeddedField | OneField | ManyField)
        target = model.target(item)
        for clause in (getattr(item, "where", None), getattr(item, "sensitive", None)):
            _feel(tables, clause, path)
        if target.table is None:
            continue
        if target.name in {before.type for before in path}:  # someone else, whose own rows say who may read them
            _lead(tables, item, target, table, path, is_public=True)
            continue
        if isinstance(item, EmbeddedField) and not target.stub:
            _walk(tables, model, target, table, path, public)
        elif target.personal:
            _walk(tables, model, target, _table_name(target.table), path, public)
        else:
            _lead(tables, item, target, table, path, target.name in public and not target.stub)


def _tell(tables: Mapping[str, Personal], item: ColumnField, table: str, path: Path) -> None:
    if not isinstance(item.column, Column):
        _feel(tables, item.column, path)
        for column in _as_it_is(item):
            gathered = tables.get(_table_name(column.table))
            if gathered is not None and column.name != gathered.subject:
                _add(gathered.disclosed, column.name, path)
    elif table in tables:
        _add(tables[table].disclosed, item.column.name, path)
        if item.choice is not None:
            tables[table].choices[item.column.name] = value_names(item.choice)


def _as_it_is(item: ColumnField) -> list[Column[Any]]:
    """The columns whose values an expression gives as they are: chosen by a condition, gathered in a list, or looked up
    in another row."""
    if isinstance(item.column, Case):
        results = (*(result for _, result in item.column.whens), item.column.else_)
        return [result for result in results if isinstance(result, Column)]
    if isinstance(item.column, ScalarSelect):
        looked_up = [selected for selected in item.column.element.selected_columns if isinstance(selected, Column)]
        if looked_up:
            return looked_up
    if item.many and item.choice is None:
        return [node for node in visitors.iterate(item.column) if isinstance(node, Column)]
    return []


def _feel(tables: Mapping[str, Personal], clause: Any, path: Path) -> None:
    """Tell the path to every column that an expression or a condition reads."""
    for node in visitors.iterate(clause) if clause is not None else ():
        table = getattr(node, "table", None)
        if isinstance(node, Column) and isinstance(table, Table) and table.fullname in tables:
            _add(tables[table.fullname].felt, node.name, path)


def _lead(tables: Mapping[str, Personal], item: Field, target: Entity, table: str, path: Path, is_public: bool) -> None:
    """Tell the path to the column that links a row to one of nobody; whoever reads a public one feels the link only."""
    on = getattr(item, "on", None)
    if on is None:
        return
    theirs, ours = on
    if not isinstance(ours, Column):
        _feel(tables, ours, path)
    elif table in tables and ours.name not in _keys(tables[table]):
        _add(tables[table].felt if is_public else tables[table].led, ours.name, path)
    elif _table_name(theirs.table) in tables:
        assert target.key is not None
        assert isinstance(target.key.column, Column)
        _add(tables[_table_name(theirs.table)].led, target.key.column.name, path)


def _keys(table: Personal) -> set[str]:
    return {table.subject, *(c.name for c in table.table.primary_key.columns)}


def _add(paths: dict[str, list[Path]], column: str, path: Path) -> None:
    listed = paths.setdefault(column, [])
    if path not in listed:
        listed.append(path)


def _datum(entity: Entity, item: Field) -> Datum:
    return Datum(entity.coordinate(item.graphql_name), str(item.category), item.level is Level.REDUCED)


DECIDING = {"last_contact": "lastContactOn", "erasure_on": "erasureDueOn"}
"""Columns of `access.person` that decide on what is read, and the field of `Rights` that tells each."""


@cache
def deciding() -> Mapping[str, tuple[Path, ...]]:
    """The paths to each of them."""
    model = load("people")
    person, rights = model.entities["Person"], model.entities["Rights"]
    [above] = [item for item in person.fields.values() if item.graphql_name == "rights"]
    first = step(_datum(person, above), "Person")
    items = {item.graphql_name: item for item in rights.fields.values()}
    return {column: ((first, step(_datum(rights, items[name]), "Rights")),) for column, name in DECIDING.items()}


@cache
def served(table: Table) -> frozenset[str]:
    """Columns of a table of nobody that some type serves."""
    names: set[str] = set()
    for entity in (entity for name in SUBGRAPHS for entity in load(name).entities.values()):
        if entity.table is table:
            for item in entity.fields.values():
                if isinstance(item, ColumnField) and isinstance(item.column, Column):
                    names.add(item.column.name)
                if isinstance(item, EmbeddedField):
                    names |= {"source", "as_of"} if item.graphql_name == "provenance" else {"structure_id"}
    return frozenset(names)
