"""Random operations over the whole model: the network for employment, and those outside it."""

from __future__ import annotations

import pytest

from tests.conftest import Database
from tests.e2e.canary_checks import Checks, Roamed, roamed

ACTORS = ("conseiller-ft", "conseiller-ml", "employeur", "organisme-formation", "statisticien", "partenaire")


@pytest.fixture(scope="module")
def ran(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Roamed:
    return roamed(database, tmp_path_factory.mktemp("random"), ACTORS, share=0.5, start=2)


class TestLeaks(Checks):
    pass
