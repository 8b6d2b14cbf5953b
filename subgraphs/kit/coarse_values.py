"""Counts of the people whom a coarsened value hides, and of those whom it hides them among (docs/policy.md#rule-14).

Whoever may not read a protected value is served the coarse one in its place, as of an unknown value. One select per
field and table counts, by département and by what else of the row tells them apart, the people of either sort.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, literal_column, or_, select

from subgraphs.kit import access
from subgraphs.kit.aliased_columns import AliasedColumns, retarget
from subgraphs.kit.entity import Entity
from subgraphs.kit.enums import categories_of_values
from subgraphs.kit.fields import Coarsen, ColumnField, EmbeddedField
from subgraphs.kit.literals import text
from subgraphs.kit.residual_sql import word
from subgraphs.kit.subgraph_model import Model


def coarse_values(model: Model) -> Iterator[tuple[str, str, Select[Any]]]:
    """Iterate over (coordinate, coarse value, select); the rows of a select are (département, what tells the rows
    apart, ordinary people, protected people), of those with any protected one."""
    for entity in model.entities.values():
        for field in entity.coarsening:
            assert isinstance(field.forbidden, Coarsen)
            for holder in _holders(model, entity):
                yield entity.coordinate(field.graphql_name), field.forbidden.to, _counted(entity, field, holder)


def _holders(model: Model, entity: Entity) -> Iterator[Entity]:
    """The entities in whose tables an entity's rows are: itself, or those that embed it."""
    assert entity.table is not None
    if getattr(entity.table, "schema", None) is not None:
        yield entity
        return
    for holder in model.entities.values():
        if any(field.target is entity.origin for field in holder.fields.values() if isinstance(field, EmbeddedField)):
            yield holder


def _counted(entity: Entity, field: ColumnField, holder: Entity) -> Select[Any]:
    assert isinstance(field.forbidden, Coarsen)
    assert field.choice is not None
    assert entity.table is not None
    assert holder.table is not None
    assert holder.subject is not None
    row, person = AliasedColumns("t", holder.table), access.person.alias("p")
    value = retarget(field.column, entity.table, row)
    beside = [
        func.concat(text(name), literal_column("' '"), cast(retarget(column, entity.table, row), Text))
        for name, column in field.forbidden.beside.items()
    ]
    protected = [word(name) for names in categories_of_values(field.choice).values() for name in names]
    subject = row.c[holder.subject]

    def people(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((condition, subject)).distinct())

    hidden = people(value.in_(protected))
    group = func.concat_ws(literal_column("' '"), *beside) if beside else literal_column("''", Text())
    places: list[ColumnElement[Any]] = [literal_column("1"), literal_column("2")]
    department = func.coalesce(person.c.department, literal_column("''"))
    ordinary = people(or_(value.is_(None), value == word(field.forbidden.to)))
    return (
        select(department, group, ordinary, hidden)
        .select_from(holder.table.alias("t").join(person, person.c.person_id == subject))
        .group_by(*places)
        .having(hidden > literal_column("0"))
        .order_by(*places)
    )
