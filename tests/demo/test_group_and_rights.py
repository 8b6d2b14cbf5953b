"""Who reads of the demo's people the group that follows them, the partner, and the rights that they exercised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from demo.cast import BY_SLUG
from demo.rights_files import ERASED
from schema.days import today
from tests.conftest import Database
from tests.e2e.site import PURPOSES, Site, site

GROUP = """query ($id: ID!) { person(id: $id) { referent { agent { lastName } structure { name } }
  followUpGroup { since agent { lastName } structure { name } provenance { source } } } }"""
RIGHTS = """query ($id: ID!) { person(id: $id) { restrictions erasurePlannedOn
  rights { opposedOn limitedOn erasureDueOn lastContactOn } } }"""


@pytest.fixture(scope="module")
def running(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(database, tmp_path_factory.mktemp("group")) as running_site:
        yield running_site


PARTNER = """query ($id: ID!) { person(id: $id) { household { familySituation dependentChildren
  partner { id firstName birthDate appointments(first: 2) { nodes { status } } } } hasDependentChildren } }"""


def person_and_access(
    running: Site, actor: str, query: str, slug: str, purpose: str | None = None
) -> tuple[Any, dict[str, dict[str, Any]]]:
    """The person as the actor reads it, and what was said of each coordinate."""
    purpose = purpose or PURPOSES[running.actors[actor].kind]
    answer = running.post(actor, {"query": query, "variables": {"id": running.persons[slug]}}, purpose=purpose).json()
    assert "errors" not in answer
    return answer["data"]["person"], {entry["coordinate"]: entry for entry in answer["extensions"]["access"]}


def listing(running: Site, actor: str, query: str) -> list[dict[str, Any]]:
    """The people whom the actor lists."""
    answer = running.post(actor, {"query": query}, purpose=PURPOSES[running.actors[actor].kind]).json()
    nodes: list[dict[str, Any]] = answer["data"]["persons"]["nodes"]
    return nodes


def test_a_referent_and_france_travail_read_the_whole_group_in_one_order(running: Site) -> None:
    for actor in ("referent-a", "conseiller-ft"):
        person, _ = person_and_access(running, actor, GROUP, "titouan")
        assert [member["agent"]["lastName"] for member in person["followUpGroup"]] == ["BREVAUX", "Marquoy"], actor
        assert person["followUpGroup"][0]["structure"]["name"].startswith("Agence France Travail")
        assert [member["provenance"]["source"] for member in person["followUpGroup"]] == ["ft-extrait", "rdv-insertion"]
        assert person["referent"]["structure"] == person["followUpGroup"][0]["structure"]


def test_an_employer_reads_no_member_that_is_not_its_own(running: Site) -> None:
    person, _ = person_and_access(running, "employeur", GROUP, "maelle")
    assert person["followUpGroup"] == []


def test_the_orienteur_is_refused_the_group(running: Site) -> None:
    person, access = person_and_access(running, "orienteur", GROUP, "titouan")
    assert person["followUpGroup"] is None
    assert access["Person.followUpGroup"]["decision"] == "deny"


def test_the_data_protection_officer_reads_since_when_a_person_objects(running: Site) -> None:
    person, _ = person_and_access(running, "dpo", RIGHTS, "aubane")
    assert person["restrictions"] == ["OPPOSITION"]
    assert person["rights"]["opposedOn"] == str(today() - timedelta(days=9))
    assert person["rights"]["limitedOn"] is None
    assert person["rights"]["lastContactOn"] is not None


LIMITED = """query ($id: ID!) { person(id: $id) { restrictions rights { opposedOn limitedOn erasureDueOn }
  birthYear departmentCode isJobSeeker identifierKinds orientations { id } } }"""


def test_the_data_protection_officer_reads_when_an_erasure_is_planned(running: Site) -> None:
    person, _ = person_and_access(running, "dpo", RIGHTS, "evariste")
    planned = str(today() + timedelta(30))
    assert (person["erasurePlannedOn"], person["rights"]["erasureDueOn"]) == (planned, planned)


def test_whose_erasure_is_due_is_there_for_the_data_protection_officer_alone(running: Site) -> None:
    listed = listing(running, "dpo", "{ persons(first: 100) { nodes { id birthYear rights { erasureDueOn } } } }")
    due_days = [(person, person["rights"]["erasureDueOn"]) for person in listed]
    due = [person for person, day in due_days if day is not None and day <= str(today())]
    assert [person["birthYear"] for person in due] == [ERASED.birth_date.year]
    for actor in ("orienteur", "conseiller-ft", "referent-a", "delegataire"):
        ids = [person["id"] for person in listing(running, actor, "{ persons(first: 100) { nodes { id } } }")]
        assert ids, actor
        assert due[0]["id"] not in ids, actor


@pytest.mark.parametrize("purpose", ["droits", "audit"])
def test_of_whom_a_limitation_protects_the_dpo_reads_the_rights_and_a_reduced_identity_only(
    running: Site, purpose: str
) -> None:
    person, _ = person_and_access(running, "dpo", LIMITED, "evariste", purpose)
    rights, birth_year = person.pop("rights"), person.pop("birthYear")
    assert rights["limitedOn"] == str(today() - timedelta(days=5))
    assert (rights["opposedOn"], birth_year) == (None, BY_SLUG["evariste"].birth_date.year)
    assert person.pop("restrictions") == ["LIMITATION"]
    assert set(person.values()) == {None}
    for actor in running.actors.keys() - {"dpo"}:
        assert person_and_access(running, actor, LIMITED, "evariste")[0] is None, actor


def test_the_person_reads_its_restrictions_and_nobody_else_does(running: Site) -> None:
    person, access = person_and_access(running, "personne", RIGHTS, "maelle")
    assert (person["restrictions"], person["rights"]) == ([], None)
    assert access["Person.rights"]["instead"] == "Person.restrictions"
    for actor in ("referent-a", "orienteur", "conseiller-ft", "employeur"):
        person, _ = person_and_access(running, actor, RIGHTS, "maelle")
        assert person is None or (person["restrictions"], person["rights"]) == (None, None), actor


def test_a_partner_is_read_by_who_follows_both_and_as_if_there_were_none_by_others(running: Site) -> None:
    person, _ = person_and_access(running, "referent-a", PARTNER, "titouan")
    partner = person["household"]["partner"]
    assert (partner["id"], partner["firstName"]) == (running.persons["sidonie"], "SIDONIE")
    assert partner["appointments"]["nodes"]
    person, _ = person_and_access(running, "personne-b", PARTNER, "santu")
    assert person["household"]["familySituation"] == "MAR"
    assert person["household"]["partner"] is None
    alone, _ = person_and_access(running, "referent-a", PARTNER, "maelle")
    assert alone["household"]["partner"] is None


def test_a_reduced_household_says_neither_situation_nor_partner(running: Site) -> None:
    for actor in ("orienteur", "conseiller-ft"):
        person, access = person_and_access(running, actor, PARTNER, "titouan")
        assert (person["household"], person["hasDependentChildren"]) == (None, True), actor
        assert access["Person.household"]["instead"] == "Person.hasDependentChildren"
