"""A hub over the demonstration's data that trusts the demonstration's tokens, and a real identity provider's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import pytest

from demo.token_issuer import ALGORITHM
from hub.app import hub_app
from hub.settings import load_settings
from infra.keys import Keys
from infra.postgresql import Cluster
from tests.conftest import copied
from tests.e2e.site import Site, fill
from tests.identity.provider import PROJECT, Provider, provider
from tests.node import NodeAbsent, installed
from tests.pinned_graph import graph
from tests.threaded_server import listening

APPLICATION = "orienteur"
"""The actor whose application asks for its own tokens."""


@dataclass(frozen=True)
class Served:
    """The hub's address, the site behind it, and the identity provider, None without Node."""

    url: str
    site: Site
    provider: Provider | None

    def token(self, actor: str) -> str:
        """A token of the demonstration's issuer."""
        return self.site.issuer.token(self.site.actors[actor])


@pytest.fixture(scope="session")
def served(
    postgresql: Cluster, keys: Keys, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with ExitStack() as stack:
        database = stack.enter_context(copied(postgresql, keys, template))
        filled = fill(database, tmp_path_factory.mktemp("clients"))
        settings = filled.settings()
        running: Provider | None = None
        try:
            running = stack.enter_context(provider(installed(PROJECT), [filled.actors[APPLICATION]]))
        except NodeAbsent:
            pass
        else:
            issuer = (
                f'[[issuers]]\nissuer = "{running.url}"\nalgorithm = "{ALGORITHM}"\nkeys_url = "{running.keys_url}"\n'
            )
            settings.write_text(settings.read_text("utf-8") + issuer, "utf-8")
        url = stack.enter_context(listening(hub_app(graph(), load_settings(settings), database.keys, database.dsn)))
        site = filled.site(url, database, {})
        stack.enter_context(closing(site.client))
        yield Served(f"{url}/graphql", site, running)
