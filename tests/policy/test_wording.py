"""Decisions in French: two that differ are never told alike."""

from hub.policy.decide.decision import Decision, Reason
from hub.policy.decide.wording import REASONS, summary
from tests.pinned_graph import graph

TABLE = graph().table


def test_decisions_that_differ_are_told_otherwise() -> None:
    summaries: dict[str, Decision] = {}
    for row in TABLE.classes.values():
        for decision in row.decisions.values():
            assert summaries.setdefault(summary(decision, TABLE.policy), decision) == decision
    assert len(summaries) > 50


def test_every_reason_has_its_sentence() -> None:
    assert set(REASONS) == set(Reason)
