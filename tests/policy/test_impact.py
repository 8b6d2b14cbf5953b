"""The impact assessment is counted in the decisions enforced, and docs/analyse-impact.md is current."""

from dataclasses import replace

import pytest
from msgspec import structs

from hub.policy.decide.decision import Effect
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import Policy
from hub.policy.report.impact import impact, impact_texts
from schema.categories import OPEN, Category
from tests.attacks.inventory import COUNT, attacks
from tests.conftest import ROOT
from tests.pinned_graph import graph

TABLE = graph().table
TEXT = impact(TABLE)


def under(policy: Policy) -> str:
    return impact(DecisionTable(policy, TABLE.classification))


def row(text: str, begins: str) -> list[str]:
    """Cells of the first row whose first one begins so."""
    line = next(candidate for candidate in text.splitlines() if candidate.startswith(f"| {begins}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_page_is_the_assessment_in_force() -> None:
    page = (ROOT / "docs" / "analyse-impact.md").read_text(encoding="utf-8")
    assert page == TEXT, "run hub policy impact > docs/analyse-impact.md"


def test_every_attack_is_under_one_risk_and_what_is_left_of_it_is_said() -> None:
    numbers = [number for risk in impact_texts().risks for number in risk.attacks]
    assert sorted(numbers) == list(range(1, COUNT + 1))
    left = {attack.number for attack in attacks() if attack.left is not None}
    assert [risk.name for risk in impact_texts().risks if left & set(risk.attacks) and risk.residual is None] == []


def test_every_purpose_basis_and_duration_is_told_and_every_guarded_category() -> None:
    policy = TABLE.policy
    texts = [term.legal for term in policy.purposes.values() if not term.abstract]
    texts += [term.text for term in policy.bases.values()] + [term.text for term in policy.retentions.values()]
    texts += [f"| {category} : " for category in set(Category) - OPEN]
    texts += [term.label for term in policy.actors.values()]
    assert [text for text in texts if text not in TEXT] == []
    assert not set(impact_texts().sensitive) & OPEN


@pytest.mark.parametrize("purpose", [code for code, row_ in TABLE.policy.purposes.items() if not row_.abstract])
def test_the_figures_of_a_purpose_are_those_of_its_decisions(purpose: str) -> None:
    rows = [row_ for (_, code), row_ in TABLE.classes.items() if code == purpose]
    fields = {
        name
        for row_ in rows
        for name, decision in row_.decisions.items()
        if decision.effect not in (Effect.OPEN, Effect.DENY) and TABLE.classification.fields[name].category not in OPEN
    }
    grants = [row_ for row_ in TABLE.policy.grants if purpose in row_.purposes]
    assert row(TEXT, TABLE.policy.purposes[purpose].label)[2:] == [str(len(row_)) for row_ in (rows, grants, fields)]


def test_a_category_that_a_prohibition_closes_is_no_longer_said_to_be_read() -> None:
    label = TABLE.policy.actors["delegataire_rsa"].label
    assert label in row(TEXT, "FREIN : ")[3]
    closed = structs.replace(TABLE.policy.prohibitions[0], actor="delegataire_rsa", category=Category.FREIN, level=None)
    text = under(replace(TABLE.policy, prohibitions=(*TABLE.policy.prohibitions, closed)))
    assert label not in "".join(row(text, "FREIN : "))
    assert f"{len(TABLE.policy.prohibitions) + 1} interdictions" in text


def test_what_people_must_add_is_marked() -> None:
    assert TEXT.count("**à compléter par le responsable de traitement**") == 2
