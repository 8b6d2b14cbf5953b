"""The rows of `Person.suggestedServices`: the rule of `subgraphs.offers.ranking` as one select.

What it reads of the person is what the hub read under the actor's own residual: the commune and the constraints that
the actor may know of (docs/policy.md#rule-7). Distances are reckoned on plain columns, without an extension.
"""

from __future__ import annotations

from math import degrees
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Double,
    FromClause,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    func,
    literal_column,
    null,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from subgraphs.kit.distance import EARTH_RADIUS_KM, distance_sql
from subgraphs.kit.fields import RequiredValues
from subgraphs.kit.literals import number, text
from subgraphs.offers import tables
from subgraphs.offers.ranking import CATEGORY_OF_THEME, OPEN, RADIUS_KM, REMOTE, UNKNOWN_KM, UNMATCHED_KM

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

MARGIN = 1.002
"""How much larger the box is than the circle in it: what is served as 50.0 km may be 50.05, and degrees of longitude
are not quite those of a plane."""


def suggested(required: RequiredValues) -> Select[Any]:
    """The services near the person's commune and those without a place, with their distance and rank."""
    offer = union_all(_near(required), _anywhere()).subquery("offer")
    answers = offer.c.categories.op("&&", is_comparison=True)(_categories(required))
    rank = func.coalesce(offer.c.distance_km, number(UNKNOWN_KM)) + case(
        (answers, number(0)), else_=number(UNMATCHED_KM)
    )
    names = ("id", "name", "thematics", "structure_id", "distance_km")
    return select(*(offer.c[name] for name in names), rank.label("rank"))


def _near(required: RequiredValues) -> Select[Any]:
    """Services within the radius: those of a box around the commune, found by index, and of them the near ones."""
    commune, service = tables.commune.alias("here"), tables.service.alias("offered")
    height = number(degrees(RADIUS_KM / EARTH_RADIUS_KM) * MARGIN)
    width = height / func.cos(func.radians(commune.c.latitude))
    distance = distance_sql(commune.c.latitude, commune.c.longitude, service.c.at_latitude, service.c.at_longitude)
    nearby = select(*_columns(service), distance.label("distance_km")).where(
        commune.c.code == required.text("contact", "address", "cityCode"),
        service.c.at_latitude.between(commune.c.latitude - height, commune.c.latitude + height),
        service.c.at_longitude.between(commune.c.longitude - width, commune.c.longitude + width),
    )
    boxed = nearby.subquery("boxed")
    return select(boxed).where(boxed.c.distance_km <= number(RADIUS_KM))


def _anywhere() -> Select[Any]:
    """Services that may be used from anywhere (`ranking.is_anywhere`), in no place that is known."""
    service = tables.service.alias("placeless")
    unknown: ColumnElement[Any] = cast(null(), Double()).label("distance_km")
    modes = service.c.access_modes
    national = and_(func.cardinality(modes) == literal_column("0"), service.c.city_code.is_(None))
    anywhere = or_(text(REMOTE) == func.any(modes), national)
    return select(*_columns(service), unknown).where(service.c.at_latitude.is_(None), anywhere)


def _columns(service: FromClause) -> list[ColumnElement[Any]]:
    return [service.c[name] for name in ("id", "name", "thematics", "structure_id", "categories")]


def _categories(required: RequiredValues) -> ColumnElement[Any]:
    """Categories of thematics that the open constraints call for."""
    listed = required.json("constraints")
    is_list = func.jsonb_typeof(listed) == text("array")
    constraints = func.jsonb_array_elements(case((is_list, listed), else_=cast(text("[]"), JSONB)))
    item = constraints.table_valued(column("value", JSONB)).render_derived(name="listed")
    theme, state = item.c.value[text("theme")].astext, item.c.value[text("state")].astext
    called = case(*((theme == text(name), text(category)) for name, category in CATEGORY_OF_THEME.items()))
    themes = and_(state == text(OPEN), theme.in_([text(name) for name in CATEGORY_OF_THEME]))
    return func.array(select(called).select_from(item).where(themes).scalar_subquery(), type_=ARRAY(Text()))
