"""The policy files, decided on the served graph: decisions and reasons as data."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.policy.decide.decision import Effect
from hub.policy.decide.decision_table import DecisionTable
from schema.categories import Category
from schema.facts import RELATIONS, VALUE_FACTS, Fact
from tests.pinned_graph import graph

FOLDER = Path(__file__).parent
SIGNED = "tests/policy/*.yaml"
TABLE = graph().table
CASES: list[dict[str, Any]] = [
    case
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    if "matrix" not in case
]
KEYS = ("allow", "match", "write", "deny", "unmatched", "unwritten")
GRANTED = [case for case in CASES if "grant" in case]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.get('grant', case['actor'])} {case['purpose']}")
def test_decisions_and_reasons_are_as_signed(case: dict[str, Any]) -> None:
    decisions = TABLE.decision_class(case["actor"], case["purpose"], case.get("client")).by_coordinate
    coordinates = {coordinate for key in KEYS for coordinate in case.get(key, {})}
    assert coordinates <= set(decisions), (
        f"{SIGNED} names what the graph has not: {', '.join(coordinates - set(decisions))}"
    )
    opened = [(Effect.ALLOW, *case_item) for case_item in case.get("allow", {}).items()]
    opened += [(Effect.MATCH, *case_item) for case_item in case.get("match", {}).items()]
    opened += [(Effect.WRITE, *case_item) for case_item in case.get("write", {}).items()]
    for effect, coordinate, relations in opened:
        decision = decisions[coordinate]
        bits = Fact(0)
        for clause in decision.rule.read:
            bits |= Fact(clause.any_of)
            assert not case.get("named") or clause.all_of & Fact.NATIONWIDE, coordinate
        assert decision.effect is effect, f"{coordinate}: {SIGNED} says {effect.name}, the rules {decision.effect.name}"
        assert {fact.name for fact in Fact if fact & bits} == set(relations), f"{coordinate}: relations in {SIGNED}"
    for coordinate, expected in (case.get("deny", {}) | case.get("unmatched", {}) | case.get("unwritten", {})).items():
        decision = decisions[coordinate]
        assert decision.effect is Effect.DENY, f"{coordinate}: {SIGNED} says DENY, the rules {decision.effect.name}"
        reasons = [str(value) for value in (decision.reason, decision.instead) if value]
        assert reasons == expected, (
            f"{coordinate}: {SIGNED} says {expected}, the rules {reasons} (reason, field instead)"
        )


def without(grant: str, actor: str) -> DecisionTable:
    """The decisions on this kind of actor, were the grant not there."""
    policy = TABLE.policy
    grants = tuple(rule for rule in policy.grants if rule.id != grant)
    assert len(grants) == len(policy.grants) - 1, grant
    return DecisionTable(replace(policy, actors={actor: policy.actors[actor]}, grants=grants), TABLE.classification)


def test_every_grant_has_its_case_with_what_it_opens_what_it_leaves_closed_and_why() -> None:
    cases, grants = sorted(case["grant"] for case in GRANTED), sorted(grant.id for grant in TABLE.policy.grants)
    different = sorted((Counter(cases) - Counter(grants)) + (Counter(grants) - Counter(cases)))
    assert not different, f"one case per grant in {SIGNED} (docs/contribuer.md#grant): {', '.join(different)}"
    for case in GRANTED:
        assert case["why"], case
        assert case.get("allow") or case.get("values") or case.get("write"), case
        assert case["deny"], case
        assert bool(case.get("matched")) == bool(case.get("match") or case.get("unmatched")), case


def test_every_grant_that_matches_has_a_case_for_each_of_its_categories_and_every_actor_one_that_does_not() -> None:
    matches = TABLE.classification.matches
    by_grant = {case["grant"]: {matches[name].value for name in case.get("match", ())} for case in GRANTED}
    for grant in TABLE.policy.grants:
        signed, matched = by_grant.get(grant.id, set()), {category.value for category in grant.match}
        assert signed == matched, f"{grant.id}: `match` in {SIGNED} has {signed}, the grant {matched}"
    refused = {case["actor"] for case in GRANTED if case.get("unmatched")}
    assert refused == {case["actor"] for case in GRANTED} - {"orienteur_cd"}


@pytest.mark.parametrize("case", GRANTED, ids=lambda case: case["grant"])
def test_what_a_case_says_that_a_grant_opens_is_opened_by_that_grant(case: dict[str, Any]) -> None:
    pair = case["actor"], case["purpose"]
    assert pair in TABLE.classes
    decisions = TABLE.decision_class(*pair).by_coordinate
    less = without(case["grant"], case["actor"]).decision_class(*pair).by_coordinate
    for coordinate in (*case.get("allow", ()), *case.get("match", ()), *case.get("write", ())):
        assert case["grant"] in decisions[coordinate].rules, coordinate
        assert less[coordinate].rule != decisions[coordinate].rule, coordinate
    for value, relations in case.get("values", {}).items():
        bit = VALUE_FACTS[TABLE.classification.values[value]]
        fields = [name for name, field in TABLE.classification.fields.items() if field.returns == value.split(".")[0]]
        opened = [dict(decisions[name].rule.values).get(bit, ()) for name in fields]
        assert {
            fact.name for value_clauses in opened for clause in value_clauses for fact in Fact(clause.any_of)
        } == set(relations)
        assert not any(dict(less[name].rule.values).get(bit) for name in fields), value
        assert all(less[name].silent == "COARSEN" for name in fields if less[name].effect is Effect.ALLOW), value


def test_only_who_has_a_case_writes_and_never_through_an_application() -> None:
    writing = {grant.id for grant in TABLE.policy.grants if grant.write - {Category.ASSIDU}}
    assert writing == {case["grant"] for case in GRANTED if case.get("write")}
    writers = {
        row.kind for row in TABLE.classes.values() for write in row.writes.values() if write.effect is Effect.WRITE
    }
    assert writers == {case["actor"] for case in GRANTED if case.get("write")}
    through = [row for client in TABLE.policy.clients for row in TABLE.through(client)]
    assert through
    assert not any(write.effect is Effect.WRITE for row in through for write in row.writes.values())


@pytest.mark.parametrize(("grant", "actor"), [("REF-CD-5", "referent_cd"), ("DEL-2", "delegataire_rsa")])
def test_a_presence_is_replaced_only_by_who_reads_and_writes_absences(grant: str, actor: str) -> None:
    whole, less = TABLE.decision_class(actor, "suivi"), without(grant, actor).decision_class(actor, "suivi")
    assert whole.writes["SetAppointmentStatusInput.status"].effect is Effect.WRITE
    assert less.writes["SetAppointmentStatusInput.status"].effect is Effect.DENY
    assert less.writes["RecordAppointmentInput.startsAt"].effect is Effect.WRITE
    assert less.decisions["Mutation.setAppointmentStatus"].effect is Effect.DENY


def test_whatever_is_written_is_read_in_full_by_the_same_relation() -> None:
    for row in TABLE.classes.values():
        for name, write in row.writes.items():
            (field,) = TABLE.classification.requires(name)
            readable = row.decisions[field].rule.read
            for clause in write.rule.read:
                bits = [bit for bit in Fact if bit & clause.any_of]
                assert all(any(read.any_of & bit for read in readable) for bit in bits), (row.kind, name)
                assert clause.none_of & (Fact.LIMITATION | Fact.ERASURE_DUE), (row.kind, name)


def test_every_kind_of_actor_has_a_case() -> None:
    different = {case["actor"] for case in CASES} ^ set(TABLE.policy.actors)
    assert not different, f"at least one case per kind of actor in {SIGNED}: {', '.join(sorted(different))}"


def test_nobody_ever_reads_a_nir_in_full_nor_free_text_but_the_person() -> None:
    for (kind, _), row in TABLE.classes.items():
        for coordinate, field in TABLE.classification.fields.items():
            effect = row.decisions[coordinate].effect
            if field.category is Category.NIR and field.level == "FULL":
                assert effect is Effect.DENY
            if field.category is Category.LIBRE and kind != "beneficiaire":
                assert effect is Effect.DENY


def test_no_clause_reads_by_anything_but_a_relation_of_the_kind() -> None:
    for (kind, _), row in TABLE.classes.items():
        scopes = sum(TABLE.policy.actors[kind].scopes) | Fact.NATIONWIDE
        for decision in row.decisions.values():
            for clause in (*decision.rule.read, *decision.rule.reduced):
                assert clause.any_of
                assert clause.any_of & RELATIONS & ~scopes == 0


def test_there_is_no_purpose_of_control_or_sanction() -> None:
    words = ("contrôle", "sanction", "fraude")
    for purpose in TABLE.policy.purposes.values():
        assert not any(word in purpose.label.lower() for word in words)
