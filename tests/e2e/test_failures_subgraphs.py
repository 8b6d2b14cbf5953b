"""A subgraph that fails: the rest comes, the error is at the client's path, and nothing of the failure looks like data.

Never a denial nor NOT_HELD for what failed, and not a word of what the subgraph said.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import Database
from tests.e2e.faults import SECRET, Farm, farm
from tests.e2e.site import PURPOSES, Site, new_trace, serve

JOURNEY = """query Journey($id: ID!) { person(id: $id) {
  id firstName contact { phones }
  rdv: appointments(first: 5) { nodes { startsAt status } }
  trainingPlacements(first: 5) { nodes { status } }
  suggestedServices(first: 3) { nodes { name } }
} }"""
CHANGES = "{ changes { nodes { id lastName appointments(first: 5) { nodes { id } } } pageInfo { endCursor } } }"
FIELDS = {"appointments": "rdv", "trainings": "trainingPlacements", "offers": "suggestedServices"}
FAULTS = {
    "answering 500": "SUBGRAPH_STATUS",
    "dead mid-answer": "SUBGRAPH_UNREACHABLE",
    "talking nonsense": "SUBGRAPH_MALFORMED",
    "in error": "SUBGRAPH_ERROR",
}


@pytest.fixture(scope="module")
def subgraphs(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    with farm(database, tmp_path_factory.mktemp("farm")) as running:
        yield running


@pytest.fixture(scope="module")
def hub(subgraphs: Farm) -> Iterator[Site]:
    with subgraphs.hub() as running:
        yield running


def journey(site: Site) -> dict[str, Any]:
    answer = site.ask("referent-a", JOURNEY, id=site.persons["maelle"])
    errors = [{**error, "extensions": {**error["extensions"], "trace": ""}} for error in answer.get("errors", [])]
    for word in SECRET.split():
        assert word not in json.dumps(errors, ensure_ascii=False)
    return answer


def check_failed(answer: dict[str, Any], whole: dict[str, Any], field: str, code: str) -> None:
    """Only `field` is missing, and for this reason."""
    assert answer["data"]["person"] == {**whole["data"]["person"], field: None}
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["person", field], code)
    assert set(error) == {"message", "locations", "path", "extensions"}
    assert [entry for entry in answer["extensions"]["access"] if entry["path"][:2] == ["person", field]] == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", FIELDS)
def test_the_rest_comes_and_the_error_is_at_the_path_of_the_client(
    hub: Site, subgraphs: Farm, name: str, fault: str
) -> None:
    whole = journey(hub)
    assert "errors" not in whole
    assert all(whole["data"]["person"][field]["nodes"] for field in FIELDS.values())
    with subgraphs.proxies[name].failing(fault):
        check_failed(journey(hub), whole, FIELDS[name], FAULTS[fault])
    assert journey(hub) == whole


@pytest.mark.parametrize("fault", FAULTS)
def test_without_the_root_there_is_an_error_and_no_claim_about_the_person(
    hub: Site, subgraphs: Farm, fault: str
) -> None:
    with subgraphs.proxies["people"].failing(fault):
        answer = journey(hub)
    assert answer["data"] == {"person": None}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [(["person"], FAULTS[fault])]
    assert [entry for entry in answer["extensions"]["access"] if entry["reason"] in ("NOT_HELD", "NOT_YOUR_ROW")] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_people_who_can_not_be_read_are_not_left_out_of_the_changes_without_an_error(
    hub: Site, subgraphs: Farm, fault: str
) -> None:
    whole = hub.ask("orienteur", CHANGES)
    assert whole["data"]["changes"]["nodes"]
    assert "errors" not in whole
    for failing in (("people",), ("appointments", "people")):
        with ExitStack() as stack:
            for name in failing:
                stack.enter_context(subgraphs.proxies[name].failing(fault))
            answer = hub.ask("orienteur", CHANGES)
        assert answer["data"]["changes"]["nodes"] == []
        assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
            (["changes", "nodes"], FAULTS[fault])
        ]


def test_a_hanging_subgraph_is_given_up_at_the_deadline_of_the_settings(hub: Site, subgraphs: Farm) -> None:
    whole = journey(hub)
    with subgraphs.hub(deadline=5.0) as hasty:
        assert journey(hasty) == whole
        with subgraphs.proxies["appointments"].failing("hanging") as fault:
            answer = journey(hasty)
            assert fault.received.is_set()
            assert fault.left.wait(20)
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"SUBGRAPH_TIMEOUT"}
        check_failed(answer, whole, "rdv", "SUBGRAPH_TIMEOUT")
        assert journey(hasty) == whole


async def test_a_client_that_leaves_cancels_the_calls_made_for_it_and_nothing_is_disclosed(
    hub: Site, subgraphs: Farm
) -> None:
    trace = new_trace()
    with subgraphs.proxies["appointments"].failing("hanging") as fault:
        with ask_raw(hub, trace):
            assert fault.received.wait(20)
            assert not fault.left.is_set()
        assert fault.left.wait(20)
    journey(hub)
    connection = await subgraphs.database.connect("journal_reader")
    try:
        kinds = await connection.fetch("SELECT kind FROM journal.entry WHERE trace = $1", trace)
    finally:
        await connection.close()
    assert [row["kind"] for row in kinds] == ["INTENT"]


def ask_raw(site: Site, trace: str) -> socket.socket:
    """A connection on which the journey was asked for, and nothing read yet."""
    actor = site.actors["referent-a"]
    body = json.dumps({"query": JOURNEY, "variables": {"id": site.persons["maelle"]}}).encode()
    address = urlsplit(site.url)
    head = [
        "POST /graphql HTTP/1.1",
        f"host: {address.netloc}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        f"authorization: Bearer {site.issuer.token(actor)}",
        f"purpose: {PURPOSES[actor.kind]}",
        f"traceparent: 00-{trace}-{trace[:16]}-01",
    ]
    connection = socket.create_connection((address.hostname or "", address.port or 0))
    connection.sendall("\r\n".join([*head, "", ""]).encode() + body)
    return connection


def test_a_subgraph_process_that_is_stopped_takes_only_its_own_fields_along(
    database: Database, subgraphs: Farm, hub: Site
) -> None:
    whole = journey(hub)
    folder = subgraphs.folder / "stopped"
    folder.mkdir()
    settings = subgraphs.filled.settings(
        "settings-stopped.toml",
        subgraphs={name: process.url for name, process in subgraphs.subgraphs.items() if name != "trainings"},
    )
    with serve("trainings", database, folder) as trainings:
        with settings.open("a", encoding="utf-8") as file:
            file.write(f'trainings = "{trainings.url}/graphql"\n')
        with serve("hub", database, folder, settings) as process:
            site = subgraphs.filled.site(process.url, database, {})
            try:
                assert journey(site) == whole
                trainings.stop()
                check_failed(journey(site), whole, "trainingPlacements", "SUBGRAPH_UNREACHABLE")
            finally:
                site.client.close()
