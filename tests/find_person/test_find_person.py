"""`findPerson`: which actor finds which person by which identity, and what a search reveals of people it may not
find."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import orjson
import pytest

from schema.facts import Fact
from subgraphs.people.match_keys import match_key
from tests.find_person.conftest import FIND, Searches, by_nir, by_number, person

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNKNOWN = {"nir": "1790199999123", "birthDate": "1979-01-15"}
"""Of nobody."""


@pytest.mark.parametrize("actor", ["orienteur", "referent-a", "conseiller-ft"])
async def test_the_nationwide_search_finds_anyone_by_nir_and_birth_date(searches: Searches, actor: str) -> None:
    for slug in ("vurnibal", "xandrovu", "hurgoflin"):
        assert await searches.outcome(actor, by_nir(slug), "identification") == ("ONE", slug)


async def test_a_nir_is_found_with_or_without_its_key_and_however_it_is_spaced(searches: Searches) -> None:
    nir = person("vurnibal").nir
    key = f"{97 - int(nir) % 97:02}"
    for written in (f"{nir}{key}", f"{nir[0]} {nir[1:3]} {nir[3:5]} {nir[5:7]} {nir[7:10]} {nir[10:]} {key}"):
        assert await searches.outcome("orienteur", by_nir("vurnibal", nir=written), "identification") == (
            "ONE",
            "vurnibal",
        )


async def test_national_numbers_find_too(searches: Searches) -> None:
    flux = person("vurnibal")
    dossier = {"kind": "CAF", "value": flux.dossier, "organisation": await _organisation(searches), "role": "DEMANDEUR"}
    for identifier in (by_number("vurnibal")["identifier"], dossier):
        identity = {"identifier": identifier, "birthDate": str(flux.birth_date)}
        assert await searches.outcome("delegataire", identity, "identification") == ("ONE", "vurnibal")


async def _organisation(searches: Searches) -> str:
    connection = await searches.hub.database.connect()
    try:
        siret = await connection.fetchval("SELECT organisation FROM people.identifier WHERE kind = 'CAF' LIMIT 1")
    finally:
        await connection.close()
    return str(siret)


async def test_of_whom_only_the_nationwide_search_finds_identity_and_contact_are_read_and_nothing_else(
    searches: Searches,
) -> None:
    query = """query ($identity: IdentityInput!) { findPerson(identity: $identity) { person {
      lastName birthDate contact { phones } departmentCode nirLastDigits
      identifiers { value } nationalIdentifiers { value } rsa { status } constraints { theme } referent { since }
      appointments { nodes { id } } } } }"""
    got = await searches.find("orienteur", by_nir("xandrovu"), query, purpose="identification")
    values_of = {name for name, value in got.data["findPerson"]["person"].items() if value is not None}
    assert values_of == {"lastName", "birthDate", "contact", "departmentCode"}
    reasons = {entry["coordinate"]: entry["reason"] for entry in got.json["extensions"]["access"]}
    assert reasons["Person.identifiers"] == "NOT_YOUR_ROW"
    assert reasons["Person.rsa"] == reasons["Person.constraints"] == "FIELD_NOT_FOR_PURPOSE"
    assert reasons["Person.nirLastDigits"] == "FIELD_NOT_FOR_ACTOR"
    own = await searches.find("orienteur", by_nir("vurnibal"), query, purpose="identification")
    assert own.data["findPerson"]["person"]["identifiers"]


async def test_whom_a_search_did_not_find_has_its_outcome_for_an_explanation(searches: Searches) -> None:
    query = """query ($identity: IdentityInput!) { findPerson(identity: $identity) {
      outcome who: person { lastName rsa { status } } } }"""
    for identity, entries in ((UNKNOWN, []), (by_nir("vurnibal"), [["findPerson", "who", "rsa"]])):
        got = await searches.find("orienteur", identity, query, purpose="identification")
        assert [entry["path"] for entry in got.json["extensions"]["access"]] == entries


async def test_for_the_follow_up_those_followed_are_found_and_nobody_else(searches: Searches) -> None:
    assert await searches.outcome("referent-a", by_nir("vurnibal"), "suivi") == ("ONE", "vurnibal")
    assert await searches.outcome("referent-a", by_number("plimoruz"), "suivi") == ("ONE", "plimoruz")
    for slug in ("xandrovu", "hurgoflin"):
        assert await searches.outcome("referent-a", by_nir(slug), "suivi") == ("NONE", None)


async def test_an_opposition_closes_the_search_where_the_law_gives_that_right(searches: Searches) -> None:
    assert await searches.outcome("referent-a", by_nir("groxandel"), "suivi") == ("NONE", None)
    assert await searches.outcome("referent-a", by_nir("groxandel"), "identification") == ("ONE", "groxandel")


@pytest.mark.parametrize(
    ("restricted", "free"),
    [
        (f"restrictions = {int(Fact.LIMITATION)}", "restrictions = 0"),
        ("erasure_on = CURRENT_DATE", "erasure_on = NULL"),
    ],
    ids=["limitation", "erasure"],
)
async def test_whose_data_is_limited_or_due_for_erasure_is_found_by_nobody(
    searches: Searches, restricted: str, free: str
) -> None:
    async with _changed(
        searches,
        f"UPDATE access.person SET {restricted} WHERE person_id = $1",
        f"UPDATE access.person SET {free} WHERE person_id = $1",
        searches.world.persons["hurgoflin"],
    ):
        assert await searches.outcome("orienteur", by_nir("hurgoflin"), "identification") == ("NONE", None)


@asynccontextmanager
async def _changed(searches: Searches, change: str, back: str, *values: Any) -> AsyncIterator[None]:
    connection = await searches.hub.database.connect("people_ingest")
    try:
        await connection.execute(change, *values)
        yield
    finally:
        await connection.execute(back, *values)
        await connection.close()


@pytest.mark.parametrize(
    "identity",
    [
        pytest.param(by_nir("xandrovu"), id="whom another département follows"),
        pytest.param(by_nir("groxandel"), id="who is opposed"),
        pytest.param(by_nir("vurnibal", birthDate="1971-03-18"), id="another birth date"),
        pytest.param(by_number("xandrovu"), id="a number of someone else's"),
        pytest.param({**by_nir("vurnibal", nir="2711399999042")}, id="a near NIR"),
    ],
)
async def test_who_may_not_be_found_is_not_told_from_nobody_byte_for_byte_at_equal_cost(
    searches: Searches, identity: dict[str, Any]
) -> None:
    nobody = await searches.find("referent-a", UNKNOWN, purpose="suivi")
    got = await searches.find("referent-a", identity, purpose="suivi")
    assert nobody.data == {"findPerson": {"outcome": "NONE", "person": None}}
    assert (got.status, got.body, got.calls) == (nobody.status, nobody.body, nobody.calls)
    assert got.statements == nobody.statements == {"people": 1}


async def test_whoever_is_found_costs_what_nobody_costs(searches: Searches) -> None:
    somebody_found = await searches.find("referent-a", by_nir("vurnibal"), purpose="suivi")
    nobody = await searches.find("referent-a", UNKNOWN, purpose="suivi")
    assert (somebody_found.calls, somebody_found.statements) == (nobody.calls, nobody.statements)


async def test_identifiers_of_different_people_are_a_conflict_and_show_neither(searches: Searches) -> None:
    born = str(person("vurnibal").birth_date)
    async with _also_named(searches, "plimoruz", ("FRANCE_TRAVAIL", "NUMBER"), born):
        number = {"kind": "FRANCE_TRAVAIL", "value": "number"}
        identity = by_nir("vurnibal", identifier=number)
        assert await searches.outcome("referent-a", identity, "identification") == ("CONFLICT", None)
        contradictory = {"nir": UNKNOWN["nir"], "identifier": number, "birthDate": born}
        assert await searches.outcome("referent-a", contradictory, "identification") == ("CONFLICT", None)
        alone = {"identifier": number, "birthDate": born}
        assert await searches.outcome("referent-a", alone, "identification") == ("ONE", "plimoruz")


async def test_identifiers_of_the_same_person_or_one_that_nobody_has_are_none(searches: Searches) -> None:
    identity = {**by_nir("vurnibal"), **by_number("vurnibal")}
    assert await searches.outcome("referent-a", identity, "identification") == ("ONE", "vurnibal")
    new = by_nir("vurnibal", identifier={"kind": "PASS_IAE", "value": "999990000000"})
    assert await searches.outcome("referent-a", new, "identification") == ("ONE", "vurnibal")


async def test_several_are_counted_among_those_only_whom_the_actor_may_find(searches: Searches) -> None:
    born = str(person("vurnibal").birth_date)
    identifier = ("FRANCE_TRAVAIL", person("vurnibal").france_travail_id)
    async with _also_named(searches, "xandrovu", identifier, born):
        assert await searches.outcome("referent-a", by_number("vurnibal"), "identification") == ("SEVERAL", None)
        assert await searches.outcome("referent-a", by_number("vurnibal"), "suivi") == ("ONE", "vurnibal")


@asynccontextmanager
async def _also_named(searches: Searches, slug: str, identifier: tuple[str, ...], born: str) -> AsyncIterator[None]:
    key = match_key(identifier, date.fromisoformat(born), searches.hub.database.keys.nir)
    async with _changed(
        searches,
        "INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)"
        " VALUES ($1, 128, $2, '2020-01-01', 'test', 'find')",
        "DELETE FROM access.link WHERE person_id = $1 AND scope_id = $2 AND origin = 'test'",
        searches.world.persons[slug],
        key,
    ):
        yield


async def test_a_departements_own_key_finds_its_people_for_those_who_may_read_it(searches: Searches) -> None:
    def identity(slug: str, department: str) -> dict[str, Any]:
        value = f"DEMO{person(slug).number:06}"
        return {"departmentIdentifier": {"department": department, "value": value}, "birthDate": _born(slug)}

    assert await searches.outcome("orienteur", identity("vurnibal", "08"), "orientation") == ("ONE", "vurnibal")
    assert await searches.outcome("orienteur", identity("vurnibal", "08"), "identification") == ("ONE", "vurnibal")
    assert await searches.outcome("orienteur", identity("xandrovu", "2a"), "identification") == ("NONE", None)
    assert await searches.outcome("orienteur-2a", identity("xandrovu", "2a"), "identification") == ("ONE", "xandrovu")
    assert await searches.outcome("referent-a", identity("vurnibal", "08"), "suivi") == ("ONE", "vurnibal")
    for actor, purpose in (("referent-a", "identification"), ("conseiller-ft", "suivi"), ("delegataire", "suivi")):
        got = await searches.find(actor, identity("vurnibal", "08"), purpose=purpose)
        assert (got.status, got.code, got.calls) == (403, "FORBIDDEN_INPUT", {})


def _born(slug: str) -> str:
    return str(person(slug).birth_date)


@pytest.mark.parametrize("purpose", ["identification", "suivi"])
async def test_a_delegataire_searches_by_no_nir(searches: Searches, purpose: str) -> None:
    for identity in (by_nir("vurnibal"), {**by_nir("vurnibal"), **by_number("vurnibal")}, UNKNOWN):
        got = await searches.find("delegataire", identity, purpose=purpose)
        assert (got.status, got.code, got.calls) == (403, "FORBIDDEN_INPUT", {})
        assert "« findPerson.identity.nir » sert à rapprocher" in got.json["errors"][0]["message"]
        assert person("vurnibal").nir.encode() not in got.body


@pytest.mark.parametrize(
    ("actor", "purpose", "reason"),
    [
        ("employeur", "iae", "FIELD_NOT_FOR_ACTOR"),
        ("organisme", "formation", "FIELD_NOT_FOR_ACTOR"),
        ("personne", "droits", "FIELD_NOT_FOR_ACTOR"),
        ("dpo", "droits", "FIELD_NOT_FOR_PURPOSE"),
        ("referent-a", "formation", "FIELD_NOT_FOR_PURPOSE"),
    ],
)
async def test_who_may_match_nobody_gets_null_and_why_and_no_subgraph_hears_of_it(
    searches: Searches, actor: str, purpose: str, reason: str
) -> None:
    for identity in (by_nir("vurnibal"), UNKNOWN):
        got = await searches.find(actor, identity, purpose=purpose)
        assert (got.data, got.calls) == ({"findPerson": None}, {})
        assert [entry["reason"] for entry in got.json["extensions"]["access"]] == [reason]


async def test_who_is_found_stays_unknown_to_every_other_field_of_the_request_and_of_the_next(
    searches: Searches,
) -> None:
    query = """query ($identity: IdentityInput!, $id: ID!) {
      before: person(id: $id) { lastName } findPerson(identity: $identity) { person { lastName } }
      persons(first: 100) { nodes { id } } after: person(id: $id) { lastName } }"""
    variables = {"identity": by_nir("xandrovu"), "id": searches.world.persons["xandrovu"]}
    got = await searches.hub.ask("orienteur", query, variables, purpose="identification")
    assert got.data["findPerson"] == {"person": {"lastName": "XANDROVU"}}
    assert (got.data["before"], got.data["after"]) == (None, None)
    assert variables["id"] not in [node["id"] for node in got.data["persons"]["nodes"]]
    later = await searches.hub.ask(
        "orienteur", "query ($id: ID!) { person(id: $id) { id } }", {"id": variables["id"]}, purpose="identification"
    )
    assert later.data == {"person": None}


OUTCOME = "query Outcome($identity: IdentityInput!) { findPerson(identity: $identity) { outcome } }"


@pytest.mark.parametrize("identity", [by_nir("hurgoflin"), UNKNOWN], ids=["found", "not found"])
async def test_a_search_is_journalled_and_of_whom_it_finds_alone_even_if_only_that_is_asked(
    searches: Searches, identity: dict[str, Any]
) -> None:
    before = await _last_entry(searches)
    got = await searches.find("orienteur", identity, OUTCOME, purpose="identification")
    header, coordinates, subjects = await _last_entry(searches)
    assert header["kind"] == "DISCLOSURE"
    assert header["request"] != before[0]["request"]
    assert header["operation_name"] == "Outcome"
    if identity is UNKNOWN:
        assert got.data == {"findPerson": {"outcome": "NONE"}}
        assert (coordinates, subjects) == (set(), 0)
    else:
        assert got.data == {"findPerson": {"outcome": "ONE"}}
        assert (coordinates, subjects) == ({"IdentityInput.nir", "Person.birthDate", "PersonMatch.outcome"}, 1)


JOURNALLED = {"IdentityInput.identifier", "Person.birthDate"}


async def test_47_everyone_whom_an_identity_names_is_journalled_though_the_outcome_shows_nobody(
    searches: Searches,
) -> None:
    born = str(person("vurnibal").birth_date)
    identifier = ("FRANCE_TRAVAIL", person("vurnibal").france_travail_id)
    for query in (
        OUTCOME,
        FIND,
        "query ($identity: IdentityInput!) { findPerson(identity: $identity) { __typename } }",
    ):
        async with _also_named(searches, "xandrovu", identifier, born):
            got = await searches.find("referent-a", by_number("vurnibal"), query, purpose="identification")
        assert got.data["findPerson"].get("outcome", "SEVERAL") == "SEVERAL"
        _, coordinates, subjects = await _last_entry(searches)
        assert (coordinates & JOURNALLED, subjects) == (JOURNALLED, 2)
        contradictory = by_number("vurnibal") | {"nir": UNKNOWN["nir"]}
        got = await searches.find("referent-a", contradictory, query, purpose="identification")
        assert got.data["findPerson"].get("outcome", "CONFLICT") == "CONFLICT"
        _, coordinates, subjects = await _last_entry(searches)
        assert (coordinates & JOURNALLED, subjects) == (JOURNALLED, 1)


async def _last_entry(searches: Searches) -> tuple[dict[str, Any], set[str], int]:
    """The last entry of the journal, its coordinates, and the number of its people."""
    connection = await searches.hub.database.connect("journal_reader")
    try:
        entry = await connection.fetchrow("SELECT * FROM journal.entry ORDER BY at DESC, kind LIMIT 1")
        assert entry is not None
        rows = await connection.fetch("SELECT * FROM journal.disclosure WHERE request = $1", entry["request"])
    finally:
        await connection.close()
    subjects = {subject for row in rows for subject in row["subjects"]}
    return dict(entry), {name for row in rows for name in row["coordinates"]}, len(subjects)


async def test_the_person_reads_in_its_journal_that_it_was_searched_for_and_by_what(searches: Searches) -> None:
    await searches.find("orienteur", by_nir("vurnibal"), OUTCOME, purpose="identification")
    query = "{ myAccessJournal(first: 1) { nodes { actorLabel data { category fields } } } }"
    (entry,) = (await searches.hub.ask("personne", query)).data["myAccessJournal"]["nodes"]
    fields_by_category = {item["category"]: item["fields"] for item in entry["data"]}
    assert fields_by_category.keys() == {"ID", "NIR"}
    assert fields_by_category["NIR"] == ["Recherche par l'identité : numéro de sécurité sociale"]


async def test_a_request_that_wants_all_or_nothing_is_answered_like_any_other(searches: Searches) -> None:
    got = await searches.find("orienteur", by_nir("xandrovu"), purpose="identification", access_mode="refuse")
    assert got.data["findPerson"]["outcome"] == "ONE"
    query = "query ($identity: IdentityInput!) { findPerson(identity: $identity) { person { identifiers { value } } } }"
    got = await searches.find("orienteur", by_nir("xandrovu"), query, purpose="identification", access_mode="refuse")
    assert (got.status, got.code) == (403, "FIELD_DENIED")
    assert orjson.loads(got.body).get("data") is None
