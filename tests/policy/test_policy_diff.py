"""What changes from one policy to another is read from the tables that would be enforced."""

from dataclasses import replace
from typing import Any

from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import Policy
from hub.policy.report.policy_diff import ABSENT, WHOLE, Change, policy_changes, retention_changes, same_policy
from schema.categories import Category
from tests.pinned_graph import graph

TABLE = graph().table


def under(policy: Policy) -> DecisionTable:
    return DecisionTable(policy, TABLE.classification)


def changed(grant: str, **values: Any) -> Policy:
    return replace(
        TABLE.policy,
        grants=tuple(replace(rule, **values) if rule.id == grant else rule for rule in TABLE.policy.grants),
    )


def test_a_policy_changes_nothing_of_itself() -> None:
    assert policy_changes(TABLE, under(TABLE.policy)) == []
    assert same_policy(TABLE.policy, replace(TABLE.policy, digest="comments"))


def test_a_category_withdrawn_changes_its_fields_for_the_actor_and_purposes_of_the_grant_only() -> None:
    grant = next(rule for rule in TABLE.policy.grants if rule.id == "DEL-1")
    changes = policy_changes(TABLE, under(changed("DEL-1", read=grant.read - {Category.FREIN})))
    assert {change.actor for change in changes} == {"delegataire_rsa"}
    denied = [change for change in changes if change.before.startswith("lu") and change.after.startswith("refusé")]
    assert {change.purpose for change in denied} == grant.purposes & TABLE.policy.actors["delegataire_rsa"].purposes
    (constraints,) = (change for change in denied if (change.purpose, change.field) == ("suivi", "Person.constraints"))
    assert constraints.before.startswith("lu par ORG_REFERENT")


def test_each_decision_that_differs_is_told_and_no_other() -> None:
    after = under(changed("FT-1", read=frozenset({Category.ID})))
    rows = [*TABLE.classes.values(), *(row for client in TABLE.policy.clients for row in TABLE.through(client))]
    expected = {
        (row.client, row.kind, row.purpose, name)
        for row in rows
        for name, decision in row.decisions.items()
        if after.decision_class(row.kind, row.purpose, row.client).decisions[name] != decision
    }
    changes = policy_changes(TABLE, after)
    assert {
        (decision_change.client, decision_change.actor, decision_change.purpose, decision_change.field)
        for decision_change in changes
    } == expected
    assert all(change.before != change.after for change in changes)


def test_a_purpose_that_an_actor_loses_is_told_whole_and_field_by_field() -> None:
    kinds = dict(TABLE.policy.actors)
    kinds["dpo"] = replace(kinds["dpo"], purposes=frozenset({"droits"}))
    changes = [
        change
        for change in policy_changes(TABLE, under(replace(TABLE.policy, actors=kinds)))
        if change.purpose == "audit"
    ]
    assert changes[0] == Change("dpo", "audit", WHOLE, "à déclarer", ABSENT)
    assert {change.field for change in changes[1:]} == set(TABLE.decision_class("dpo", "audit").by_coordinate)


def test_a_duration_that_changes_is_told_in_days() -> None:
    periods = dict(TABLE.policy.retentions)
    periods["journey"] = replace(periods["journey"], days=365)
    after = replace(TABLE.policy, retentions=periods)
    assert retention_changes(TABLE.policy, after) == [
        ("journey", "730 jours (JOURNEY_ENDED)", "365 jours (JOURNEY_ENDED)")
    ]


def test_a_duration_of_items_that_changes_is_told_with_its_types_and_whom_it_binds() -> None:
    items = dict(TABLE.policy.items)
    items["referral"] = replace(items["referral"], days=90, actors=frozenset({"siae"}))
    (change,) = retention_changes(TABLE.policy, replace(TABLE.policy, items=items))
    assert change == (
        "referral",
        "180 jours depuis la réponse du service (Referral ; tous)",
        "90 jours depuis la réponse du service (Referral ; siae)",
    )


def test_a_label_changes_no_decision_and_yet_the_policy() -> None:
    after = changed("FT-1", label="Autre")
    assert policy_changes(TABLE, under(after)) == []
    assert not same_policy(TABLE.policy, after)


def test_a_right_to_write_that_is_withdrawn_is_told_for_each_input_and_mutation() -> None:
    changes = policy_changes(TABLE, under(changed("DEL-1", write=frozenset())))
    assert {change.actor for change in changes} == {"delegataire_rsa"}
    outcomes = {
        change.field: change.was.split()[0] for change in changes if (change.purpose, change.client) == ("suivi", None)
    }
    schema, written = TABLE.classification, (Category.SUIVI, Category.FREIN, Category.PRO)
    inputs = {name for name, category in schema.writes.items() if category in written}
    mutations = {name for name, field in schema.fields.items() if field.writes and field.writes <= inputs}
    assert {"Mutation.recordAppointment", "Mutation.draftContract", "Mutation.applyToJob"} < mutations
    assert outcomes == {**dict.fromkeys(inputs, "écrit"), **dict.fromkeys(mutations, "libre")}
