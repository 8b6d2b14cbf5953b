"""The SQL of a signal: conditions on guarded values of a row, and of the other rows of its person."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Null, and_, cast, exists, literal_column, not_

from subgraphs.kit.aliased_columns import retarget
from subgraphs.kit.fields import ColumnField
from subgraphs.kit.guards import Guards
from subgraphs.kit.select_builder import Row, Scope
from subgraphs.kit.signals import Days, Signal


def raises_signal(guards: Guards, scope: Scope, signal: Signal, days: Days) -> ColumnElement[bool]:
    """The condition that the row of `scope` is a signal for the actor."""
    value = partial(_value, guards, scope)
    condition = signal.condition(value, days)
    if signal.other_row is None:
        return condition
    entity = scope.entity
    assert entity.key is not None
    assert entity.table is not None
    assert entity.subject is not None
    columns, table = guards.alias(entity.table)
    row = Row(table, json=True)
    row.where.append(columns.c[entity.subject] == scope.row.c[entity.subject])
    row.where.append(_key(scope.entity.key, scope) != retarget(entity.key.column, entity.table, columns))
    other_scope = guards.enter(row, entity, columns, scope.base)
    row.where.append(signal.other_row(value, partial(_value, guards, other_scope), days))
    row.add(literal_column("1"))
    other_exists = exists(row.select())
    return and_(condition, not_(other_exists) if signal.alone else other_exists)


def _value(guards: Guards, scope: Scope, name: str) -> ColumnElement[Any]:
    field = scope.entity.fields[name]
    assert isinstance(field, ColumnField)
    if field.key:
        return _key(field, scope)
    value = guards.comparison_value(scope, field, None)
    return cast(value, field.column.type) if isinstance(value, Null) else value


def _key(key: ColumnField | None, scope: Scope) -> ColumnElement[Any]:
    assert key is not None
    assert scope.entity.table is not None
    return retarget(key.column, scope.entity.table, scope.row)
