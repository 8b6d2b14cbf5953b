"""Why a field is read or not, with the law, along a path."""

from dataclasses import replace
from itertools import product

import pytest

from hub.federation.operations.operation import INTERNAL_FIELDS
from hub.policy.decide.by_relation import by_relation
from hub.policy.decide.decision import Effect, Reason
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.enforce.access_entry import access_entry
from hub.policy.report.explanation import UnknownField, explanation_text
from schema.categories import Category
from schema.facts import VALUE_FACTS, Fact
from schema.residual import holds
from tests.pinned_graph import graph

TABLE = graph().table


def text_of(path: str, kind: str, purpose: str, table: DecisionTable = TABLE) -> str:
    return explanation_text(path, table.decision_class(kind, purpose), table)


def test_a_field_that_is_read_names_its_relations_its_grant_and_the_law() -> None:
    text = text_of("Contact.phones", "conseiller_ft", "suivi")
    grant = next(rule for rule in TABLE.policy.grants if rule.id == "FT-1")
    assert "Contact.phones : lu" in text
    assert "ORG_REFERENT (Organisme référent) ou TERRITORY (Territoire de compétence) sauf" in text
    assert f"accord FT-1 : {grant.label}" in text
    assert grant.basis.text in text
    assert grant.retention is not None
    assert grant.retention.text in text


def test_a_field_of_an_item_that_ends_by_itself_names_the_duration_to_whom_it_binds() -> None:
    text = TABLE.policy.items["job_application"].text
    assert text in text_of("JobApplication.state", "referent_cd", "suivi")
    assert text not in text_of("JobApplication.state", "conseiller_ft", "suivi")
    assert text not in text_of("JobApplication.state", "beneficiaire", "droits")


def test_a_path_tells_each_of_its_steps_and_where_it_is_closed() -> None:
    assert "Person.contact : lu" in text_of("Person.contact.phones", "conseiller_ft", "suivi")
    text = text_of("Query.person.appointments.nodes.motive.category", "referent_cd", "formation")
    assert "Motive.category : refusé" in text
    assert text.endswith("Par ce chemin, rien ne se lit : Person.appointments est refusé.\n")


def test_a_denial_names_the_purposes_that_would_open_it() -> None:
    assert "il faudrait : déclarer une des finalités actions (" in text_of(
        "Person.constraints", "referent_cd", "formation"
    )


def test_a_denial_names_what_is_read_instead() -> None:
    assert "se lit à la place : Person.isRsaBeneficiary" in text_of("Person.rsa", "conseiller_ft", "suivi")


def test_a_denial_by_a_prohibition_says_that_nothing_opens_it() -> None:
    text = text_of("Person.constraints", "partenaire", "suivi")
    prohibition = next(rule for rule in TABLE.policy.prohibitions if rule.id == "PART-FREIN")
    assert f"interdiction PART-FREIN : {prohibition.text}" in text
    assert "il faudrait : rien n'y suffit" in text


def test_a_denial_by_a_requirement_names_it_and_asks_for_its_category() -> None:
    fields = TABLE.classification.fields
    requiring = replace(fields["Person.lastName"], requires=frozenset({"Person.rsa"}))
    changed = replace(TABLE.classification, fields={**fields, "Person.lastName": requiring})
    text = text_of("Person.lastName", "conseiller_ft", "suivi", DecisionTable(TABLE.policy, changed))
    assert fields["Person.rsa"].category is Category.SOC
    assert "dépend de : Person.rsa, qui est refusé (SOC)" in text
    assert "un accord par lequel « Conseiller France Travail » lise SOC en entier" in text


@pytest.mark.parametrize("path", ["Person", "Person.", "Nobody.name", "Person.contact.nothing", "Person.lastName.more"])
def test_what_names_no_field_is_refused(path: str) -> None:
    with pytest.raises(UnknownField) as caught:
        text_of(path, "referent_cd", "suivi")
    assert caught.value.code == "FIELD_UNKNOWN"


def test_by_one_relation_a_field_is_read_where_its_clauses_hold_of_that_relation_alone() -> None:
    decisions = {decision_ for row in TABLE.classes.values() for decision_ in row.by_coordinate.values()}
    assert len(decisions) > 50
    for decision, relation in product(decisions, TABLE.policy.relations):
        left = by_relation(decision, relation, TABLE.policy)
        if decision.effect in (Effect.OPEN, Effect.DENY):
            assert left == decision
            continue
        assert (left.effect is Effect.DENY) == (left.reason is Reason.NOT_YOUR_ROW)
        for more in (0, Fact.OPPOSITION, Fact.RECORDED, Fact.JOURNEY_ENDED):
            facts = int(relation | more)
            assert holds(left.rule.read, facts) == holds(decision.rule.read, facts)
            assert holds(left.rule.reduced, facts) == holds(decision.rule.reduced, facts)
            if left.effect is not Effect.DENY:
                sensitive = facts | Fact.VALUE_SAN
                whole = decision.rule.value_allowed(sensitive, Fact.VALUE_SAN)
                assert left.rule.value_allowed(sensitive, Fact.VALUE_SAN) == whole


def test_a_relation_that_opens_nothing_is_told_with_those_that_would() -> None:
    row = TABLE.decision_class("conseiller_ft", "suivi")
    text = explanation_text("Person.constraints", row, TABLE, Fact.TERRITORY)
    assert "par la relation TERRITORY (Territoire de compétence)" in text
    assert "Person.constraints : refusé" in text
    assert "il faudrait : être lié à la personne par ORG_REFERENT" in text
    assert "accord FT-1" in explanation_text("Person.contact", row, TABLE, Fact.TERRITORY)


def test_an_input_that_finds_persons_is_explained_like_a_field() -> None:
    text = text_of("IdentityInput.departmentIdentifier", "orienteur_cd", "identification")
    assert "rapproché par : DEPARTMENT_BRSA (Périmètre du Conseil départemental) sauf" in text
    assert "dépend de : Person.identifiers, SectorIdentifier.value" in text
    assert "accord ORI-CD-1" in text
    assert "accord NAT-ORI-1" not in text
    text = text_of("IdentityInput.nir", "delegataire_rsa", "identification")
    assert "IdentityInput.nir : refusé" in text
    assert "un accord par lequel « Délégataire RSA » rapproche par NIR" in text
    assert "rapproche par ID ou IDX ou NIR" in text_of("Query.findPerson", "siae", "iae")
    row = TABLE.decision_class("orienteur_cd", "identification")
    text = explanation_text("IdentityInput.departmentIdentifier", row, TABLE, Fact.NATIONWIDE)
    assert "il faudrait : être lié à la personne par DEPARTMENT_BRSA" in text


def test_every_denial_of_the_table_says_what_it_would_take() -> None:
    for row in TABLE.classes.values():
        for name, decision in row.decisions.items():
            if decision.effect is not Effect.DENY or name.partition(".")[2] in INTERNAL_FIELDS:
                continue
            remedy = access_entry(("x",), name, row, decision)["needed"]
            assert remedy.startswith("déclarer ") == (decision.granted_for is not None)
            assert f"il faudrait : {remedy}" in explanation_text(name, row, TABLE)


def test_a_field_names_the_grant_that_opens_its_stricter_values_and_the_law() -> None:
    text = text_of("Constraint.theme", "referent_cd", "suivi")
    grant = next(rule for rule in TABLE.policy.grants if rule.id == "REF-CD-2")
    assert f"accord REF-CD-2 : {grant.label}\n    base légale : {grant.basis.text}" in text
    assert "REF-CD-2" not in text_of("Referral.theme", "conseiller_ft", "suivi")


@pytest.mark.parametrize("path", ["ConstraintTheme.SANTE", "Constraint.theme.SANTE", "Person.constraints.theme.SANTE"])
def test_a_value_of_an_enum_is_explained_with_its_category_and_what_opens_it(path: str) -> None:
    text = text_of(path, "referent_cd", "suivi")
    assert "ConstraintTheme.SANTE : lu\n  catégorie : SAN, " in text
    assert "dans Constraint.theme, qui est lu : lue par REFERENT (" in text
    assert ("dans Referral.theme" in text) == (path == "ConstraintTheme.SANTE")
    assert "accord REF-CD-2 : " in text.split("ConstraintTheme.SANTE : lu")[1]


def test_a_value_that_nothing_opens_is_refused_with_what_it_would_take() -> None:
    text = text_of("ConstraintTheme.SANTE", "conseiller_ft", "suivi")
    assert "ConstraintTheme.SANTE : refusé" in text
    assert "il faudrait : " in text
    row = TABLE.decision_class("referent_cd", "suivi")
    assert "ConstraintTheme.SANTE : refusé" in explanation_text("ConstraintTheme.SANTE", row, TABLE, Fact.NATIONWIDE)


def test_a_value_without_a_category_of_its_own_is_as_the_fields_that_carry_it() -> None:
    assert "ConstraintTheme.LOGEMENT : lu\n  catégorie : celle du champ" in text_of(
        "ConstraintTheme.LOGEMENT", "referent_cd", "suivi"
    )
    assert "ConstraintTheme.LOGEMENT : refusé" in text_of("ConstraintTheme.LOGEMENT", "siae", "iae")
    for path in ("ConstraintTheme.NOTHING", "ConstraintTheme.SANTE.more", "PersonOrder.LAST_NAME"):
        with pytest.raises(UnknownField):
            text_of(path, "referent_cd", "suivi")


def test_every_stricter_value_is_said_to_be_read_exactly_where_the_table_reads_it() -> None:
    schema = TABLE.classification
    through = [row for client in TABLE.policy.clients for row in TABLE.through(client)]
    assert through
    for row in (*TABLE.classes.values(), *through):
        for name, category in schema.values.items():
            enum = name.split(".")[0]
            fields = [field.coordinate for field in schema.fields.values() if field.returns == enum]
            decisions = [row.by_coordinate[coordinate] for coordinate in fields]
            clauses = [
                read for decision in decisions for bit, read in decision.rule.values if bit == VALUE_FACTS[category]
            ]
            read = any(clauses) and any(decision.effect is not Effect.DENY for decision in decisions)
            assert (f"{name} : refusé" in explanation_text(name, row, TABLE)) is not read, (row.kind, row.purpose, name)
