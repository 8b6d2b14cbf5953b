"""Access conditions of one statement, as SQL: when a row exists for the actor, and when a field of it is readable.

docs/policy.md#rule-3: a type or coordinate that the residual does not name is denied, unless it is open to all.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Null, and_, case, exists, false, literal_column, null, or_, select
from sqlalchemy.sql.selectable import FromClause

from schema.categories import OPEN
from schema.facts import REVEALED, VALUE_FACTS
from schema.residual import Residual, Rule
from subgraphs.kit.aliased_columns import AliasedColumns, retarget
from subgraphs.kit.entity import Entity
from subgraphs.kit.enums import categories_of_values, ordinary_values
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.facts_sql import person_facts, row_facts
from subgraphs.kit.fields import Coarsen, ColumnField, EmbeddedField, Field, ManyField, OneField
from subgraphs.kit.masks import masked
from subgraphs.kit.residual_sql import holds_sql, implied, value_allowed_sql, without_forbidden_bits, word
from subgraphs.kit.select_builder import Row, Scope
from subgraphs.kit.sensitive_organisations import STRICTEST, UNKNOWN
from subgraphs.kit.subgraph_model import Model

Condition = ColumnElement[bool] | bool
"""True: always; False: never."""


class Guards:
    """Applies one residual to the row sources of a statement, which it names."""

    def __init__(self, model: Model, residual: Residual) -> None:
        self.model, self.residual = model, residual
        self._count = 0

    def name(self, letter: str) -> str:
        """Return a new name for a row source."""
        self._count += 1
        return f"{letter}{self._count}"

    def enter(
        self,
        row: Row,
        entity: Entity,
        columns: AliasedColumns,
        base: ColumnElement[int] | None,
        subject: str | None = None,
    ) -> Scope:
        """Begin an object on a row source of `row`: join its facts and keep the rows that exist for the actor.

        `base` are the facts of its person where they are known already, `subject` reads the person's key there.
        """
        if entity.subject is None:
            return Scope(entity, columns, None, None, ())
        if base is None:
            name = self.name("f")
            row.join(person_facts(columns.c[entity.subject], self.residual, name))
            base = literal_column(f"{name}.v", Integer())
        facts = row_facts(entity, columns, base, self.residual)
        if facts is not base:
            name = self.name("x")
            own_facts = select(facts.label("v"))
            if entity.revealing:  # looked up once, not at each test of the facts
                own_facts = own_facts.offset(literal_column("0"))
            row.join(own_facts.lateral(name))
            facts = literal_column(f"{name}.v", Integer())
        rule = self.residual.rows.get(entity.name, Rule())
        row.where.append(holds_sql(rule.read, facts))
        if entity.dropping:
            row.where.append(value_allowed_sql(rule, facts, entity.dropping))
        return Scope(entity, columns, base, facts, rule.read, subject=subject)

    def readable(self, scope: Scope, field: Field) -> Condition:
        """Return when the field is readable in full."""
        rule = self.residual.fields.get(scope.entity.coordinate(field.graphql_name))
        if rule is None:
            return field.category in OPEN and not (isinstance(field, ManyField) and field.requires)
        if scope.facts is None:
            return bool(rule.read)
        if not rule.read:
            return False
        return True if implied(scope.granted, rule.read) else holds_sql(rule.read, scope.facts)

    def link_condition(self, scope: Scope, field: OneField | ManyField, below: Scope) -> Condition:
        """Return when the relationship may be followed: it reveals nothing, or a category that the actor reads."""
        if field.sensitive is None:
            return True
        assert scope.entity.table is not None
        assert below.entity.table is not None
        category = retarget(field.sensitive, scope.entity.table, scope.row)
        category = retarget(category, below.entity.table, below.row)
        allowed = dict(self.residual.fields.get(scope.entity.coordinate(field.graphql_name), Rule()).values)
        tests: list[ColumnElement[bool]] = [category.is_(None)]
        for value in REVEALED:
            clauses = allowed.get(VALUE_FACTS[value], ())
            if clauses and scope.facts is not None:
                categories = (value, UNKNOWN) if value is STRICTEST else (value,)
                tests.append(and_(category.in_([word(name) for name in categories]), holds_sql(clauses, scope.facts)))
        return or_(*tests)

    def value(self, scope: Scope, field: ColumnField) -> ColumnElement[Any] | None:
        """Return the value as this actor may see it: full, masked or null; None if the actor never sees it."""
        when = self.readable(scope, field)
        if when is True:
            return self.coarsened_value(scope, field)
        rule = self.residual.fields.get(scope.entity.coordinate(field.graphql_name), Rule())
        cases: list[tuple[Any, ColumnElement[Any]]] = []
        if when is not False:
            cases.append((when, self.coarsened_value(scope, field)))
        if rule.reduced and scope.facts is not None:
            cases.append(
                (holds_sql(rule.reduced, scope.facts), masked(rule.reduction, self.coarsened_value(scope, field)))
            )
        return case(*cases, else_=null()) if cases else None

    def coarsened_value(self, scope: Scope, field: ColumnField) -> ColumnElement[Any]:
        """Return the value, coarsened unless the actor reads the value's own category."""
        assert scope.entity.table is not None
        value = retarget(field.column, scope.entity.table, scope.row)
        if not isinstance(field.forbidden, Coarsen) or field.choice is None:
            return value
        allowed = dict(self.residual.fields.get(scope.entity.coordinate(field.graphql_name), Rule()).values)
        cases: list[tuple[Any, ColumnElement[Any]]] = [
            (value.in_([word(name) for name in ordinary_values(field.choice)]), value)
        ]
        for category, values in sorted(categories_of_values(field.choice).items()):
            clauses = allowed.get(VALUE_FACTS[category], ())
            if clauses and scope.facts is not None:
                cases.append((and_(value.in_([word(v) for v in values]), holds_sql(clauses, scope.facts)), value))
        return case(*cases, else_=word(field.forbidden.to))

    def served_facts(self, scope: Scope) -> ColumnElement[int]:
        """Return the facts that `_access` serves: without the categories of coarsened values."""
        assert scope.facts is not None
        facts = scope.facts
        for field in scope.entity.coarsening:
            assert field.choice is not None
            rule = self.residual.fields.get(scope.entity.coordinate(field.graphql_name))
            bits = sum(int(VALUE_FACTS[category]) for category in categories_of_values(field.choice))
            facts = without_forbidden_bits(rule, facts, bits, scope.facts)
        return facts

    def comparison_value(
        self, scope: Scope, field: ColumnField, column: ColumnElement[Any] | None
    ) -> ColumnElement[Any]:
        """Return the value that filters and orders use: the full value if readable, else null, never a mask."""
        when = self.readable(scope, field)
        if when is False:
            return null()
        assert scope.entity.table is not None
        value = (
            self.coarsened_value(scope, field) if column is None else retarget(column, scope.entity.table, scope.row)
        )
        return value if when is True else case((when, value), else_=null())

    def enter_target(self, row: Row, scope: Scope, field: EmbeddedField | OneField) -> Scope:
        """Enter the object that a to-one field returns, on `row`."""
        entity = self.model.target(field)
        if isinstance(field, EmbeddedField) and entity.stub and entity.key is not None and entity.table is not None:
            row.where.append(retarget(entity.key.column, entity.table, scope.row).is_not(None))
        if isinstance(field, EmbeddedField):
            same_person = entity.subject == scope.entity.subject
            return self.enter(row, entity, scope.row, *((scope.base, scope.subject) if same_person else (None,)))
        target = self.enter_related(row, scope, entity, field.on)
        if field.where is not None:
            assert entity.table is not None
            row.where.append(retarget(field.where, entity.table, target.row))
        revealed = self.link_condition(scope, field, target)
        if not isinstance(revealed, bool):
            row.where.append(revealed)
        return target

    def enter_related(
        self, row: Row, scope: Scope, entity: Entity, on: tuple[ColumnElement[Any], ColumnElement[Any]]
    ) -> Scope:
        """Enter the rows of another table that are related to the object of `scope` by `on`."""
        target_column, own_column = on
        assert entity.table is not None
        assert scope.entity.table is not None
        columns, source = self.alias(entity.table)
        row.join(source)
        parent = retarget(own_column, scope.entity.table, scope.row)
        row.where.append(retarget(target_column, entity.table, columns) == parent)
        by_subject = (entity.subject, scope.entity.subject) == (_name(target_column), _name(own_column))
        same_person = by_subject and scope.base is not None
        return self.enter(row, entity, columns, *((scope.base, scope.subject) if same_person else (None,)))

    def alias(self, table: FromClause) -> tuple[AliasedColumns, FromClause]:
        """Return a new alias of a table and its columns."""
        return self.named_alias(table, self.name("t"))

    def named_alias(self, table: FromClause, name: str) -> tuple[AliasedColumns, FromClause]:
        """Return the alias of a table of this name, and its columns."""
        return AliasedColumns(name, table), table.alias(name)

    def matches(self, scope: Scope, path: str, test: Any, column: ColumnElement[Any] | None) -> ColumnElement[bool]:
        """Return the condition that the guarded value at `path` passes `test`; an unreadable value never does."""
        step, _, rest = path.partition(".")
        field = scope.entity.fields[step]
        if isinstance(field, ColumnField):
            value = self.comparison_value(scope, field, column)
            condition: ColumnElement[bool] = false() if isinstance(value, Null) else test(value)
            return condition
        if not isinstance(field, EmbeddedField | OneField):
            raise DeclarationError(f"{scope.entity.name}.{step} can't be filtered by")
        when = self.readable(scope, field)
        if when is False:
            return false()
        row = Row(None, json=True)
        child = self.enter_target(row, scope, field)
        row.where.append(self.matches(child, rest, test, column))
        if when is not True:
            row.where.append(when)
        row.add(literal_column("1"))
        return exists(row.select())


def _name(column: Any) -> str | None:
    return getattr(column, "name", None)
