"""The paper as one graph: it composes, it is classified, and the query that the product is judged by is valid on it."""

from pathlib import Path

import pytest
from graphql import GraphQLObjectType, parse, validate

from hub.federation.compose.composer import Source, compose
from hub.federation.supergraph import Supergraph
from hub.policy.decide.classify import classify
from hub.policy.decide.decision_table import DecisionClass, DecisionTable, Effect
from hub.policy.decide.policy_loader import load
from schema.facts import Fact
from schema.sdl import sdl
from tests.schema.paper import PAPERS

JOURNEY = (Path(__file__).parent / "journey.graphql").read_text(encoding="utf-8")
SIBLINGS = "query ($id: ID!) { person(id: $id) { birthYear departmentCode hasRqth isRsaBeneficiary nirLastDigits } }"
ROOTS = """{
  me { id }
  persons(first: 5, filter: {lastName: "x"}, orderBy: LAST_NAME) { nodes { id } pageInfo { hasNextPage endCursor } }
  findPerson(identity: {birthDate: "2000-01-01"}) { outcome person { id } }
  journeyRisks { nodes { kind since person { id } } }
  changes(since: "2026-01-01T00:00:00+00:00") { nodes { at person { id } } }
  appointments { nodes { id } }
  services(near: {cityCode: "08105"}) { edges { distanceKm node { id } } }
  structures { nodes { id } }
  immersionOffers { nodes { id } }
  inclusionJobs { nodes { id } }
  trainings { nodes { id } }
  trainingSessions { nodes { id } }
  myAccessJournal { nodes { at actorLabel data { label fields } } }
}"""


@pytest.fixture(scope="module")
def graph() -> Supergraph:
    return compose([Source(name, f"http://{name}.invalid", sdl(name)) for name in PAPERS])


@pytest.fixture(scope="module")
def table(graph: Supergraph) -> DecisionTable:
    return DecisionTable(load(), classify(graph))


@pytest.mark.parametrize("query", [JOURNEY, SIBLINGS, ROOTS], ids=["journey", "siblings", "roots"])
def test_the_queries_of_the_product_are_valid_on_the_client_schema(graph: Supergraph, query: str) -> None:
    assert validate(graph.client_schema, parse(query)) == []


def test_no_client_can_name_what_is_internal(graph: Supergraph) -> None:
    schema = graph.client_schema
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__"):
            assert not {"_access", "nir", "sensitive"} & type_.fields.keys(), name


def allowed(decisions: DecisionClass, coordinate: str) -> int:
    """Relations under which a coordinate may be read."""
    found = 0
    for clause in decisions.decisions[coordinate].rule.read:
        found |= clause.any_of
    return found


def test_suggestions_need_the_commune_and_the_difficulties(table: DecisionTable) -> None:
    for (kind, purpose), decisions in table.classes.items():
        needs = ("Address.cityCode", "Constraint.theme", "Constraint.state")
        for needed in needs:
            missing = allowed(decisions, "Person.suggestedServices") & ~allowed(decisions, needed)
            assert not missing, (kind, purpose, needed)
    territory = table.decision_class("conseiller_ft", "suivi")
    assert allowed(territory, "Person.suggestedServices") == Fact.ORG_REFERENT


def test_the_detail_of_a_rqth_opens_only_on_a_row_that_the_departement_recorded(table: DecisionTable) -> None:
    decisions = table.decision_class("referent_cd", "suivi")
    assert all(clause.all_of & Fact.RECORDED for clause in decisions.rows["Rqth"].read)
    assert not any(clause.all_of for clause in decisions.decisions["Person.hasRqth"].rule.read[:1])
    for kind in ("conseiller_ft", "conseiller_ml"):
        assert table.decision_class(kind, "suivi").decisions["Person.rqth"].effect is Effect.DENY


def test_the_nationwide_search_opens_identity_contact_and_referent_organisation_only(table: DecisionTable) -> None:
    for kind in ("orienteur_cd", "referent_cd", "conseiller_ft", "conseiller_ml", "delegataire_rsa"):
        decisions = table.decision_class(kind, "identification")
        found = {name for name in decisions.decisions if allowed(decisions, name) & Fact.NATIONWIDE}
        assert {name.partition(".")[0] for name in found} == {"Query", "Person", "Contact", "Address"}
        assert "Person.referentOrganisation" in found
        assert not found & {"Person.nir", "Person.identifiers", "Person.referent", "Person.provenance"}


def test_a_training_body_sees_no_follow_up_and_an_employer_no_difficulty(table: DecisionTable) -> None:
    training = table.decision_class("organisme_formation", "formation").decisions
    for name in ("Person.appointments", "Person.referent", "Person.contracts", "Person.rsa", "Person.constraints"):
        assert training[name].effect is Effect.DENY, name
    employer = table.decision_class("siae", "iae").decisions
    for name in ("Person.constraints", "Objective.theme", "Referral.theme", "Person.rsa", "Person.hasRqth"):
        assert employer[name].effect is Effect.DENY, name


def test_the_person_reads_everything_of_itself_but_the_nir_and_the_full_traces(table: DecisionTable) -> None:
    decisions = table.decision_class("beneficiaire", "droits").decisions
    denied = {name for name, decision in decisions.items() if decision.effect is Effect.DENY}
    assert denied == {
        "Query.findPerson",
        "Query.accessJournal",
        *(f"AccessEntry.{name}" for name in ("actor", "client", "reference", "operation", "trace", "people")),
        "AccessEntry.visibleFrom",
        "Person.nir",
        "Person.rights",
        "Rights.opposedOn",
        "Rights.limitedOn",
        "Rights.erasureDueOn",
        "Rights.lastContactOn",
    }
