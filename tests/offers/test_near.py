"""`near`: what is around a place, nearest first, as a plain reckoning on unit vectors finds it."""

from __future__ import annotations

from math import asin, cos, floor, radians, sin, sqrt
from random import Random
from typing import Any

import pytest

from schema.residual import Residual
from schema.written_numbers import WrittenNumber
from subgraphs.kit.communes import load
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import Rows, context

NEAREST = """query ($first: Int, $after: String, $near: NearInput) {
  found: %s(first: $first, after: $after, near: $near) {
    edges { cursor distanceKm node { id } } nodes { id } pageInfo { hasNextPage endCursor }
  }
}"""
SERVICES, STRUCTURES = (NEAREST % name for name in ("services", "structures"))
CHARLEVILLE = {"cityCode": "08105"}
CENTRES = [(49.77, 4.72), (-21.1, 55.5), (0.0, 0.0), (64.0, -179.95), (-17.0, 179.9), (89.9, 10.0)]


def chord_km(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Kilometres between two positions by the chord between their unit vectors, to a tenth."""
    start_vector, end_vector = (
        (cos(radians(lat)) * cos(radians(lon)), cos(radians(lat)) * sin(radians(lon)), sin(radians(lat)))
        for lat, lon in (start, end)
    )
    chord = sqrt(sum((a - b) ** 2 for a, b in zip(start_vector, end_vector, strict=True)))
    return floor(2 * 6371.0088 * asin(min(1.0, chord / 2)) * 10 + 0.5) / 10


async def scatter(rows: Rows) -> dict[str, tuple[float, float] | None]:
    """Structures and services around each of the centres, far from all, and nowhere; by the end of their id."""
    random, positions = Random(7), dict[str, tuple[float, float] | None]()
    for number in range(120):
        latitude, longitude = random.choice(CENTRES)
        place = (
            max(-90.0, min(90.0, latitude + random.uniform(-1.2, 1.2))),
            (longitude + random.uniform(-1.5, 1.5) + 540) % 360 - 180,
        )
        positions[f"essai--{number:03}"] = None if number % 20 == 0 else place
    for key, at in positions.items():
        common = {
            "producer": "essai", "name": key, "at_latitude": at and at[0], "at_longitude": at and at[1],
        }  # fmt: skip
        await rows.sourced("offers.structure", id=key, networks=[], **common)
        await rows.sourced(
            "offers.service", id=key, structure_id=key, thematics=[], categories=[], publics=[], access_modes=[],
            mobilisation_modes=[],
            eligibility_zone=[], **common,
        )  # fmt: skip
    return positions


async def page(offers: Subgraph, query: str, **variables: Any) -> Any:
    answer = await offers.execute(query, variables, context(Residual()))
    assert "errors" not in answer, answer
    return answer["data"]["found"]


async def code(offers: Subgraph, **variables: Any) -> str:
    answer = await offers.execute(SERVICES, variables, context(Residual()))
    error_code: str = answer["errors"][0]["extensions"]["code"]
    return error_code


async def test_what_is_listed_around_a_place_is_what_a_plain_reckoning_finds_in_that_order(
    rows: Rows, offers: Subgraph
) -> None:
    await rows.connection.execute("TRUNCATE offers.service, offers.structure")
    places, listed = await scatter(rows), 0
    for query in (SERVICES, STRUCTURES):
        for centre in CENTRES:
            for radius in (1, 30, 100):
                expected = sorted(
                    (chord_km(centre, at), key) for key, at in places.items() if at and chord_km(centre, at) <= radius
                )
                near = {"latitude": centre[0], "longitude": centre[1], "radiusKm": radius}
                answer = await page(offers, query, first=100, near=near)
                assert [(edge["distanceKm"], edge["node"]["id"]) for edge in answer["edges"]] == expected
                assert answer["pageInfo"]["hasNextPage"] is False
                listed += len(expected)
    assert listed > 100


async def test_pages_around_a_place_follow_each_other_without_loss_or_repetition(rows: Rows, offers: Subgraph) -> None:
    whole = (await page(offers, SERVICES, first=100, near=CHARLEVILLE))["edges"]
    assert len({edge["distanceKm"] for edge in whole}) < len(whole), "two services are equally far"
    entries: list[Any] = []
    after, more = None, True
    while more:
        answer = await page(offers, SERVICES, first=2, after=after, near=CHARLEVILLE)
        entries += [(edge["distanceKm"], edge["node"]) for edge in answer["edges"]]
        after, more = answer["pageInfo"]["endCursor"], answer["pageInfo"]["hasNextPage"]
    assert entries == [(edge["distanceKm"], edge["node"]) for edge in whole]


async def test_a_commune_is_its_centroid_and_fifty_kilometres_are_the_radius(rows: Rows, offers: Subgraph) -> None:
    centre = load()["08105"]
    at = {"latitude": centre.latitude, "longitude": centre.longitude, "radiusKm": 50}
    by_commune = await page(offers, SERVICES, first=100, near=CHARLEVILLE)
    by_position = await page(offers, SERVICES, first=100, near=at)
    assert by_commune["nodes"] == by_position["nodes"] != []


async def test_a_position_is_the_same_with_whatever_digits_it_is_written(rows: Rows, offers: Subgraph) -> None:
    expected = await page(offers, SERVICES, first=100, near={"latitude": 49.77, "longitude": 4.72})
    assert expected["nodes"]
    for latitude, longitude in (("49.7700", "4.720"), ("4.977e1", "4720e-3"), ("49.77000000000000000000001", "4.72")):
        near = {"latitude": WrittenNumber(latitude), "longitude": WrittenNumber(longitude)}
        assert (await page(offers, SERVICES, first=100, near=near))["nodes"] == expected["nodes"]


async def test_a_cursor_serves_only_the_place_that_it_was_made_for(rows: Rows, offers: Subgraph) -> None:
    after = (await page(offers, SERVICES, first=2, near=CHARLEVILLE))["pageInfo"]["endCursor"]
    for near in (None, {"cityCode": "08409"}, {**CHARLEVILLE, "radiusKm": 49}):
        assert await code(offers, after=after, near=near) == "FORBIDDEN_INPUT"


async def test_without_a_place_rows_are_in_the_order_of_their_keys_and_no_distance_is_told(
    rows: Rows, offers: Subgraph
) -> None:
    edges = (await page(offers, SERVICES, first=100))["edges"]
    assert {edge["distanceKm"] for edge in edges} == {None}
    keys = [edge["node"]["id"] for edge in edges]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    "near",
    [
        {},
        {"radiusKm": 10},
        {"latitude": 49.77},
        {"longitude": 4.72},
        {"cityCode": "08105", "latitude": 49.77, "longitude": 4.72},
        {"cityCode": "98735"},
        {"cityCode": "8105"},
        {"cityCode": 8105},
        {"latitude": 90.5, "longitude": 4.72},
        {"latitude": 49.77, "longitude": -180.5},
        {"latitude": True, "longitude": 4.72},
        {"latitude": "49.77", "longitude": "4.72"},
        {"cityCode": "08105", "radiusKm": 0},
        {"cityCode": "08105", "radiusKm": 101},
        {"cityCode": "08105", "radiusKm": 10.5},
        {"cityCode": "08105", "commune": "x"},
        "08105",
    ],
)
async def test_a_place_that_is_none_is_refused(rows: Rows, offers: Subgraph, near: Any) -> None:
    assert await code(offers, near=near) == "BAD_INPUT"
