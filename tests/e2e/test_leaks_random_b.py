"""Random operations over the whole model: the network for employment, and those outside it."""

from __future__ import annotations

import pytest

from tests.conftest import Database
from tests.e2e.canary_checks import Checks, Roamed, roamed
from tests.e2e.test_leaks_random_a import ACTORS as FIRST_HALF

ACTORS = (
    "conseiller-ft",
    "conseiller-ml",
    "employeur",
    "organisme-formation",
    "statisticien",
    "partenaire",
    "si-departement",
)


@pytest.fixture(scope="module")
def ran(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Roamed:
    return roamed(database, tmp_path_factory.mktemp("random"), ACTORS, share=0.5, start=2)


class TestLeaks(Checks):
    pass


def test_every_actor_of_the_model_is_drawn_in_one_of_the_two_halves(ran: Roamed) -> None:
    assert sorted([*FIRST_HALF, *ACTORS]) == sorted(ran.trial.model.actors), (
        "name each new actor in test_leaks_random_a.py or test_leaks_random_b.py"
    )
