"""The parts of the journey that people and appointments hold, through the hub and across its subgraphs."""

from __future__ import annotations

import pytest

from tests.e2e.site import Site

JOURNEY = """query Journey($id: ID!) {
  person(id: $id) {
    id identifiers { kind value } provenance { source asOf } jobSeekerRegistration { status registeredOn }
    rsa { status rightsAndDutiesSince provenance { source } }
    referent { since agent { firstName lastName } structure { name } }
    referentOrganisation { name }
    contracts { kind signedOn endsOn }
    orientations { pathway startsOn structure { name } }
    appointments(first: 5) { nodes { agents { lastName } organisation { name structure { name } } } }
    invitations(first: 2) { nodes { format sentAt motive { category } } }
  }
}"""
AGENDA = """query Agenda($f: AppointmentFilter) {
  appointments(first: 50, filter: $f, orderBy: STARTS_AT) { nodes { id startsAt status organisation { id } } }
}"""


@pytest.mark.parametrize("actor", ["referent-a", "personne"])
def test_whoever_reads_the_follow_up_reads_the_journey_without_an_error(hub: Site, actor: str) -> None:
    answer = hub.ask(actor, JOURNEY, id=hub.persons["maelle"])
    assert "errors" not in answer
    person = answer["data"]["person"]
    assert {identifier["kind"] for identifier in person["identifiers"]} >= {"CAF", "RDV_INSERTION"}
    assert person["provenance"]["source"] == "cnaf-flux"
    assert person["referent"]["agent"] is not None
    assert any(node["organisation"] for node in person["appointments"]["nodes"])


def test_an_outsider_reads_no_identifier_and_no_orientation(hub: Site) -> None:
    person = hub.ask("employeur", JOURNEY, id=hub.persons["maelle"])["data"]["person"]
    assert person["identifiers"] is None
    assert person["rsa"] is None
    assert person["orientations"] == person["contracts"] == []


def test_the_agenda_holds_the_appointments_of_the_people_followed_and_filters_them(hub: Site) -> None:
    agenda = hub.ask("referent-a", AGENDA)["data"]["appointments"]["nodes"]
    assert agenda == sorted(agenda, key=lambda node: (node["startsAt"], node["id"]))
    first = next(node for node in agenda if node["organisation"] is not None)
    filtered = hub.ask("referent-a", AGENDA, f={"organisation": first["organisation"]["id"], "status": first["status"]})
    same = [n for n in agenda if (n["organisation"], n["status"]) == (first["organisation"], first["status"])]
    assert filtered["data"]["appointments"]["nodes"] == same


def test_the_person_has_its_own_agenda_and_an_employer_its_own_items(hub: Site) -> None:
    mine = hub.ask("personne", AGENDA)["data"]["appointments"]["nodes"]
    ours = hub.ask("employeur", AGENDA)["data"]["appointments"]["nodes"]
    assert mine
    assert ours
    assert len({node["organisation"]["id"] for node in ours}) == 1


OBJECTIVES = """query Objectives($id: ID!) {
  person(id: $id) { objectives { theme status actionStatuses provenance { source } } education { level code } }
}"""


def test_an_objective_is_read_by_whoever_may_read_its_theme(hub: Site) -> None:
    def themes(actor: str, slug: str) -> set[str] | None:
        person = hub.ask(actor, OBJECTIVES, id=hub.persons[slug])["data"]["person"]
        return person and person["objectives"] and {objective["theme"] for objective in person["objectives"]}

    assert themes("referent-a", "maelle") == {"MOBILITE", "FAMILLE", "EMPLOI", "FORMATION"}
    assert themes("referent-a", "gaspard") == {"LOGEMENT", "EMPLOI"}, "health is for whoever recorded it"
    assert themes("conseiller-ft", "maelle") == {"EMPLOI", "FORMATION"}, "a difficulty is for the organisme référent"
    assert not themes("orienteur", "maelle")
    assert not themes("employeur", "maelle")


def test_a_training_provider_reads_the_level_of_studies_without_the_code(hub: Site) -> None:
    person = hub.ask("organisme-formation", OBJECTIVES, id=hub.persons["maelle"])["data"]["person"]
    assert (person["education"], person["objectives"]) == ({"level": "NV4", "code": None}, None)


STATEMENTS = """query Statements($id: ID!) {
  person(id: $id) {
    lastName provenance { source asOf }
    statements { source asOf lastName birthDate email phones rsaStatus workSituation }
  }
}"""


@pytest.mark.parametrize("actor", ["referent-a", "personne"])
def test_who_reads_identifiers_reads_what_each_source_says_and_since_when(hub: Site, actor: str) -> None:
    person = hub.ask(actor, STATEMENTS, id=hub.persons["maelle"])["data"]["person"]
    by_source = {statement["source"]: statement for statement in person["statements"]}
    assert by_source.keys() >= {"cnaf-flux", "rdv-insertion"}
    served = by_source[person["provenance"]["source"]]
    assert (served["lastName"], served["asOf"]) == (person["lastName"], person["provenance"]["asOf"])
    assert {by_source["rdv-insertion"]["rsaStatus"], by_source["cnaf-flux"]["email"]} == {None}
    assert by_source["rdv-insertion"]["email"]
    assert by_source["cnaf-flux"]["rsaStatus"]
    assert not by_source.keys() & {"emplois", "immersion-facile", "orientations", "ft-actions"}


@pytest.mark.parametrize("actor", ["conseiller-ft", "employeur", "dpo"])
def test_who_does_not_read_identifiers_reads_no_statement(hub: Site, actor: str) -> None:
    answer = hub.ask(actor, STATEMENTS, id=hub.persons["maelle"])
    person = answer["data"]["person"]
    assert person is None or person["statements"] is None
