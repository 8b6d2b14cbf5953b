"""A decision on rows that only one relation links to the actor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hub.policy.decide.decision import Decision, Effect, Reason
from hub.policy.decide.policy_model import Policy
from schema.facts import Fact
from schema.residual import Clause, Rule


def by_relation(decision: Decision, relation: Fact, policy: Policy) -> Decision:
    """The part of a decision that this relation opens; NOT_YOUR_ROW where it opens nothing."""
    if decision.effect in (Effect.OPEN, Effect.DENY):
        return decision
    rule = decision.rule
    read, reduced = _narrowed(rule.read, relation), _narrowed(rule.reduced, relation)
    if not read and not reduced:
        return Decision(Effect.DENY, Reason.NOT_YOUR_ROW)
    values = tuple((bit, _narrowed(clauses, relation)) for bit, clauses in rule.values)
    ids = {grant.id for grant in policy.grants if grant.relations & relation}
    return replace(
        decision,
        effect=Effect.MASK if not read else decision.effect,
        rule=Rule(read, values, reduced, rule.reduction if reduced else None),
        rules=tuple(grant for grant in decision.rules if grant in ids),
    )


def _narrowed(clauses: Iterable[Clause], relation: Fact) -> tuple[Clause, ...]:
    """The clauses that the relation may satisfy, narrowed to it."""
    return tuple(replace(clause, any_of=int(relation)) for clause in clauses if clause.any_of & relation)
