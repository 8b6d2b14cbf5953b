"""The rule of suggestions, by its properties."""

import pytest
from data_inclusion.schema import v1  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.offers.ranking import (
    CATEGORY_OF_THEME,
    OPEN,
    RADIUS_KM,
    categories,
    is_anywhere,
    is_offered,
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


@given(distances, distances)
def test_whatever_answers_an_open_constraint_precedes_whatever_does_not(near: float | None, far: float | None) -> None:
    assert rank(True, far) < rank(False, near)


@given(st.booleans(), kilometres)
def test_an_unknown_distance_comes_after_every_known_one(answers: bool, distance: float) -> None:
    assert rank(answers, distance) < rank(answers, None)


@given(st.booleans(), kilometres, kilometres)
def test_among_equals_the_nearest_precedes(answers: bool, first: float, second: float) -> None:
    assert (rank(answers, first) < rank(answers, second)) == (first < second)


@given(positions, distances, st.booleans())
def test_a_place_that_is_known_must_be_near_and_one_that_is_not_must_be_anywhere(
    place: tuple[float, float], distance: float | None, anywhere: bool
) -> None:
    assert is_offered(None, None, anywhere) == anywhere
    assert is_offered(place, distance, anywhere) == (distance is not None and distance <= RADIUS_KM)


@pytest.mark.parametrize(
    ("modes", "city_code", "anywhere"),
    [
        ([], None, True),
        (["a-distance"], None, True),
        (["a-distance", "en-presentiel"], "29233", True),
        ([], "29233", False),
        (["en-presentiel"], None, False),
        (["en-presentiel"], "29233", False),
    ],
)
def test_what_receives_people_at_a_place_that_is_not_situated_is_not_anywhere(
    modes: list[str], city_code: str | None, anywhere: bool
) -> None:
    assert is_anywhere(None, modes, city_code) == anywhere
    assert not is_anywhere((49.77, 4.72), modes, city_code)
