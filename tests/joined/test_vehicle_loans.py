"""A subgraph of another team that holds a personal type: the hub decides, guards and journals it as its own, and what
the subgraph does wrong the guard keeps back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from clients.examples.vehicle_loans.server import Context, Item, Subgraph
from hub.app import hub_app
from hub.joined.joined_graph import joined_graph
from hub.settings import load_settings
from infra.keys import Keys
from schema.facts import Fact
from tests.conftest import Database
from tests.e2e.canary_proxy import Proxy, proxied
from tests.e2e.site import Filled, Site
from tests.joined.conftest import with_subgraph
from tests.joined.loans import LOANS, serving
from tests.pinned_graph import graph
from tests.threaded_server import listening

BY_PERSON = "query ($id: ID!) { person(id: $id) { lastName vehicleLoans { startsOn vehicle } } }"
CHANGES = "{ changes(first: 100) { nodes { id vehicleLoans { startsOn vehicle } } } }"
JOURNAL = "{ myAccessJournal(first: 1) { nodes { purpose data { category fields } } } }"
VEHICLE, STRANGER = "Citadine-canari-du-bénéficiaire", "Scooter-canari-d-autrui"
READ = {"startsOn": "2026-03-14", "vehicle": VEHICLE}


def register(database: Database, person: str) -> dict[str, Any]:
    """The links of a person as the hub has them, and a loan of that person; a loan of somebody whom nobody knows."""

    async def links() -> list[dict[str, Any]]:
        connection = await database.connect()
        try:
            rows = await connection.fetch(
                "SELECT key, valid_from, valid_until FROM access.link WHERE person_id = $1", person
            )
        finally:
            await connection.close()
        return [
            {
                "key": row["key"],
                "from": row["valid_from"].isoformat(),
                "until": row["valid_until"] and row["valid_until"].isoformat(),
            }
            for row in rows
        ]

    nobody = "00000000-0000-4000-8000-00000000dead"
    rest = {"restrictions": 0, "erasureOn": None, "lastContact": "2026-11-20"}
    return {
        "people": [
            {"id": person, "links": asyncio.run(links()), **rest},
            {"id": nobody, "links": [], **rest},
        ],
        "loans": [
            {"id": "1", "personId": person, "recordedBy": None, **READ},
            {"id": "2", "personId": nobody, "recordedBy": None, "startsOn": "2026-05-22", "vehicle": STRANGER},
        ],
    }


class IgnoresResidual(Subgraph):
    """Returns all that it holds, of everybody, with the facts that are true."""

    def person(self, person_id: str, context: Context) -> Item | None:
        return Item("Person", {"id": person_id}, person_id, self.person_facts(person_id, context))

    def loan(self, loan: Mapping[str, Any], context: Context) -> Item | None:
        return Item("VehicleLoan", loan, loan["personId"], self.person_facts(loan["personId"], context))

    def holds(self, clauses: Any, facts: int) -> bool:
        return True

    def readable(self, coordinate: str, item: Item, context: Context) -> bool:
        return True


class Factless(Subgraph):
    """Answers rows without their facts."""

    def resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        return None if info.field_name == "_access" else super().resolve(source, info, **arguments)


@contextmanager
def served(
    kind: type[Subgraph], filled: Filled, database: Database, key_folder: Path
) -> Iterator[tuple[Site, Proxy, Subgraph]]:
    """The hub, joined to this subgraph of loans under the contract."""
    Keys.add(key_folder, "context-loans")
    keys = Keys.load(key_folder, (*(path.name for path in key_folder.iterdir() if "." not in path.name),))
    subgraph = kind(register(database, filled.persons["maelle"]), (keys.context("loans"),))
    with serving(subgraph) as url, proxied(url) as proxy:
        path = with_subgraph(filled.settings("loans-settings.toml"), "loans", proxy.url, LOANS, contract=True)
        settings = load_settings(path)
        app = hub_app(joined_graph(graph(), settings.joined), settings, keys, database.dsn)
        with listening(app) as address:
            site = filled.site(address, database, {})
            with closing(site.client):
                yield site, proxy, subgraph


@pytest.fixture(scope="module")
def key_folder(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the keys, to which that of the joined subgraph is added."""
    folder = tmp_path_factory.mktemp("keys")
    folder.chmod(0o700)
    for path in database.keys.directory.iterdir():
        if path.is_file() and not path.name.startswith("."):
            copy = folder / path.name
            copy.write_bytes(path.read_bytes())
            copy.chmod(0o600)
    return folder


def test_a_joined_personal_type_is_read_by_its_grants_and_told_to_the_person(
    filled: Filled, database: Database, key_folder: Path
) -> None:
    with served(Subgraph, filled, database, key_folder) as (site, proxy, subgraph):
        maelle = site.persons["maelle"]
        answer = site.ask("referent-a", BY_PERSON, id=maelle)
        assert answer["data"]["person"]["vehicleLoans"] == [READ]
        (access,) = site.ask("personne", JOURNAL)["data"]["myAccessJournal"]["nodes"]
        fields = {label for group in access["data"] for label in group["fields"] if group["category"] == "SUIVI"}
        assert {"Prêt de véhicule : début", "Prêt de véhicule : véhicule"} <= fields

        nodes = site.ask("referent-a", CHANGES)["data"]["changes"]["nodes"]
        assert [node["vehicleLoans"] for node in nodes if node["id"] == maelle] == [[READ]]

        proxy.take()
        readers = set()
        for actor in site.actors:
            response = site.post(actor, {"query": BY_PERSON, "variables": {"id": maelle}})
            readers |= {actor} if VEHICLE in response.text else set()
            assert (VEHICLE.encode() in proxy.take()) is (VEHICLE in response.text), actor
        assert {"referent-a", "personne"} <= readers < site.actors.keys()
        subgraph.people[maelle]["restrictions"] = int(Fact.LIMITATION)
        restricted = site.ask("referent-a", BY_PERSON, id=maelle)
        assert VEHICLE not in str(restricted)
        assert VEHICLE.encode() not in proxy.take()


@pytest.mark.parametrize("kind", [IgnoresResidual, Factless])
def test_what_a_subgraph_returns_without_right_stays_in_the_hub(
    kind: type[Subgraph], filled: Filled, database: Database, key_folder: Path
) -> None:
    """Its own table answers for rows of people whom the actor has nothing to do with; the guard keeps them back."""
    with served(kind, filled, database, key_folder) as (site, proxy, subgraph):
        maelle = site.persons["maelle"]
        subgraph.people[maelle]["links"] = []
        proxy.take()
        response = site.post("referent-a", {"query": BY_PERSON, "variables": {"id": maelle}})
        if kind is IgnoresResidual:
            assert VEHICLE.encode() in proxy.take()
        assert response.json()["data"]["person"]["lastName"]
        assert VEHICLE not in response.text
        assert STRANGER not in response.text
        (access,) = site.ask("personne", JOURNAL)["data"]["myAccessJournal"]["nodes"]
        assert "Prêt de véhicule : véhicule" not in str(access)
