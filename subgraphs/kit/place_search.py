"""Search around a place: the argument `near` of a public list, and its condition and order in SQL.

A place is a commune, by the centroid of `subgraphs.kit.communes`, or a position. Rows within the radius are listed,
nearest first, then by key; rows without a position are not. An index reads the box around the circle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_

from subgraphs.kit.aliased_columns import AliasedColumns, retarget
from subgraphs.kit.communes import communes
from subgraphs.kit.distance import Box, Position, box, distance_sql
from subgraphs.kit.errors import BadInput
from subgraphs.kit.select_builder import Scope

INPUT = "NearInput"
DISTANCE = "distanceKm"
"""Field of an edge: the distance that its row is listed by."""
DEFAULT_RADIUS_KM = 50
"""Radius where none is given (that of data.inclusion's own search, docs/domain.md#data-inclusion)."""
MAX_RADIUS_KM = 100
FIELDS = frozenset({"cityCode", "latitude", "longitude", "radiusKm"})


@dataclass(frozen=True, slots=True)
class Near:
    """A list that can be searched around a place: the columns of its rows' position, and the fields that it reveals."""

    latitude: ColumnElement[Any]
    longitude: ColumnElement[Any]
    reads: tuple[str, ...] = ("latitude", "longitude", "cityCode")


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a request: position in decimal degrees, radius in kilometres, and the box around the circle."""

    latitude: float
    longitude: float
    radius_km: int
    box: Box

    @property
    def values(self) -> dict[str, float]:
        """Values of the statement's parameters."""
        around = self.box
        return {
            "latitude": self.latitude,
            "longitude": self.longitude,
            "radius": float(self.radius_km),
            "south": around.south,
            "north": around.north,
            "west": around.west,
            "east": around.east,
        }


def read_place(argument: Any) -> Place:
    """Read the argument `near`; raises BadInput."""
    if not isinstance(argument, dict) or not argument.keys() <= FIELDS:
        raise BadInput("near", "OBJECT")
    radius = argument.get("radiusKm")
    radius = DEFAULT_RADIUS_KM if radius is None else radius
    if type(radius) is not int or not 1 <= radius <= MAX_RADIUS_KM:
        raise BadInput("near.radiusKm", "RADIUS")
    latitude, longitude = _position(argument)
    return Place(latitude, longitude, radius, box((latitude, longitude), radius))


def _position(argument: dict[str, Any]) -> Position:
    code, latitude, longitude = (argument.get(name) for name in ("cityCode", "latitude", "longitude"))
    if (code is None) == (latitude is None and longitude is None):
        raise BadInput("near", "PLACE")
    if code is None:
        return _degrees("latitude", latitude, 90), _degrees("longitude", longitude, 180)
    commune = communes().get(code) if isinstance(code, str) else None
    if commune is None:
        raise BadInput("near.cityCode", "COMMUNE")
    return commune.latitude, commune.longitude


def _degrees(name: str, value: Any, bound: int) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not -bound <= value <= bound:
        raise BadInput(f"near.{name}", name.upper())
    return float(value)


def within_radius(
    near: Near, scope: Scope, bind: Callable[[str], ColumnElement[float]]
) -> tuple[ColumnElement[bool], ColumnElement[float]]:
    """Return the condition that a row is within the radius, and its distance; `bind` makes a parameter for a name of
    `Place.values`."""
    assert scope.entity.table is not None
    latitude, longitude = _columns(near, scope.row, scope.entity.table)
    distance = distance_sql(bind("latitude"), bind("longitude"), latitude, longitude)
    within = and_(
        latitude.between(bind("south"), bind("north")),
        longitude.between(bind("west"), bind("east")),
        distance <= bind("radius"),
    )
    return within, distance


def _columns(near: Near, row: AliasedColumns, table: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return retarget(near.latitude, table, row), retarget(near.longitude, table, row)
