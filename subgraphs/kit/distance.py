"""Great-circle distances in Python and in SQL, and the bounding box of a circle; the Earth is a sphere of mean radius.

A distance is rounded to a tenth of a kilometre before it is compared with a radius; Python and SQL round alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, degrees, floor, radians, sin, sqrt
from typing import Any

from sqlalchemy import ColumnElement, Double, func

from subgraphs.kit.literals import number

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the WGS 84 ellipsoid (IUGG R1)."""

ROUNDED_KM = 0.06
"""How far beyond a radius a point may be and still be served as within it: half a tenth, and room for the last bits."""

Position = tuple[float, float]
"""Latitude and longitude, decimal degrees (WGS 84)."""


def distance_km(start: Position | None, end: Position | None) -> float | None:
    """Great-circle distance in kilometres, to a tenth; None if a position is unknown."""
    if start is None or end is None:
        return None
    (lat1, lon1), (lat2, lon2) = start, end
    half_chord = (
        sin(radians(lat2 - lat1) / 2) ** 2
        + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    )
    exact = 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half_chord)))
    return floor(exact * 10 + 0.5) / 10


def distance_sql(
    lat1: ColumnElement[float], lon1: ColumnElement[float], lat2: ColumnElement[float], lon2: ColumnElement[float]
) -> ColumnElement[Any]:
    """Great-circle distance in SQL, as `distance_km`; null if a position is null."""
    two, ten = number(2), number(10)

    def squared_half_sine(difference: ColumnElement[float]) -> ColumnElement[float]:
        return func.power(func.sin(func.radians(difference) / two), two)

    half_chord = squared_half_sine(lat2 - lat1) + func.cos(func.radians(lat1)) * func.cos(
        func.radians(lat2)
    ) * squared_half_sine(lon2 - lon1)
    exact = two * number(EARTH_RADIUS_KM) * func.asin(func.sqrt(func.least(number(1), half_chord)))
    return func.floor(exact * ten + number(0.5), type_=Double()) / ten


@dataclass(frozen=True, slots=True)
class Box:
    """A bounding box in decimal degrees, bounds included."""

    south: float
    north: float
    west: float
    east: float


def box(centre: Position, radius_km: float) -> Box:
    """Return the bounding box of a circle; it spans every longitude if the circle holds a pole or crosses ±180.

    The widest longitude of a circle of angle `r` at latitude `lat` is asin(sin r / cos lat) from its centre.
    """
    latitude, longitude = centre
    angle = (radius_km + ROUNDED_KM) / EARTH_RADIUS_KM
    south, north = latitude - degrees(angle), latitude + degrees(angle)
    if south <= -90 or north >= 90:
        return Box(south, north, -180, 180)
    width = degrees(asin(min(1.0, sin(angle) / cos(radians(latitude)))))
    west, east = longitude - width, longitude + width
    return Box(south, north, west, east) if west >= -180 and east <= 180 else Box(south, north, -180, 180)
