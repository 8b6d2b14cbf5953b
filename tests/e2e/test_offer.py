"""The offer through the hub: around a place for whoever asks, links to sensitive structures, what a placement says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.site import Site

AROUND = """query Around($near: NearInput) {
  services(first: 3, near: $near) { edges { distanceKm node { id city } } }
  structures(first: 3, near: $near) { edges { distanceKm node { id services { nodes { id } } } } }
  trainingSessions(first: 3, near: $near) { edges { distanceKm node { id city } } }
}"""
REFERRALS = """query Referrals($id: ID!) {
  person(id: $id) { referrals(first: 10) { nodes { id status theme service { name structure { name } } } } }
}"""
PLACEMENTS = """query Placements($id: ID!) {
  person(id: $id) {
    trainingProjects { formacode recordedOn }
    trainingPlacements(first: 5) { nodes { status prerequisitesMet accommodationRequested } }
  }
}"""
ROOTS = ("services", "structures", "trainingSessions")
WITHHELD = "CSAPA du Vieux Pont"


@pytest.mark.parametrize("actor", ["referent-a", "partenaire", "personne"])
def test_whoever_asks_reads_what_is_around_a_place_nearest_first(hub: Site, actor: str) -> None:
    answer = hub.ask(actor, AROUND, near={"cityCode": "08105", "radiusKm": 30})
    assert "errors" not in answer, answer
    for root in ROOTS:
        distances = [edge["distanceKm"] for edge in answer["data"][root]["edges"]]
        assert distances
        assert distances == sorted(distances)
        assert all(0 <= distance <= 30 for distance in distances)


def test_a_place_that_is_none_is_an_error_at_its_list_and_tells_no_value(hub: Site) -> None:
    answer = hub.ask("referent-a", AROUND, near={"cityCode": "98735"})
    assert {tuple(error["path"]) for error in answer["errors"]} == {(root,) for root in ROOTS}
    assert {answer["data"][root] for root in ROOTS} == {None}
    assert "98735" not in str(answer)


def test_a_referral_to_a_sensitive_structure_is_there_for_the_person_and_the_council_that_sent_it_there_alone(
    hub: Site,
) -> None:
    """The referent's own council recorded the referral (`REF-CD-2`); the adviser's organisation did not.

    Nor does that adviser, on its territory alone, read the theme of a difficulty (`FT-3`).
    """

    def read(actor: str) -> list[dict[str, Any]]:
        person = hub.ask(actor, REFERRALS, id=hub.persons["maelle"])["data"]["person"]
        referrals: list[dict[str, Any]] = person["referrals"]["nodes"]
        return referrals

    mine, sent, outside = read("personne"), read("referent-a"), read("conseiller-ft")
    structures = [node["service"]["structure"]["name"] for node in mine]
    assert (structures.count(WITHHELD), [node["theme"] for node in mine].count("SANTE")) == (1, 1)
    assert sent == mine
    assert outside == [
        {**node, "theme": None}
        for node, name in zip(mine, structures, strict=True)
        if node["theme"] != "SANTE" and name != WITHHELD
    ]


def test_a_request_for_accommodation_is_told_to_the_provider_and_to_who_recorded_it_alone(hub: Site) -> None:
    def read(actor: str) -> list[object]:
        person = hub.ask(actor, PLACEMENTS, id=hub.persons["maelle"])["data"]["person"]
        return [node["accommodationRequested"] for node in person["trainingPlacements"]["nodes"]]

    for actor in ("organisme-formation", "personne", "referent-a"):
        assert True in read(actor)
    assert set(read("conseiller-ft")) == {None}


def test_a_training_project_is_read_by_whoever_reads_training_and_not_by_a_provider_that_did_not_record_it(
    hub: Site,
) -> None:
    def read(actor: str) -> object:
        person = hub.ask(actor, PLACEMENTS, id=hub.persons["maelle"])["data"]["person"]
        return person["trainingProjects"]

    assert read("referent-a") == read("personne") != []
    assert not read("organisme-formation")
