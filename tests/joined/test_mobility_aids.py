"""A public subgraph on Node joins by settings: the hub serves it beside its own, and tells it nothing of who asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from hub.app import hub_app
from hub.joined.joined_graph import joined_graph
from hub.settings import load_settings
from schema.context import HEADER
from tests.conftest import Database
from tests.e2e.canary_proxy import Proxy, proxied
from tests.e2e.site import Filled, Site
from tests.joined.conftest import MOBILITY, with_subgraph
from tests.pinned_graph import graph
from tests.threaded_server import listening

AIDS = '{ mobilityAids(departmentCode: "08") { id title kind } }'
BY_PERSON = """query Aids($id: ID!) {
  person(id: $id) { lastName referrals(first: 5) { nodes { status service { name mobilityAids { title } } } } }
}"""


@contextmanager
def served(filled: Filled, database: Database, url: str) -> Iterator[Site]:
    settings = load_settings(with_subgraph(filled.settings("mobility-settings.toml"), "mobility", url, MOBILITY))
    app = hub_app(joined_graph(graph(), settings.joined), settings, database.keys, database.dsn)
    with listening(app) as address:
        site = filled.site(address, database, {})
        with closing(site.client):
            yield site


@pytest.fixture(scope="module")
def watched(filled: Filled, database: Database, mobility: str) -> Iterator[tuple[Site, Proxy]]:
    with proxied(mobility) as proxy, served(filled, database, proxy.url) as site:
        yield site, proxy


def test_another_team_s_public_types_are_served_beside_the_hub_s_own(watched: tuple[Site, Proxy]) -> None:
    site, _ = watched
    assert site.ask("referent-a", AIDS)["data"] == {
        "mobilityAids": [
            {"id": "permis-b", "title": "Aide au permis B", "kind": "LICENCE"},
            {"id": "garage", "title": "Location solidaire", "kind": "VEHICLE"},
        ]
    }
    answer = site.ask("referent-a", BY_PERSON, id=site.persons["maelle"])
    services = [node["service"] for node in answer["data"]["person"]["referrals"]["nodes"] if node["service"]]
    assert services
    assert {len(service["mobilityAids"]) for service in services} == {3}


def test_what_the_settings_give_no_category_fails_as_a_misspelt_field_does(watched: tuple[Site, Proxy]) -> None:
    site, _ = watched
    errors = [
        site.post("referent-a", {"query": f"{{ mobilityAids {{ {name} }} }}"}).json()["errors"][0]
        for name in ("managementNote", "managementNoto")
    ]
    assert errors[0]["extensions"]["code"] == errors[1]["extensions"]["code"] == "DOCUMENT_INVALID"


def test_a_subgraph_outside_the_contract_receives_nothing_of_a_person_or_of_who_asks(
    watched: tuple[Site, Proxy],
) -> None:
    site, proxy = watched
    proxy.take()
    answer = site.ask("referent-a", BY_PERSON, id=site.persons["maelle"])
    passed = proxy.take()
    assert b"_entities" in passed
    assert answer["data"]["person"]["lastName"].encode() not in passed
    assert site.persons["maelle"].encode() not in passed
    actor = site.actors["referent-a"]
    for secret in (HEADER, "authorization", "purpose", "traceparent", actor.kind, *map(str, actor.claims.values())):
        assert secret.encode() not in passed.lower(), secret


def test_a_joined_subgraph_that_is_down_leaves_the_rest_of_the_answer(filled: Filled, database: Database) -> None:
    with served(filled, database, "http://127.0.0.1:9") as site:
        answer = site.ask("referent-a", BY_PERSON, id=site.persons["maelle"])
    assert answer["data"]["person"]["lastName"]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"SUBGRAPH_UNREACHABLE"}
