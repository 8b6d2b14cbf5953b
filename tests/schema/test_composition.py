"""The served graph: the product's queries are valid, nothing internal can be named, the decisions are the law's."""

import pytest
from graphql import GraphQLObjectType, parse, validate

from hub.pages.journey import JOURNEY
from hub.policy.decide.decision import DecisionClass, Effect
from schema.facts import Fact
from tests.pinned_graph import graph

GRAPH = graph()
TABLE = GRAPH.table
SIBLINGS = "query ($id: ID!) { person(id: $id) { birthYear departmentCode isRsaBeneficiary nirLastDigits } }"
ROOTS = """{
  me { id }
  persons(first: 5, filter: {lastName: "x"}, orderBy: LAST_NAME) { nodes { id } pageInfo { hasNextPage endCursor } }
  findPerson(identity: {birthDate: "2000-01-01"}) { outcome person { id } }
  appointments { nodes { id } }
  services(near: {cityCode: "08105"}) { edges { distanceKm node { id } } }
  structures { nodes { id } }
  trainings { nodes { id } }
  trainingSessions { nodes { id } }
  myAccessJournal { nodes { at actorLabel data { label fields } } }
}"""


@pytest.mark.parametrize(
    "query", [JOURNEY.read_text(encoding="utf-8"), SIBLINGS, ROOTS], ids=["journey", "siblings", "roots"]
)
def test_the_queries_of_the_product_are_valid_on_the_client_schema(query: str) -> None:
    assert validate(GRAPH.schema, parse(query)) == []


def test_no_client_can_name_what_is_internal() -> None:
    for name, type_ in GRAPH.schema.type_map.items():
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__"):
            assert not {"_access", "nir", "sensitive"} & type_.fields.keys(), name


def relations(decisions: DecisionClass, coordinate: str) -> int:
    """Relations under which a coordinate may be read."""
    bits = 0
    for clause in decisions.decisions[coordinate].rule.read:
        bits |= clause.any_of
    return bits


def test_suggestions_need_the_commune_and_the_difficulties() -> None:
    for (kind, purpose), decisions in TABLE.classes.items():
        for requirement in ("Address.cityCode", "Constraint.theme", "Constraint.state"):
            missing = relations(decisions, "Person.suggestedServices") & ~relations(decisions, requirement)
            assert not missing, (kind, purpose, requirement)
    territory = TABLE.decision_class("conseiller_ft", "suivi")
    assert relations(territory, "Person.suggestedServices") == Fact.ORG_REFERENT


def test_the_nationwide_search_opens_identity_contact_and_referent_organisation_only() -> None:
    for kind in ("orienteur_cd", "referent_cd", "conseiller_ft", "conseiller_ml", "delegataire_rsa"):
        decisions = TABLE.decision_class(kind, "identification")
        opened = {name for name in decisions.decisions if relations(decisions, name) & Fact.NATIONWIDE}
        below_statements = {
            name for name in opened if name.startswith("Statement.")
        }  # only Person.statements leads there
        assert {name.partition(".")[0] for name in opened - below_statements} == {
            "Query",
            "Person",
            "Contact",
            "Address",
        }
        assert "Person.referentOrganisation" in opened
        assert not opened & {"Person.identifiers", "Person.referent", "Person.provenance", "Person.statements"}


def test_a_training_body_sees_no_follow_up_and_an_employer_no_difficulty() -> None:
    training = TABLE.decision_class("organisme_formation", "formation").decisions
    for name in ("Person.appointments", "Person.referent", "Person.contracts", "Person.rsa", "Person.constraints"):
        assert training[name].effect is Effect.DENY, name
    employer = TABLE.decision_class("siae", "iae").decisions
    for name in ("Person.constraints", "Referral.theme", "Person.rsa"):
        assert employer[name].effect is Effect.DENY, name


def test_the_person_reads_everything_of_itself_but_the_full_traces() -> None:
    decisions = TABLE.decision_class("beneficiaire", "droits").decisions
    denied = {name for name, decision in decisions.items() if decision.effect is Effect.DENY}
    assert denied == {
        "Mutation.decideOrientation",
        "Mutation.setReferent",
        "Mutation.addToFollowUpGroup",
        "Mutation.endFollowUp",
        "Mutation.collectSocialSituation",
        "Mutation.setDifficultyState",
        "Mutation.applyToJob",
        "Mutation.draftContract",
        "Mutation.signContract",
        "Mutation.renewContract",
        "Mutation.recordAppointment",
        "Mutation.referToService",
        "Mutation.placeInTraining",
        "Mutation.proposeImmersion",
        "Mutation.setAppointmentStatus",
        "Query.findPerson",
        "Query.accessJournal",
        *(f"AccessEntry.{name}" for name in ("actor", "client", "reference", "operation", "trace", "people")),
        "AccessEntry.visibleFrom",
        "Person.rights",
        "Rights.opposedOn",
        "Rights.limitedOn",
        "Rights.erasureDueOn",
        "Rights.lastContactOn",
    }
