"""The officer finds who asks, under a case number: by names, NIR or the key of its département, among its own."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from hub.policy.enforce.enumeration_limit import EnumerationLimit, MissLimit
from schema.facts import Fact
from schema.local_state import LocalState
from tests.find_person.conftest import FIND, Searches, by_nir, by_number, person

pytestmark = pytest.mark.asyncio(loop_scope="module")

PURPOSE = "demande"
WHOLE = """query ($identity: IdentityInput!) { findPerson(identity: $identity) { outcome person {
  id lastName firstName birthDate birthYear departmentCode contact { phones } rsa { status } constraints { theme }
  nirLastDigits } } }"""


def by_names(slug: str, **changed: Any) -> dict[str, Any]:
    """Names and birth date of a person of the world, as it would give them."""
    names = {"lastName": person(slug).last_name.lower(), "firstName": person(slug).first_name.upper()}
    return {"names": names, "birthDate": str(person(slug).birth_date), **changed}


def by_key(slug: str) -> dict[str, Any]:
    """The key of the département and the birth date."""
    value = f"DEMO{person(slug).number:06}"
    return {"departmentIdentifier": {"department": "08", "value": value}, "birthDate": str(person(slug).birth_date)}


@pytest.mark.parametrize(
    "identity",
    [by_names("vurnibal"), by_nir("vurnibal"), by_key("vurnibal"), by_number("vurnibal")],
    ids=["names", "NIR", "key of the département", "national number"],
)
async def test_who_asks_is_found_by_what_it_gives_of_itself(searches: Searches, identity: dict[str, Any]) -> None:
    assert await searches.outcome("dpo", identity, PURPOSE) == ("ONE", "vurnibal")
    assert await searches.outcome("dpo-2a", identity, PURPOSE) == ("NONE", None)


async def test_a_name_is_one_with_the_first_name_and_the_day_of_birth(searches: Searches) -> None:
    for changed in (
        by_names("vurnibal", birthDate="1971-03-18"),
        by_names("vurnibal", names={"lastName": person("vurnibal").last_name, "firstName": "Autre"}),
        by_names("vurnibal", names={"lastName": "Autre", "firstName": person("vurnibal").first_name}),
    ):
        assert await searches.outcome("dpo", changed, PURPOSE) == ("NONE", None)


async def test_names_that_hold_no_letter_are_refused_by_their_place(searches: Searches) -> None:
    names = {"lastName": "--", "firstName": "Ana"}
    got = await searches.find("dpo", by_names("vurnibal", names=names), purpose=PURPOSE)
    assert (got.code, got.statements) == ("BAD_IDENTITY", {})
    assert got.json["errors"][0]["extensions"]["expected"] == "NAMES"


async def test_without_a_case_number_nothing_is_asked_of_anyone(searches: Searches) -> None:
    for query in (FIND, WHOLE):
        got = await searches.find("dpo", by_nir("vurnibal"), query, purpose=PURPOSE, purpose_reference="")
        assert (got.status, got.code, got.calls) == (400, "PURPOSE_REFERENCE_MISSING", {})
    got = await searches.find("dpo", by_nir("vurnibal"), purpose=PURPOSE, purpose_reference="dossier de Mme X")
    assert (got.status, got.code, got.calls) == (400, "PURPOSE_REFERENCE", {})


async def test_of_whom_is_found_the_identity_is_compared_and_nothing_else_is_opened(searches: Searches) -> None:
    got = await searches.find("dpo", by_names("vurnibal"), WHOLE, purpose=PURPOSE)
    values = {name for name, value in got.data["findPerson"]["person"].items() if value is not None}
    assert values == {"id", "lastName", "firstName", "birthDate", "birthYear", "departmentCode"}


async def test_no_list_and_no_id_show_the_identity_that_a_search_shows(searches: Searches) -> None:
    variables = {"identity": by_names("vurnibal"), "id": searches.world.persons["vurnibal"]}
    query = """query ($identity: IdentityInput!, $id: ID!) {
      findPerson(identity: $identity) { person { lastName } }
      person(id: $id) { lastName identifiers { value } birthYear }
      persons(first: 100) { nodes { lastName birthDate } } }"""
    got = await searches.hub.ask("dpo", query, variables, purpose=PURPOSE)
    assert got.data["findPerson"]["person"]["lastName"] == person("vurnibal").last_name.upper()
    assert got.data["person"] == {
        "lastName": None,
        "identifiers": None,
        "birthYear": person("vurnibal").birth_date.year,
    }
    assert {value for node in got.data["persons"]["nodes"] for value in node.values()} == {None}


@pytest.mark.parametrize(
    "arguments", ['filter: {lastName: "ZELISMA"}', 'filter: {birthDateFrom: "1980-01-01"}', "orderBy: LAST_NAME"]
)
async def test_no_criterion_or_order_of_a_list_uses_what_only_a_search_opens(
    searches: Searches, arguments: str
) -> None:
    got = await searches.hub.ask("dpo", f"{{ persons({arguments}) {{ nodes {{ id }} }} }}", purpose=PURPOSE)
    assert (got.status, got.code, got.calls) == (403, "FORBIDDEN_INPUT", {})


@pytest.mark.parametrize(
    ("actor", "purpose"),
    [("orienteur", "identification"), ("referent-a", "suivi"), ("conseiller-ft", "identification"), ("dpo", "audit")],
)
async def test_nobody_else_finds_by_names(searches: Searches, actor: str, purpose: str) -> None:
    got = await searches.find(actor, by_names("vurnibal"), purpose=purpose)
    if actor == "dpo":
        assert (got.data, got.calls) == ({"findPerson": None}, {})
    else:
        assert (got.status, got.code, got.calls) == (403, "FORBIDDEN_INPUT", {})


@pytest.mark.parametrize("actor", ["orienteur", "referent-a", "employeur", "personne"])
async def test_nobody_else_declares_the_purpose_of_a_case(searches: Searches, actor: str) -> None:
    got = await searches.find(actor, by_nir("vurnibal"), purpose=PURPOSE)
    assert (got.status, got.code, got.calls) == (403, "PURPOSE_NOT_GRANTED", {})


async def test_the_search_is_journalled_under_its_case_number_and_told_to_the_person_at_once(
    searches: Searches,
) -> None:
    for identity, label in (
        (by_names("vurnibal"), "Recherche par l'identité : nom et prénom"),
        (by_key("vurnibal"), "Recherche par l'identité : identifiant du Conseil départemental"),
    ):
        query = "query ($identity: IdentityInput!) { findPerson(identity: $identity) { outcome } }"
        got = await searches.find("dpo", identity, query, purpose=PURPOSE, purpose_reference="DEMANDE-2026-12")
        assert got.data == {"findPerson": {"outcome": "ONE"}}
        mine = "{ myAccessJournal(first: 1) { nodes { actorKind purpose data { fields } } } }"
        (entry,) = (await searches.hub.ask("personne", mine)).data["myAccessJournal"]["nodes"]
        assert (entry["actorKind"], entry["purpose"]) == ("dpo", PURPOSE)
        assert label in {field for data in entry["data"] for field in data["fields"]}
    connection = await searches.hub.database.connect("journal_reader")
    try:
        references = await connection.fetch(
            "SELECT kind, reference FROM journal.entry WHERE purpose = $1 ORDER BY at DESC LIMIT 2", PURPOSE
        )
    finally:
        await connection.close()
    assert {row["reference"] for row in references} == {"DEMANDE-2026-12"}


async def test_a_limitation_does_not_close_the_search_of_who_exercises_its_rights(searches: Searches) -> None:
    connection = await searches.hub.database.connect("people_ingest")
    limited = "UPDATE access.person SET restrictions = $2 WHERE person_id = $1"
    try:
        await connection.execute(limited, searches.world.persons["vurnibal"], int(Fact.LIMITATION))
        assert await searches.outcome("dpo", by_names("vurnibal"), PURPOSE) == ("ONE", "vurnibal")
    finally:
        await connection.execute(limited, searches.world.persons["vurnibal"], 0)
        await connection.close()


async def test_22_an_officer_who_finds_nobody_too_often_is_refused(
    searches: Searches, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit: EnumerationLimit = searches.hub.app.pipeline.enumeration_limit
    for name, value in vars(EnumerationLimit(MissLimit(30, 10**12, searches=3), LocalState())).items():
        monkeypatch.setattr(limit, name, value)
    for number in range(3):
        assert await searches.outcome("dpo", by_names("vurnibal", birthDate=f"1950-01-0{number + 1}"), PURPOSE) == (
            "NONE",
            None,
        )
    refusals = [
        await searches.find("dpo", identity, purpose=PURPOSE)
        for identity in (by_names("vurnibal"), by_names("vurnibal", birthDate="1950-01-09"))
    ]
    assert {(got.status, got.code) for got in refusals} == {(429, "TOO_MANY_MISSES")}
    assert refusals[0].body == refusals[1].body


async def test_39_no_log_journal_or_statement_holds_what_was_searched(
    searches: Searches, caplog: pytest.LogCaptureFixture
) -> None:
    names = {"lastName": "Canarivoltix", "firstName": "Zephyrandre"}
    with caplog.at_level(logging.DEBUG):
        await searches.find("dpo", {"names": names, "birthDate": "1961-07-13"}, purpose=PURPOSE)
    connection = await searches.hub.database.connect()
    try:
        journal = [
            str(tuple(row))
            for name in ("entry", "disclosure")
            for row in await connection.fetch(f"SELECT * FROM journal.{name}")
        ]
    finally:
        await connection.close()
    texts = "\n".join((caplog.text, *searches.hub.sql(), *journal)).lower()
    assert [value for value in ("canarivoltix", "zephyrandre", "1961-07-13") if value in texts] == []
