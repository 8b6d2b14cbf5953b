"""The demo's hub, deployed in each of the two ways: for tests that ask it and change nothing."""

from collections.abc import Iterator

import pytest

from infra.keys import Keys
from infra.postgresql import Cluster
from tests.conftest import copied
from tests.e2e.site import Site, deployed


@pytest.fixture(scope="session")
def one_process(
    postgresql: Cluster, keys: Keys, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Hub and subgraphs in one process."""
    with (
        copied(postgresql, keys, template) as database,
        deployed(database, tmp_path_factory.mktemp("one"), separate=False) as site,
    ):
        yield site


@pytest.fixture(scope="session")
def several_processes(
    postgresql: Cluster, keys: Keys, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The hub and each subgraph in a process of its own."""
    with (
        copied(postgresql, keys, template) as database,
        deployed(database, tmp_path_factory.mktemp("several"), separate=True) as site,
    ):
        yield site


@pytest.fixture(scope="module", params=["in one process", "in processes apart"])
def hub(request: pytest.FixtureRequest) -> Site:
    """First the one, then the other."""
    name = "one_process" if request.param == "in one process" else "several_processes"
    site: Site = request.getfixturevalue(name)
    return site
