"""Order and keyset pagination of lists in SQL; a page selects n + 1 rows, to know whether another page follows.

Rows that the residual drops are dropped before the limit, so that the number of rows and `hasNextPage` reveal
nothing of them. The order is that of the guarded value, nulls last, then of the id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Null, Select, and_, bindparam, null, or_

from subgraphs.kit.aliased_columns import retarget
from subgraphs.kit.fields import Sort
from subgraphs.kit.guards import Guards
from subgraphs.kit.page_arguments import Shape, sort_field
from subgraphs.kit.select_builder import Row, Scope
from subgraphs.kit.statement import Parameters


@dataclass(frozen=True, slots=True)
class Ordering:
    """The order of a list's rows. `sort` is None if the rows are ordered by id alone; `nearest` if it is the distance
    to the place of the request."""

    sort: ColumnElement[Any] | None
    descending: bool
    key: ColumnElement[Any]
    nearest: bool = False

    @staticmethod
    def declared(guards: Guards, scope: Scope, sort: Sort | None) -> Ordering:
        """Return the declared order, on the values that the actor reads."""
        key = _key(scope)
        if sort is None:
            return Ordering(None, False, key)
        value = guards.comparison_value(scope, sort_field(scope.entity, sort), sort.column)
        return Ordering(None if isinstance(value, Null) else value, sort.descending, key)

    @staticmethod
    def by_distance(scope: Scope, distance: ColumnElement[float]) -> Ordering:
        """Return the order by distance, nearest first."""
        return Ordering(distance, False, _key(scope), True)

    @property
    def distance(self) -> ColumnElement[Any]:
        """The distance of a row, null without a place in the request."""
        return self.sort_value if self.nearest else null()

    @property
    def sort_value(self) -> ColumnElement[Any]:
        """The sort value that a cursor holds."""
        return null() if self.sort is None else self.sort

    @property
    def order_by(self) -> list[ColumnElement[Any]]:
        """The ORDER BY clause."""
        last = [] if isinstance(self.key, Null) else [self.key]
        if self.sort is None:
            return last
        return [(self.sort.desc() if self.descending else self.sort.asc()).nulls_last(), *last]

    def after(self, value: ColumnElement[Any], key: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that a row comes after the position (value, key)."""
        if self.sort is None:
            return self.key > key
        later_value = self.sort < value if self.descending else self.sort > value
        later_key = and_(self.sort == value, self.key > key)
        return or_(
            and_(value.is_not(None), or_(later_value, later_key, self.sort.is_(None))),
            and_(value.is_(None), self.sort.is_(None), self.key > key),
        )


def _key(scope: Scope) -> ColumnElement[Any]:
    entity = scope.entity
    if entity.key is None or entity.table is None:
        return null()
    return retarget(entity.key.column, entity.table, scope.row)


def limit_parameter(number: int) -> str:
    """The parameter that holds the number of rows of a page, and one more."""
    return f"first_{number}"


def after_parameter(number: int) -> str:
    """The parameter that holds the id of the row that a page comes after."""
    return f"after_id_{number}"


def page_select(row: Row, number: int, shape: Shape, ordering: Ordering, parameters: Parameters) -> Select[Any]:
    """Select the page of the node `number` and one more row."""
    page = row.select().order_by(*ordering.order_by)
    if shape.after:
        value, key = f"after_{number}", after_parameter(number)
        parameters[key] = lambda call: _after(call, number)[1]
        key_parameter = bindparam(key, type_=ordering.key.type)
        place: ColumnElement[Any] = null()
        if ordering.sort is not None:
            parameters[value] = lambda call: _after(call, number)[0]
            place = bindparam(value, type_=ordering.sort.type)
        page = page.where(ordering.after(place, key_parameter))
    limit = limit_parameter(number)
    parameters[limit] = lambda call: call.pages[number].first + 1
    return page.limit(bindparam(limit, type_=Integer()))


def _after(call: Any, number: int) -> tuple[Any, Any]:
    after = call.pages[number].after
    assert after is not None
    return after  # type: ignore[no-any-return]
