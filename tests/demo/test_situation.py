"""Who reads of the demo's people what the CNAF says of their work, resources and suspensions, and the reductions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from demo.cast import BY_SLUG
from tests.conftest import Database
from tests.e2e.site import PURPOSES, Site, site

SITUATION = """query ($id: ID!) { person(id: $id) {
  birthCountryCode identityCertified nirLastDigits workSituation hasEarnedIncome resources { band month }
  allocations { are ass } rsa { suspendedOn suspensionReason } contact { address { street } }
  identifiers { kind requestNumber } } }"""


@pytest.fixture(scope="module")
def running(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(database, tmp_path_factory.mktemp("situation")) as running_site:
        yield running_site


def person_and_access(running: Site, actor: str, slug: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The person as the actor reads it, and what was said of each coordinate."""
    variables = {"id": running.persons[slug]}
    purpose = PURPOSES[running.actors[actor].kind]
    answer = running.post(actor, {"query": SITUATION, "variables": variables}, purpose=purpose).json()
    assert "errors" not in answer
    return answer["data"]["person"], {entry["coordinate"]: entry for entry in answer["extensions"]["access"]}


def test_a_referent_reads_the_situation_but_neither_resources_nor_what_tells_of_health(running: Site) -> None:
    person, access = person_and_access(running, "referent-a", "gaspard")
    assert person["workSituation"] == "SANS_EMPLOI"
    assert person["allocations"] == {"are": False, "ass": True}
    assert person["rsa"]["suspensionReason"] == "AUTRE"
    assert person["rsa"]["suspendedOn"] is not None
    assert person["contact"]["address"]["street"] == "4 RUE DE L'EXEMPLE"
    assert (person["resources"], person["hasEarnedIncome"]) == (None, None)
    assert access["Person.resources"]["instead"] == "Person.hasEarnedIncome"
    assert person["nirLastDigits"] is None
    assert {identifier["kind"]: identifier["requestNumber"] for identifier in person["identifiers"]}[
        "CAF"
    ] == "00000000004"


def test_an_employer_reads_that_its_candidate_is_eligible_never_by_which_criterion(running: Site) -> None:
    query = "query ($id: ID!) { person(id: $id) { lastName isIaeEligible isRsaBeneficiary rsa { status } } }"
    read = {}
    for slug in ("maelle", "gaspard"):
        request = {"query": query, "variables": {"id": running.persons[slug]}}
        read[slug] = running.post("employeur", request, purpose="iae").json()["data"]["person"]
    closed = {"isRsaBeneficiary": None, "rsa": None}
    assert {slug: person and person["isIaeEligible"] for slug, person in read.items()} == {
        "maelle": True,
        "gaspard": True,
    }
    assert all(person.items() >= closed.items() for person in read.values())


def test_a_situation_of_health_is_served_as_an_ordinary_one_and_said_the_same_of_all(running: Site) -> None:
    ill, access_of_ill = person_and_access(running, "referent-a", "sidonie")
    well, access_of_well = person_and_access(running, "referent-a", "titouan")
    assert (ill["workSituation"], well["workSituation"]) == ("AUTRE", "SANS_EMPLOI")
    assert access_of_ill["Person.workSituation"] == access_of_well["Person.workSituation"]


def test_the_person_reads_its_own_resources_and_the_last_digits_of_its_nir(running: Site) -> None:
    person, _ = person_and_access(running, "personne", "maelle")
    assert person["resources"]["band"] == "DE_500_A_1000"
    assert (person["nirLastDigits"], person["identityCertified"]) == ("001", True)
    second_person, _ = person_and_access(running, "personne-b", "santu")
    assert second_person["nirLastDigits"] == BY_SLUG["santu"].nir[-3:]


def test_france_travail_reads_the_work_situation_and_no_right(running: Site) -> None:
    person, access = person_and_access(running, "conseiller-ft", "firmin")
    assert person["workSituation"] is not None
    assert (person["allocations"], person["rsa"]) == (None, None)
    assert person["hasEarnedIncome"] is None
    assert access.get("Person.hasEarnedIncome", {}).get("reason") in (None, "NOT_HELD")  # read: a no is as unknown
