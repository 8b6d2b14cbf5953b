"""`Access-Mode: refuse`: all or nothing, by the whole hub, telling no more than `extensions.access` does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from schema.facts import Fact
from tests.conftest import Database
from tests.e2e.site import Site, site

READ = "query ($id: ID!) { person(id: $id) { id lastName contact { phones } } }"
PARTIAL = "query ($id: ID!, $rsa: Boolean = true) { person(id: $id) { lastName rsa @include(if: $rsa) { status } } }"


@pytest.fixture(scope="module")
def running(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(database, tmp_path_factory.mktemp("mode")) as demo_site:
        yield demo_site


def ask(running: Site, actor: str, query: str, mode: str = "refuse", **variables: object) -> tuple[int, dict[str, Any]]:
    response = running.post(actor, {"query": query, "variables": variables}, Access_Mode=mode)
    return response.status_code, response.json()


def test_a_request_of_which_every_field_is_read_is_answered_as_without_the_header(running: Site) -> None:
    maelle = running.persons["maelle"]
    assert ask(running, "referent-a", READ, id=maelle) == ask(running, "referent-a", READ, "filter", id=maelle)


def test_a_request_of_which_a_field_is_denied_is_refused_whole_and_names_it(running: Site) -> None:
    maelle = running.persons["maelle"]
    _, filtered = ask(running, "employeur", PARTIAL, "filter", id=maelle)
    _, refused = ask(running, "employeur", PARTIAL, id=maelle)
    assert filtered["data"]
    assert "data" not in refused or refused["data"] is None
    (error,) = refused["errors"]
    assert error["extensions"]["code"] == "FIELD_DENIED"
    denied = [entry for entry in filtered["extensions"]["access"] if entry["decision"] == "deny"]
    assert error["extensions"]["access"] == denied
    assert "Person.rsa" in error["message"]


def test_a_denied_field_that_a_condition_excludes_refuses_nothing(running: Site) -> None:
    _, answer = ask(running, "employeur", PARTIAL, id=running.persons["maelle"], rsa=False)
    assert "errors" not in answer
    assert answer["data"]


def test_a_row_that_is_denied_is_answered_as_one_that_does_not_exist(running: Site) -> None:
    denied = ask(running, "referent-b", READ, id=running.persons["maelle"])
    assert denied == ask(running, "referent-b", READ, id=str(uuid4()))


def opposed(database: Database) -> list[str]:
    """Persons who object."""

    async def find() -> list[str]:
        admin = await database.connect()
        try:
            query = "SELECT person_id::text FROM access.person WHERE restrictions & $1 <> 0"
            return [row[0] for row in await admin.fetch(query, int(Fact.OPPOSITION))]
        finally:
            await admin.close()

    return asyncio.run(find())


def test_an_objection_of_the_person_asked_for_refuses_what_it_withholds(running: Site, database: Database) -> None:
    query = "query ($id: ID!) { person(id: $id) { lastName constraints { state } } }"
    answers = [
        (ask(running, "orienteur", query, "filter", id=objection)[1], ask(running, "orienteur", query, id=objection)[1])
        for objection in opposed(database)
    ]
    withheld = [(f, r) for f, r in answers if "OPPOSITION" in {entry["reason"] for entry in f["extensions"]["access"]}]
    assert withheld
    for filtered, refused in withheld:
        assert filtered["data"]["person"]["lastName"]
        assert not refused.get("data")
        (error,) = refused["errors"]
        assert error["extensions"]["code"] == "FIELD_DENIED"
        assert [entry["reason"] for entry in error["extensions"]["access"]] == ["OPPOSITION"]
