"""Every answer of every process that listens carries the headers of a browser's defences, whatever the route says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest
from starlette.routing import Mount, Route

from demo.token_issuer import Issuer
from hub.app import HubApp, hub_app, subgraph_app
from hub.http.metrics import MetricsListener
from hub.http.safe_headers import CLOSED, SHARED
from hub.observability.meters import Meters
from hub.settings import load_settings
from tests.conftest import Database
from tests.pinned_graph import graph
from tests.threaded_server import listening

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "DELETE")
CACHED = ("/graphql/page.json", "/graphql/assets/")
"""What a browser may keep: it is the same for all, and of nobody."""
ORIGIN = "https://partenaire.exemple.fr"


@pytest.fixture(scope="module")
def hub(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, HubApp]]:
    """A hub at its address, which pages of `ORIGIN` may ask, with its application."""
    issuer = Issuer(tmp_path_factory.mktemp("headers"))
    settings = load_settings(issuer.write_settings({}, origins=[ORIGIN]))
    app = hub_app(graph(), settings, database.keys, database.dsn)
    with listening(app) as url:
        yield url, app


def check(path: str, status: int, headers: Mapping[str, str]) -> None:
    """The answer can't be taken for another type, tells no other site where it was read, loads nothing of elsewhere,
    stands in no frame, and is kept by nobody."""
    for name, value in SHARED.items():
        assert headers[name] == value, (path, status)
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'"), (path, status)
    assert "unsafe-eval" not in policy, (path, status)
    assert "http" not in policy, (path, status)
    is_cached = headers["cache-control"] != "no-store"
    assert not is_cached or (path.startswith(CACHED) and status == 200), (path, status, headers["cache-control"])


def walk(url: str, paths: list[str]) -> None:
    with httpx2.Client(base_url=url) as client:
        for path in paths:
            for method in METHODS:
                for accept in ("text/html", "application/json"):
                    answer = client.request(method, path, headers={"accept": accept, "origin": ORIGIN})
                    check(path, answer.status_code, answer.headers)


def test_every_route_of_a_hub_and_every_refusal(hub: tuple[str, HubApp]) -> None:
    url, app = hub
    routes = [route for route in app._rest.routes if isinstance(route, Route | Mount)]
    paths = [f"{route.path}/x.js" if isinstance(route, Mount) else route.path for route in routes]
    assert {"/", "/graphql", "/journal", "/matching", "/policy", "/readyz", "/sources", "/status"} <= set(paths)
    walk(url, [*paths, "/elsewhere", "/graphql/", "//", "/%2e%2e/etc"])


def test_a_page_says_its_own_policy(hub: tuple[str, HubApp]) -> None:
    policy = httpx2.get(f"{hub[0]}/policy").headers.get_list("content-security-policy")
    assert len(policy) == 1
    assert policy[0] != CLOSED["content-security-policy"]


def test_the_other_processes_that_listen(database: Database, tmp_path: Path) -> None:
    offers = subgraph_app("offers", graph(), None, database.keys, database.dsn)
    with listening(offers) as url:
        walk(url, ["/graphql", "/healthz", "/readyz", "/elsewhere"])


async def test_the_metrics_of_a_process() -> None:
    listener = MetricsListener(Meters("hub", ()), "127.0.0.1", 0)
    async with listener.running(), httpx2.AsyncClient() as client:
        for path in ("/metrics", "/elsewhere"):
            answer = await client.get(listener.url.replace("/metrics", path))
            check(path, answer.status_code, answer.headers)
