"""The policy files, decided on the served graph: decisions and reasons as data."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.graph import load_graph
from hub.policy.table import Effect
from schema.categories import Category
from schema.facts import RELATIONS, Fact

FOLDER = Path(__file__).parent
TABLE = load_graph().table
CASES: list[dict[str, Any]] = [
    case for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['actor']} {case['purpose']}")
def test_decisions_and_reasons_are_as_signed(case: dict[str, Any]) -> None:
    decisions = TABLE.decision_class(case["actor"], case["purpose"]).decisions
    for coordinate, relations in case.get("allow", {}).items():
        decision = decisions[coordinate]
        bits = Fact(0)
        for clause in decision.rule.read:
            bits |= Fact(clause.any_of)
        assert decision.effect is Effect.ALLOW, coordinate
        assert {fact.name for fact in Fact if fact & bits} == set(relations), coordinate
    for coordinate, expected in case.get("deny", {}).items():
        decision = decisions[coordinate]
        assert decision.effect is Effect.DENY, coordinate
        assert [value for value in (decision.reason, decision.instead) if value] == expected, coordinate


def test_every_kind_of_actor_has_a_case() -> None:
    assert {case["actor"] for case in CASES} == set(TABLE.policy.actors)


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
