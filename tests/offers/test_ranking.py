"""The rule of suggestions, by its properties."""

import pytest
from data_inclusion.schema import v1  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.offers.ranking import (
    CATEGORY_OF_THEME,
    OPEN,
    RADIUS_KM,
    UNKNOWN_KM,
    categories,
    distance_km,
    is_near,
    rank,
)

positions = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
kilometres = st.integers(0, 200_380).map(lambda tenths: tenths / 10)
distances = st.none() | kilometres


def test_every_theme_has_a_category_that_data_inclusion_knows() -> None:
    assert set(CATEGORY_OF_THEME.values()) <= {category.value for category in v1.Categorie}
    assert len(set(CATEGORY_OF_THEME.values())) == len(CATEGORY_OF_THEME) == 9


def test_only_open_constraints_of_known_themes_count() -> None:
    constraints = [("SANTE", "CLOTUREE"), ("MOBILITE", OPEN), (None, OPEN), ("LOGEMENT", None), ("AUTRE", OPEN)]
    assert categories(constraints) == {"mobilite"}


def test_no_constraint_calls_for_no_category() -> None:
    assert categories([]) == frozenset()


def test_a_known_distance() -> None:
    charleville, sedan = (49.7748, 4.7171), (49.6967, 4.9294)
    assert distance_km(charleville, sedan) == 17.6


def test_antipodes_are_half_the_circumference_apart() -> None:
    assert distance_km((0, 0), (0, 180)) == 20015.1


@given(positions, positions)
def test_a_distance_is_symmetric_and_below_the_bound_of_the_unknown(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    there, back = distance_km(start, end), distance_km(end, start)
    assert there is not None
    assert there == back
    assert 0 <= there < UNKNOWN_KM


@pytest.mark.parametrize(("start", "end"), [(None, (49.0, 4.0)), ((49.0, 4.0), None), (None, None)])
def test_an_unknown_position_gives_an_unknown_distance(
    start: tuple[float, float] | None, end: tuple[float, float] | None
) -> None:
    assert distance_km(start, end) is None


@given(distances, distances)
def test_whatever_answers_an_open_constraint_precedes_whatever_does_not(near: float | None, far: float | None) -> None:
    assert rank(True, far) < rank(False, near)


@given(st.booleans(), kilometres)
def test_an_unknown_distance_comes_after_every_known_one(answers: bool, known: float) -> None:
    assert rank(answers, known) < rank(answers, None)


@given(st.booleans(), kilometres, kilometres)
def test_among_equals_the_nearest_precedes(answers: bool, one: float, other: float) -> None:
    assert (rank(answers, one) < rank(answers, other)) == (one < other)


@given(positions, distances)
def test_a_place_that_is_known_must_be_near_and_a_service_without_one_is_offered_everywhere(
    place: tuple[float, float], distance: float | None
) -> None:
    assert is_near(None, None)
    assert is_near(place, distance) == (distance is not None and distance <= RADIUS_KM)
