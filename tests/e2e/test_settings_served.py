"""What settings say holds in a hub that is served: a subgraph behind mutual TLS, and an application's own documents."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from hub.observability.attributes import Stage
from tests.conftest import Database
from tests.e2e.faults import FaultProxy
from tests.e2e.site import METRICS, Filled, Site, fill, serve
from tests.federation.authority import Authority, Pair

JOURNEY = "query ($id: ID!) { person(id: $id) { firstName rdv: appointments(first: 5) { nodes { status } } } }"
REQUESTS = "[requests]\nactor = 3\nseconds = 86400\n" + METRICS
UNLISTED = "query ($id: ID!) { person(id: $id) { firstName } }"


@contextmanager
def behind_tls(target: str, shown: Pair, clients: Authority) -> Iterator[str]:
    """The URL of a server that ends TLS before `target` and admits nobody without a certificate of `clients`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown.certificate, shown.key)
    context.load_verify_locations(clients.path)
    context.verify_mode = ssl.CERT_REQUIRED
    with FaultProxy(target) as proxy:
        proxy.socket = context.wrap_socket(proxy.socket, server_side=True)
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"https://localhost:{proxy.server_address[1]}/graphql"
        finally:
            proxy.shutdown()
            thread.join()


@contextmanager
def hub(filled: Filled, database: Database, folder: Path, name: str, more: str) -> Iterator[Site]:
    """A hub of its own whose settings say `more`."""
    path = filled.settings(f"{name}.toml")
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{more}\n", encoding="utf-8")
    (folder / name).mkdir()
    with serve("all", database, folder / name, path) as process:
        site = filled.site(process.url, database, {"hub": process})
        try:
            yield site
        finally:
            site.client.close()


@pytest.fixture(scope="module")
def sites(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Site]]:
    """A hub with everything that `appointments` asks for, and one without a certificate."""
    folder = tmp_path_factory.mktemp("served")
    filled = fill(database, folder)
    beside = filled.settings().parent
    ours, theirs = Authority(beside, "ours"), Authority(beside, "theirs")
    ours.issue("hub")
    (beside / "operations.json").write_text(json.dumps({"journey": JOURNEY}), encoding="utf-8")
    with ExitStack() as stack:
        appointments = stack.enter_context(serve("appointments", database, folder))
        url = stack.enter_context(behind_tls(appointments.url, theirs.issue("appointments"), ours))
        trust = f'[subgraphs.appointments]\nurl = "{url}"\nauthorities = "theirs.pem"\n'
        manifest = '[[documents]]\nclient = "demo"\nmanifest = "operations.json"\n'
        proof = 'certificate = "hub.pem"\nkey = "hub.key"\n'
        yield {
            "admitted": stack.enter_context(hub(filled, database, folder, "admitted", trust + proof + manifest)),
            "anonymous": stack.enter_context(hub(filled, database, folder, "anonymous", trust)),
            "bounded": stack.enter_context(hub(filled, database, folder, "bounded", REQUESTS)),
        }


def test_a_subgraph_behind_mutual_tls_answers_the_hub_that_it_knows(sites: dict[str, Site]) -> None:
    site = sites["admitted"]
    answer = site.ask("referent-a", JOURNEY, id=site.persons["maelle"])
    assert "errors" not in answer
    assert answer["data"]["person"]["rdv"]["nodes"]


def test_without_its_certificate_the_hub_gets_nothing_of_it_and_the_rest_comes(sites: dict[str, Site]) -> None:
    site = sites["anonymous"]
    answer = site.ask("referent-a", JOURNEY, id=site.persons["maelle"])
    assert answer["data"]["person"] == {"firstName": "MAËLLE", "rdv": None}
    (error,) = answer["errors"]
    assert error["path"] == ["person", "rdv"]
    assert error["extensions"]["code"] in ("SUBGRAPH_TLS", "SUBGRAPH_UNREACHABLE")


@pytest.mark.parametrize("identifier", ["journey", f"sha256:{sha256(JOURNEY.encode()).hexdigest()}"])
def test_a_document_of_the_manifest_is_served_by_its_identifier_under_the_same_policy(
    sites: dict[str, Site], identifier: str
) -> None:
    site = sites["admitted"]
    sent = {"documentId": identifier, "variables": {"id": site.persons["maelle"]}}
    assert site.post("referent-a", sent).json() == site.ask("referent-a", JOURNEY, id=site.persons["maelle"])
    assert site.post("referent-b", sent).json()["data"] == {"person": None}


def test_an_application_with_a_manifest_sends_nothing_else(sites: dict[str, Site]) -> None:
    site = sites["admitted"]
    refused = site.post("referent-a", {"query": UNLISTED, "variables": {"id": site.persons["maelle"]}})
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "DOCUMENT_NOT_TRUSTED")
    anonymous = sites["anonymous"]
    assert anonymous.ask("referent-a", UNLISTED, id=site.persons["maelle"])["data"] == {
        "person": {"firstName": "MAËLLE"}
    }


def test_an_actor_that_makes_too_many_requests_waits_and_others_are_served(sites: dict[str, Site]) -> None:
    site = sites["bounded"]
    sent = {"query": "{ __typename }"}
    assert [site.post("referent-a", sent).status_code for _ in range(3)] == [200] * 3
    refused = site.post("referent-a", sent)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"]) == (429, "TOO_MANY_REQUESTS")
    assert 0 < int(refused.headers["retry-after"]) <= 86400 // 3
    assert refused.headers["retry-after"] in error["message"]
    assert site.post("referent-b", sent).status_code == 200
    metrics = site.client.get(site.processes["hub"].metrics_url).text
    assert 'spie_requests_refused_total{of="actor"} 1.0' in metrics
    for stage in Stage:
        assert re.search(rf'spie_stage_seconds_count{{stage="{stage}"}} [1-9]', metrics), stage
