"""The rows of `Person.suggestedServices`: the rule of `subgraphs.offers.ranking` as one select.

What it reads of the person is what the hub read under the actor's own residual: the commune and the constraints that
the actor may know of (policy.md rule 7). Distances are reckoned on plain columns, without an extension.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Double,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import JSONB

from subgraphs.kit.fields import Required
from subgraphs.offers import tables
from subgraphs.offers.ranking import CATEGORY_OF_THEME, EARTH_RADIUS_KM, OPEN, UNKNOWN_KM, UNMATCHED_KM

SUGGESTION = table(
    "suggestion",
    column("id", Text(collation="C")),
    column("name", Text()),
    column("thematics", ARRAY(Text(collation="C"))),
    column("structure_id", Text(collation="C")),
    column("distance_km", Double()),
    column("rank", Double()),
)
"""Columns of a suggestion: a service, its distance, and its place in the order."""


def suggested(required: Required) -> Select[Any]:
    """Every service with its distance from the person's commune and its rank."""
    here, there, service = tables.commune.alias("here"), tables.commune.alias("there"), tables.service.alias("offered")
    offers = service.outerjoin(here, here.c.code == required.text("contact", "address", "cityCode")).outerjoin(
        there, there.c.code == service.c.city_code
    )
    distance = _distance(
        here.c.latitude,
        here.c.longitude,
        func.coalesce(service.c.latitude, there.c.latitude),
        func.coalesce(service.c.longitude, there.c.longitude),
    )
    found = select(
        service.c.id,
        service.c.name,
        service.c.thematics,
        service.c.structure_id,
        distance.label("distance_km"),
        service.c.categories.op("&&", is_comparison=True)(_categories(required)).label("answers"),
    ).select_from(offers)
    rows = found.subquery("offer")
    rank = func.coalesce(rows.c.distance_km, _number(UNKNOWN_KM)) + case(
        (rows.c.answers, _number(0)), else_=_number(UNMATCHED_KM)
    )
    return select(rows.c.id, rows.c.name, rows.c.thematics, rows.c.structure_id, rows.c.distance_km, rank.label("rank"))


def _categories(required: Required) -> ColumnElement[Any]:
    """Categories of thematics that the open constraints call for."""
    listed = required.json("constraints")
    is_list = func.jsonb_typeof(listed) == _word("array")
    constraints = func.jsonb_array_elements(case((is_list, listed), else_=cast(_word("[]"), JSONB)))
    item = constraints.table_valued(column("value", JSONB)).render_derived(name="listed")
    theme, state = item.c.value[_word("theme")].astext, item.c.value[_word("state")].astext
    called = case(*((theme == _word(name), _word(category)) for name, category in CATEGORY_OF_THEME.items()))
    themes = and_(state == _word(OPEN), theme.in_([_word(name) for name in CATEGORY_OF_THEME]))
    return func.array(select(called).select_from(item).where(themes).scalar_subquery(), type_=ARRAY(Text()))


def _distance(
    lat1: ColumnElement[float], lon1: ColumnElement[float], lat2: ColumnElement[float], lon2: ColumnElement[float]
) -> ColumnElement[Any]:
    """Great-circle distance in kilometres, to a tenth; null if a position is unknown."""
    two, ten = _number(2), _number(10)

    def squared_half_sine(difference: ColumnElement[float]) -> ColumnElement[float]:
        return func.power(func.sin(func.radians(difference) / two), two)

    half_chord = squared_half_sine(lat2 - lat1) + func.cos(func.radians(lat1)) * func.cos(
        func.radians(lat2)
    ) * squared_half_sine(lon2 - lon1)
    exact = two * _number(EARTH_RADIUS_KM) * func.asin(func.sqrt(func.least(_number(1), half_chord)))
    known = and_(*(degrees.is_not(None) for degrees in (lat1, lon1, lat2, lon2)))
    return case((known, func.floor(exact * ten + _number(0.5)) / ten))


def _number(value: float) -> ColumnElement[float]:
    """A constant of the rule, as part of the statement's text."""
    return literal_column(f"{value!r}::float8", Double())


def _word(value: str) -> ColumnElement[str]:
    """A constant word, as part of the statement's text; none comes from a request."""
    return literal_column(f"'{value}'", Text())
