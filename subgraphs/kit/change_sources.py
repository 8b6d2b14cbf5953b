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
from sqlalchemy import Column, ColumnElement, FromClause, MetaData, Table, case
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.visitors import iterate

from schema.categories import Category
from schema.facts import REVEALED, VALUE_FACTS
from schema.subgraphs import GENERATED, SUBGRAPHS
from subgraphs.kit import access
from subgraphs.kit.aliased_columns import AliasedColumns, retarget
from subgraphs.kit.entity import Entity, entity_of
from subgraphs.kit.enums import categories_of_values
from subgraphs.kit.fields import Coarsen, ColumnField, Drop, EmbeddedField, Field, ManyField, OneField
from subgraphs.kit.provenance import LINEAGE, Provenance
from subgraphs.kit.residual_sql import constant, word
from subgraphs.kit.sdl import load
from subgraphs.kit.sensitive_organisations import STRICTEST, UNKNOWN

FILE = GENERATED / "changes.json"
SUBJECT = "person_id"
ROW = "r"
"""Alias of the changed row in the expressions of a trigger's arguments."""
EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}
"""The transition tables of each event."""
NOTE = (
    "INSERT INTO access.change (person_id, source, owner, recorder, facts)"
    " SELECT DISTINCT * FROM ({}) r WHERE person_id IS NOT NULL;"
)
FUNCTION = """CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql
SET search_path = '' SET enable_nestloop = off AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        {}
    ELSIF TG_OP = 'UPDATE' THEN
        {}
    ELSE
        {}
    END IF;
    RETURN NULL;
END
$$"""
"""The function of a table's triggers. A plan is made once, whatever number of rows changes first: a nested loop that is
best for one row takes the square of many."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A table whose changes are noted: SQL expressions over a row for its person, the organisation that owns it and the
    one that recorded it, and the bits of the categories for which it may be dropped; `unseen`, for an update, that
    of the category that it takes to see that the row changed."""

    table: Table
    subject: str
    owner: str
    recorder: str
    facts: str
    unseen: str | None

    @property
    def statements(self) -> list[str]:
        """The statements that make its function, whose plans PostgreSQL keeps, and its triggers."""
        function = f"{self.table.schema}.note_{self.table.name}"
        trigger = (
            f"CREATE TRIGGER {{}} AFTER {{}} ON {self.table.fullname} {{}} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION {function}()"
        )
        triggers = [trigger.format(f"note_{event.lower()}", event, rows) for event, rows in EVENTS.items()]
        return [FUNCTION.format(function, *map(self._note, EVENTS)), *triggers]

    def _note(self, event: str) -> str:
        """The statement that notes an event."""
        facts = self.facts if self.unseen is None or event != "UPDATE" else f"{self.facts} | {self.unseen}"
        columns = f"{self.subject} AS person_id, '{self.table.fullname}', {self.owner}, {self.recorder}, {facts}"
        rows = " UNION ".join(
            f"SELECT {columns} FROM {name} {ROW}"  # noqa: S608 - our own names
            for name in ("new_rows", "old_rows")
            if name in EVENTS[event]
        )
        return NOTE.format(rows)


def watched(metadata: MetaData, types: Iterable[type]) -> list[Watched]:
    """The tables of a schema whose rows a personal type shows, in the order of its migrations."""
    entities: dict[FromClause, list[Entity]] = defaultdict(list)
    personal = [entity for entity in map(entity_of, types) if entity.personal]
    for entity in personal:
        if _is_watched(entity.table):
            entities[entity.table].append(entity)
    revealing = [field for entity in personal for field in entity.fields.values() if _leads_to_revealing(field)]
    links = {table: [field.sensitive for field in revealing if _target_table(field) is table] for table in entities}
    return [_watched(table, entities[table], links[table]) for table in metadata.sorted_tables if table in entities]


def _leads_to_revealing(field: Field) -> TypeGuard[OneField | ManyField]:
    """Whether a relationship is withheld from a row of its person for what that row would reveal."""
    return (
        isinstance(field, OneField | ManyField)
        and field.sensitive is not None
        and _target_table(field) in _tables(field.sensitive)
    )


def _target_table(field: Field) -> FromClause | None:
    target = _personal_target(field)
    return None if target is None else target.table


def _is_watched(table: FromClause | None) -> TypeGuard[Table]:
    """Whether rows of a table of a subgraph are of people; those of `access` have triggers of their own."""
    return isinstance(table, Table) and table.schema in SUBGRAPHS and (SUBJECT in table.c or table.name == "person")


def _watched(table: Table, entities: list[Entity], links: list[Any]) -> Watched:
    subject = next(entity.subject for entity in entities)
    owners = {entity.owner for entity in entities} - {None}
    recorders = {entity.recorded_by for entity in entities} - {None}
    return Watched(
        table,
        f"{ROW}.{subject}",
        f"{ROW}.{owners.pop()}" if owners else "NULL",
        f"{ROW}.{recorders.pop()}" if recorders else "NULL",
        _facts(table, entities, links),
        _unseen(table, entities),
    )


def _unseen(table: Table, entities: list[Entity]) -> str | None:
    """The bit of the category that it takes to see that a row changed: an update changed but a value that is served as
    another one to whoever may not read it, and what is withheld with it, its instant included; 0 for other rows."""
    columns = {field.column.name: field for entity in entities for field in entity.coarsening}
    for name, field in columns.items():
        assert isinstance(field.forbidden, Coarsen)
        assert field.choice is not None
        for category, values in categories_of_values(field.choice).items():
            withheld = {column for entity in entities for column in _withheld(entity, category)}
            if "as_of" not in withheld:
                continue
            other_columns = "to_jsonb({}) - '{{" + ",".join(sorted({name, *withheld})) + "}}'::text[]"
            protected = ", ".join(f"'{value}'" for value in values)
            shown = f"CASE WHEN {{0}}.{name} IN ({protected}) THEN '{field.forbidden.to}' ELSE {{0}}.{name} END"
            same = " AND ".join(f"{text.format('o')} = {text.format('n')}" for text in (other_columns, shown))
            changed = f"SELECT id FROM old_rows o JOIN new_rows n USING (id) WHERE {same}"  # noqa: S608 - our own names
            return f"CASE WHEN {ROW}.id IN ({changed}) THEN {int(VALUE_FACTS[category])} ELSE 0 END"
    return None


def _withheld(entity: Entity, category: Category) -> Iterator[str]:
    """The columns that fields of this category show of an entity's own row."""
    for field in entity.fields.values():
        if field.category is category and isinstance(field, ColumnField) and isinstance(field.column, Column):
            yield field.column.name
        elif field.category is category and isinstance(field, EmbeddedField) and field.target is Provenance:
            yield LINEAGE.c.as_of.name


def _facts(table: Table, entities: list[Entity], links: list[Any]) -> str:
    """The bits of the categories for which a row is dropped, or for which the `links` to it are withheld, as SQL over
    the alias `ROW`."""
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
    for expression in links:
        hidden = [(word(category), constant(VALUE_FACTS[category])) for category in REVEALED]
        hidden.append((word(UNKNOWN), constant(VALUE_FACTS[STRICTEST])))
        expressions[_sql(case(*hidden, value=retarget(expression, table, row), else_=constant(0)))] = None
    return " | ".join(expressions) or "0"


def _sql(expression: ColumnElement[Any]) -> str:
    text = str(expression.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]
    return " ".join(text.split())


def coordinates_by_table() -> dict[str, dict[str, Any]]:
    """By table, then by the type whose rule decides on its rows: whether they have an owner and a recorder; coordinates
    that show the row itself (`row`); the `links` to it that are withheld for what it reveals; those whose own category
    has a bit (`withheld`), and those that are computed from several tables (`derived`), each with that bit."""
    tables: dict[str, dict[str, Any]] = defaultdict(dict)

    def add(table: Table, entity: Entity, coordinate: str, category: Category | None = None) -> None:
        own = table is entity.table
        types = tables[str(table.fullname)]
        blank = {
            "owned": own and entity.owner is not None,
            "recorded": own and entity.recorded_by is not None,
            "row": [],
            "links": [],
            "withheld": {},
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
                    if field.category in VALUE_FACTS:
                        withheld = tables[str(entity.table.fullname)][entity.name]["withheld"]
                        withheld[coordinate] = int(VALUE_FACTS[field.category])
                if _reads_facts(field):
                    add(access.person, entity, coordinate)
                for table in _other_tables(entity, field):
                    add(table, entity, coordinate, field.category)
                target = _personal_target(field)
                if target is not None and _is_watched(target.table):
                    add(target.table, target, coordinate)
                    if _leads_to_revealing(field):
                        tables[str(target.table.fullname)][target.name]["links"].append(coordinate)
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


def _reads_facts(field: Field) -> bool:
    """Whether a field shows what decides on the rows of its person."""
    return isinstance(field, ColumnField) and not field.key and access.person in _tables(field.column)


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
