"""Distances, by known ones and by their properties; a box never leaves out what is near."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.distance import EARTH_RADIUS_KM, Position, box, distance_km

positions = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def test_a_known_distance() -> None:
    charleville, sedan = (49.7748, 4.7171), (49.6967, 4.9294)
    assert distance_km(charleville, sedan) == 17.6


def test_antipodes_are_half_the_circumference_apart() -> None:
    assert distance_km((0, 0), (0, 180)) == 20015.1


@given(positions, positions)
def test_a_distance_is_symmetric_and_never_beyond_half_the_circumference(start: Position, end: Position) -> None:
    forth, back = distance_km(start, end), distance_km(end, start)
    assert forth is not None
    assert forth == back
    assert 0 <= forth <= 20015.1


@pytest.mark.parametrize(("start", "end"), [(None, (49.0, 4.0)), ((49.0, 4.0), None), (None, None)])
def test_an_unknown_position_gives_an_unknown_distance(start: Position | None, end: Position | None) -> None:
    assert distance_km(start, end) is None


def reached(centre: Position, bearing: float, kilometres: float) -> Position:
    """The point at a distance from another, in a direction counted in radians from the north."""
    latitude, angle = radians(centre[0]), kilometres / EARTH_RADIUS_KM
    end = asin(min(1.0, max(-1.0, sin(latitude) * cos(angle) + cos(latitude) * sin(angle) * cos(bearing))))
    east = atan2(sin(bearing) * sin(angle) * cos(latitude), cos(angle) - sin(latitude) * sin(end))
    return degrees(end), (centre[1] + degrees(east) + 540) % 360 - 180


@given(positions, st.integers(1, 100), st.floats(0, 6.2832), st.floats(0, 1.001))
def test_a_box_holds_whatever_is_served_as_within_the_radius(
    centre: Position, radius: int, bearing: float, share: float
) -> None:
    point = reached(centre, bearing, radius * share)
    served = distance_km(centre, point)
    assert served is not None
    bounds = box(centre, radius)
    inside = bounds.south <= point[0] <= bounds.north and bounds.west <= point[1] <= bounds.east
    assert inside or served > radius


@pytest.mark.parametrize("latitude", [0.0, 49.77, -21.1])
def test_a_box_is_little_larger_than_the_circle(latitude: float) -> None:
    bounds = box((latitude, 4.72), 50)
    assert bounds.north - latitude < 0.46
    assert (bounds.east - 4.72) * cos(radians(latitude)) < 0.46
