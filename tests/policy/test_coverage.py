"""Every field, enum value and input that clients see is covered by the policy; a gap is found and named."""

from dataclasses import replace

import pytest

from hub.policy.decide.classification import Classification
from hub.policy.decide.classify import Unclassified, check_judged
from hub.policy.decide.decision import Effect
from hub.policy.decide.policy_model import Policy, Reduction
from hub.policy.report.coverage import coverage
from tests.pinned_graph import graph

GRAPH = graph()
TABLE = GRAPH.table


def missing(classification: Classification = TABLE.classification, policy: Policy = TABLE.policy) -> tuple[str, ...]:
    return coverage(GRAPH.schema, classification, policy).missing


def test_the_served_graph_is_covered_whole() -> None:
    covered = coverage(GRAPH.schema, TABLE.classification, TABLE.policy)
    assert covered.missing == ()
    assert min(covered.fields, covered.values, covered.inputs) > 50


@pytest.mark.parametrize("name", ["Person.lastName", "Query.person", "Service.name"])
def test_a_field_without_a_category_is_named(name: str) -> None:
    fields = {key: field for key, field in TABLE.classification.fields.items() if key != name}
    assert any(line.startswith(f"{name} : ") for line in missing(replace(TABLE.classification, fields=fields)))


def test_an_input_that_nothing_classifies_is_named() -> None:
    for name in ("Query.persons(filter:)", "PersonFilter.lastName"):
        inputs = {key: input_ for key, input_ in TABLE.classification.inputs.items() if key != name}
        assert any(input_.startswith(f"{name} : ") for input_ in missing(replace(TABLE.classification, inputs=inputs)))


def test_the_values_of_an_enum_that_no_classified_field_returns_are_named() -> None:
    fields = {key: field for key, field in TABLE.classification.fields.items() if field.returns != "IncomeBand"}
    lines = missing(replace(TABLE.classification, fields=fields))
    assert any(field.startswith("IncomeBand.") for field in lines)


def test_a_reduced_field_without_a_line_in_the_reductions_is_listed_as_closed() -> None:
    rows = {key: row for key, row in TABLE.policy.reductions.items() if key != ("conseiller_ft", "Person.rsa")}
    before = coverage(GRAPH.schema, TABLE.classification, TABLE.policy)
    after = coverage(GRAPH.schema, TABLE.classification, replace(TABLE.policy, reductions=rows))
    assert set(after.closed) - set(before.closed) == {"conseiller_ft × SOC : Person.rsa"}
    assert after.missing == ()


def test_what_is_listed_as_closed_is_denied_by_every_cell_that_is_only_reduced() -> None:
    closed = coverage(GRAPH.schema, TABLE.classification, TABLE.policy).closed
    assert len(closed) > 100
    reads = {(grant.actor, c) for grant in TABLE.policy.grants for c in grant.read | grant.own_recorded}
    for line in closed:
        actor, _, rest = line.partition(" × ")
        category, _, name = rest.partition(" : ")
        if (actor, category) not in reads:
            rows = [row for (kind, _), row in TABLE.classes.items() if kind == actor]
            assert {row.decisions[name].effect for row in rows} == {Effect.DENY}, line


@pytest.mark.parametrize(
    "row",
    [
        Reduction("conseiller_ft", "Person.household", "sibling", sibling="Person.hasDependantChildren", line=7),
        Reduction("conseiller_ft", "Person.houshold", "whole", line=7),
        Reduction("conseiller_ft", "Person.household", "sibling", sibling="Person.hasRsa", line=7),
        Reduction("conseiller_ft", "Person.household", "sibling", sibling="Person.isRsaBeneficiary", line=7),
        Reduction("conseiller_ft", "Person.household", "sibling", sibling="Household.dependentChildren", line=7),
    ],
)
def test_a_reduction_that_would_open_nothing_for_a_wrong_name_is_told_with_its_line(row: Reduction) -> None:
    reductions = {**TABLE.policy.reductions, (row.actor, row.coordinate): row}
    (only,) = coverage(GRAPH.schema, TABLE.classification, replace(TABLE.policy, reductions=reductions)).misnamed
    assert only.startswith("reductions.toml:7: « ")


def test_every_reduction_in_force_names_served_fields() -> None:
    assert coverage(GRAPH.schema, TABLE.classification, TABLE.policy).misnamed == ()


def test_a_type_that_ends_by_a_day_that_it_does_not_bear_is_named_and_the_reverse() -> None:
    dated = TABLE.classification.dated
    (only,) = missing(replace(TABLE.classification, dated=dated - {"Referral"}))
    assert only.startswith("Referral : retention.toml lui donne une durée")
    items = {key: item for key, item in TABLE.policy.items.items() if key != "referral"}
    (only,) = missing(policy=replace(TABLE.policy, items=items))
    assert only.startswith("Referral : le graphe dit de quel jour part sa durée")


def test_a_duration_of_a_type_that_there_is_not_is_told_with_its_line() -> None:
    item = replace(TABLE.policy.items["referral"], types=frozenset({"Referal"}), line=9)
    policy = replace(TABLE.policy, items={**TABLE.policy.items, "wrong": item})
    (only,) = coverage(GRAPH.schema, TABLE.classification, policy).misnamed
    assert only.startswith("retention.toml:9: « Referal » ")


def test_a_category_by_which_grants_match_and_no_input_does_is_noted() -> None:
    inputs = {key: input_ for key, input_ in TABLE.classification.inputs.items() if key != "IdentityInput.nir"}
    covered = coverage(GRAPH.schema, replace(TABLE.classification, inputs=inputs), TABLE.policy)
    assert "des accords rapprochent par NIR, par quoi aucune entrée ne rapproche" in covered.notes
    assert not any("rapprochent" in note for note in coverage(GRAPH.schema, TABLE.classification, TABLE.policy).notes)


def test_a_list_that_does_not_tell_whom_it_judges_takes_no_guarded_criterion() -> None:
    for connection, criterion in (
        ("PersonConnection", "PersonFilter.birthDateFrom"),
        ("AppointmentConnection", "AppointmentFilter.day"),
        ("AccessEntryConnection", "AccessFilter.actor"),
    ):
        fields = {name: field for name, field in TABLE.classification.fields.items() if name != f"{connection}._judged"}
        with pytest.raises(Unclassified, match=criterion):
            check_judged(replace(TABLE.classification, fields=fields))
    check_judged(TABLE.classification)
