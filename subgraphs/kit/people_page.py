"""Which people a page of a caseload has, in the order of their ids, found along the links of the actor's scopes.

People are taken in order from after the cursor until enough of them pass: as many as the page has, then each time as
many as before, so that a page costs what it returns, and a filter that few pass at most twice what it judges.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from subgraphs.kit.facts_sql import SCOPES, TODAY
from subgraphs.kit.page_arguments import Shape
from subgraphs.kit.root_fields import RootField, is_found_by_index

BEFORE_ALL = "'00000000-0000-0000-0000-000000000000'::uuid"
"""What every id is greater than: ours have a version."""

Passing = Callable[[ColumnElement[Any]], Select[Any]]
"""From a person's id, a select that has a row if the person is of the list."""


def is_in_order_of_people(root: RootField, shape: Shape) -> bool:
    """Whether a list is one of people by their ids, which no criterion finds by an index."""
    entity = root.entity
    is_by_id = shape.order is None and root.signal is None and not shape.near
    is_of_people = entity.key is not None and entity.subject == entity.key.column.name
    criteria = (root.criteria[name] for name in shape.criteria)
    return is_by_id and is_of_people and not any(is_found_by_index(entity, criterion) for criterion in criteria)


def people_of_page(name: str, limit: str, after: str | None, passing: Passing) -> ColumnElement[Any]:
    """The ids of the first people who pass, at most as many as the parameter `limit` says, as one array; `after` is the
    parameter of the person that the page comes after, and `name` is that of the row sources."""
    most = bindparam(limit, type_=Integer())
    start = literal_column(BEFORE_ALL, Uuid()) if after is None else bindparam(after, type_=Uuid())
    ids = literal_column("'{}'::uuid[]", ARRAY(Uuid()))
    first_step = select(start.label("last"), literal_column("0", Integer()).label("tried"), ids.label("ids"))
    walk = first_step.cte(name, recursive=True)
    number = func.greatest(most, walk.c.tried)
    people = func.access.linked_people(SCOPES, TODAY, walk.c.last, number).table_valued("id").render_derived(f"{name}c")
    person = literal_column(f"{name}c.id", Uuid())
    ordered = func.array_agg(aggregate_order_by(person, person.asc()), type_=ARRAY(Uuid()))
    further = (
        select(
            ordered[func.count()].label("last"),
            func.count().label("tried"),
            func.coalesce(ordered.filter(exists(passing(person))), ids).label("ids"),
        )
        .select_from(people)
        .lateral(f"{name}n")
    )
    going_on = (
        select(further.c.last, walk.c.tried + cast(further.c.tried, Integer), walk.c.ids.op("||")(further.c.ids))
        .select_from(walk.join(further, true()))
        .where(func.cardinality(walk.c.ids) < most, further.c.tried > literal_column("0"))
    )
    walk = walk.union_all(going_on)
    first_ids = walk.c.ids[literal_column("1") : most]
    last = select(first_ids).order_by(walk.c.tried.desc()).limit(literal_column("1")).scalar_subquery()
    return cast(last, ARRAY(Uuid()))  # an array to PostgreSQL, and no rows
