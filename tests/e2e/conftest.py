"""A site for the tests of a module, deployed in each of the two ways."""

from collections.abc import Iterator

import pytest

from tests.conftest import Database
from tests.e2e.site import Site, site


@pytest.fixture(scope="module", params=["in one process", "in processes apart"])
def hub(request: pytest.FixtureRequest, database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running hub with the demo's data, first in one process, then with each subgraph apart."""
    with site(database, tmp_path_factory.mktemp("site"), apart=request.param == "in processes apart") as running:
        yield running
