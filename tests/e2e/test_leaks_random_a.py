"""Random operations over the whole model: those who follow people for the département, and the person itself."""

from __future__ import annotations

import pytest

from tests.conftest import Database
from tests.e2e.canary_checks import Checks, Roamed, roamed

ACTORS = ("referent-a", "referent-b", "orienteur", "delegataire", "personne", "dpo")


@pytest.fixture(scope="module")
def ran(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Roamed:
    return roamed(database, tmp_path_factory.mktemp("random"), ACTORS, share=0.5, start=3)


class TestLeaks(Checks):
    pass
