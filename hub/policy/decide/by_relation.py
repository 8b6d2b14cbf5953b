"""A decision as it is for rows that one relation alone links to the actor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hub.policy.decide.decision_table import Decision, Effect, Reason
from hub.policy.decide.policy_model import Policy
from schema.facts import Fact
from schema.residual import Clause, Rule


def by_relation(decision: Decision, relation: Fact, policy: Policy) -> Decision:
    """What is left of a decision by this relation: NOT_YOUR_ROW where it opens nothing."""
    if decision.effect in (Effect.OPEN, Effect.DENY):
        return decision
    whole = decision.rule
    read, reduced = _by(whole.read, relation), _by(whole.reduced, relation)
    if not read and not reduced:
        return Decision(Effect.DENY, Reason.NOT_YOUR_ROW)
    rule = Rule(
        read,
        tuple((bit, _by(clauses, relation)) for bit, clauses in whole.values),
        reduced,
        whole.reduction if reduced else None,
    )
    ids = {grant.id for grant in policy.grants if grant.relations & relation}
    return replace(
        decision,
        effect=Effect.MASK if not read else decision.effect,
        rule=rule,
        rules=tuple(each for each in decision.rules if each in ids),
    )


def _by(clauses: Iterable[Clause], relation: Fact) -> tuple[Clause, ...]:
    return tuple(replace(each, any_of=int(relation)) for each in clauses if each.any_of & relation)
