"""Which tables hold what a client may keep a copy of: the triggers that note their changes, and the coordinates that
each of them may change.

A change is noted by PostgreSQL itself, so that no writer can forget it (docs/decisions/0101). `generated` writes the
coordinates by table to `schema/generated/changes.json`, by which the hub tells whether a change shows in a query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import orjson
from sqlalchemy import ColumnElement, FromClause, MetaData, Table, case
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.visitors import iterate

from schema.categories import Category
from schema.facts import REVEALED, VALUE_FACTS
from schema.subgraphs import GENERATED, SUBGRAPHS
from subgraphs.kit.aliased_columns import AliasedColumns, retarget
from subgraphs.kit.entity import Entity, entity_of
from subgraphs.kit.enums import categories_of_values
from subgraphs.kit.fields import ColumnField, Drop, EmbeddedField, Field, ManyField, OneField
from subgraphs.kit.residual_sql import constant, word
from subgraphs.kit.sdl import load

FILE = GENERATED / "changes.json"
SUBJECT = "person_id"
ROW = "r"
"""Alias of the changed row in the expressions of a trigger's arguments."""
EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}
"""The transition tables of each event, as `access.note_change` names them."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A table whose changes are noted: SQL expressions over a row for its person, the organisation that owns it and the
    one that recorded it, and the bits of the categories for which it may be dropped."""

    table: Table
    subject: str
    owner: str
    recorder: str
    facts: str

    @property
    def triggers(self) -> list[str]:
        """The statements that make its triggers."""
        arguments = ", ".join(
            f"'{text.replace(chr(39), chr(39) * 2)}'" for text in (self.subject, self.owner, self.recorder, self.facts)
        )
        return [
            f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON {self.table.fullname} {transition}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION access.note_change({arguments})"
            for event, transition in EVENTS.items()
        ]


def watched(metadata: MetaData, types: Iterable[type]) -> list[Watched]:
    """The tables of a schema whose rows a personal type shows, in the order of its migrations."""
    entities: dict[FromClause, list[Entity]] = defaultdict(list)
    for entity in map(entity_of, types):
        if entity.personal and _is_watched(entity.table):
            entities[entity.table].append(entity)
    return [_watched(table, entities[table]) for table in metadata.sorted_tables if table in entities]


def _is_watched(table: FromClause | None) -> TypeGuard[Table]:
    """Whether rows of a table of a subgraph are of people; those of `access` have triggers of their own."""
    return isinstance(table, Table) and table.schema in SUBGRAPHS and (SUBJECT in table.c or table.name == "person")


def _watched(table: Table, entities: list[Entity]) -> Watched:
    subject = next(entity.subject for entity in entities)
    owners = {entity.owner for entity in entities} - {None}
    recorders = {entity.recorded_by for entity in entities} - {None}
    return Watched(
        table,
        f"{ROW}.{subject}",
        f"{ROW}.{owners.pop()}" if owners else "NULL",
        f"{ROW}.{recorders.pop()}" if recorders else "NULL",
        _facts(table, entities),
    )


def _facts(table: Table, entities: list[Entity]) -> str:
    """The bits of the categories for which a row is dropped, as SQL over the alias `ROW`."""
    row = AliasedColumns(ROW, table)
    expressions: dict[str, None] = {}
    for entity in entities:
        for field in entity.valued:
            if isinstance(field.forbidden, Drop) and field.choice is not None:
                values = sorted(categories_of_values(field.choice).items())
                bits = [(word(name), constant(VALUE_FACTS[category])) for category, names in values for name in names]
                expressions[_sql(case(*bits, value=retarget(field.column, table, row), else_=constant(0)))] = None
        for expression in entity.revealing:
            revealed = [(word(category), constant(VALUE_FACTS[category])) for category in REVEALED]
            expressions[_sql(case(*revealed, value=retarget(expression, table, row), else_=constant(0)))] = None
    return " | ".join(expressions) or "0"


def _sql(expression: ColumnElement[Any]) -> str:
    text = str(expression.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]
    return " ".join(text.split())


def coordinates_by_table() -> dict[str, dict[str, Any]]:
    """By table, then by the type whose rule decides on its rows: whether they have an owner and a recorder; coordinates
    that show the row itself (`row`); and those that are computed from several (`derived`), each with the bit of its
    category."""
    tables: dict[str, dict[str, Any]] = defaultdict(dict)

    def add(table: Table, entity: Entity, coordinate: str, category: Category | None = None) -> None:
        own = table is entity.table
        types = tables[str(table.fullname)]
        blank = {
            "owned": own and entity.owner is not None,
            "recorded": own and entity.recorded_by is not None,
            "row": [],
            "derived": {},
        }
        shown = types.setdefault(entity.name, blank)
        if category is None:
            shown["row"].append(coordinate)
        else:
            shown["derived"][coordinate] = int(VALUE_FACTS.get(category, 0))

    for name in SUBGRAPHS:
        model = load(name)
        for entity in filter(_is_personal, model.entities.values()):
            for field in entity.fields.values():
                coordinate = entity.coordinate(field.graphql_name)
                if _is_watched(entity.table) and _reads_own_row(entity, field):
                    add(entity.table, entity, coordinate)
                for table in _other_tables(entity, field):
                    add(table, entity, coordinate, field.category)
                target = _personal_target(field)
                if target is not None and _is_watched(target.table):
                    add(target.table, target, coordinate)
    return tables


def _is_personal(entity: Entity) -> bool:
    return entity.personal


def _reads_own_row(entity: Entity, field: Field) -> bool:
    """Whether a field changes with the row of its object. Rows without a person, such as the agents of a rendez-vous,
    change with the row that leads to them."""
    if isinstance(field, ColumnField):
        return entity.table in _tables(field.column)
    if isinstance(field, OneField | ManyField) and field.on is not None:
        return _personal_target(field) is None or getattr(field.on[1], "name", None) != entity.subject
    return isinstance(field, EmbeddedField)


def _other_tables(entity: Entity, field: Field) -> Iterator[Table]:
    """The tables of people's rows that a column is computed from, beside that of its object."""
    tables = _tables(field.column) if isinstance(field, ColumnField) else set()
    return (table for table in sorted(tables, key=str) if table is not entity.table and _is_watched(table))


def _personal_target(field: Field) -> Entity | None:
    if not isinstance(field, OneField | ManyField) or field.target is None:
        return None
    target = entity_of(field.target)
    return target if target.personal else None


def _tables(expression: Any) -> set[Table]:
    """The tables that an expression reads, by an alias or not."""
    tables = (getattr(element, "table", None) for element in iterate(expression))
    return {table for table in (getattr(table, "element", table) for table in tables) if isinstance(table, Table)}


def generated() -> Mapping[Path, str]:
    """The coordinates by table, by the file that holds them."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return {FILE: orjson.dumps(coordinates_by_table(), option=options).decode()}
