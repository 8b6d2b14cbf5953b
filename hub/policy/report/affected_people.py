"""How many people a change of the rules affects, from what a database knows of their links: an upper bound.

A person is affected by a change if, for one of its relations to an actor, what may be read of it differs, or if a
retention period newly ends or no longer ends. Which actor that is, and who recorded a row, whether it has ended or has
a stricter category, is not looked at: the count is never too low.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.policy.decide.decision import Decision, Effect
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import Policy
from hub.policy.report.policy_diff import Change
from schema.facts import RELATIONS, VALUE_FACTS, Fact
from schema.residual import holds

ROW_FACTS = (0, Fact.RECORDED, Fact.ITEM_ENDED, Fact.RECORDED | Fact.ITEM_ENDED)
"""The facts that a row may have besides: the actor's organisation recorded it, its own retention has ended."""
PersonFacts = tuple[int, int, int]
"""A person's relations, its restrictions and ended retentions under the old rules, and those under the new ones."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A group of people with the same relations to actors today, the same restrictions and the same days since the last
    contact (None: never); `people` is their number."""

    relations: int
    restrictions: int
    days: int | None
    people: int


@dataclass(frozen=True, slots=True)
class AffectedPeople:
    """Numbers of people affected by each group of changes and by each retention period, in their order, by any of them,
    and the number of all people."""

    by_change: tuple[int, ...]
    by_period: tuple[int, ...]
    by_any: int
    total: int


def affected_people(
    changes: Sequence[Sequence[Change]],
    periods: Sequence[str],
    old: DecisionTable,
    new: DecisionTable,
    profiles: Iterable[Profile],
) -> AffectedPeople:
    """The people affected by groups of changes between two tables on one graph; `periods` names the retention classes
    that change."""
    groups: Counter[PersonFacts] = Counter()
    for profile in profiles:
        before, after = _facts(profile, old.policy), _facts(profile, new.policy)
        groups[profile.relations | Fact.NATIONWIDE, before, after] += profile.people
    by_change = [
        {facts for facts in groups if any(_differs(change, old, new, facts) for change in group)} for group in changes
    ]
    by_period = [{facts for facts in groups if _ends(name, old.policy, new.policy, facts)} for name in periods]

    def count(affected: Iterable[PersonFacts]) -> int:
        return sum(groups[facts] for facts in affected)

    return AffectedPeople(
        by_change=tuple(map(count, by_change)),
        by_period=tuple(map(count, by_period)),
        by_any=count(set[PersonFacts]().union(*by_change, *by_period)),
        total=groups.total(),
    )


def _facts(profile: Profile, policy: Policy) -> int:
    """Restrictions and ended retentions under a policy."""
    days = profile.days
    ended = {retention.fact for retention in policy.retentions.values() if days is not None and days > retention.days}
    return profile.restrictions | sum(ended)


def _ends(name: str, old: Policy, new: Policy, facts: PersonFacts) -> bool:
    """Whether the retention has ended under one policy and not under the other; assumed for retentions of rows."""
    if name in old.items or name in new.items:
        return True
    _, before, after = facts
    old_retention, new_retention = old.retentions.get(name), new.retentions.get(name)
    ended_before = old_retention is not None and bool(old_retention.fact & before)
    ended_after = new_retention is not None and bool(new_retention.fact & after)
    return ended_before != ended_after


def _differs(change: Change, old: DecisionTable, new: DecisionTable, facts: PersonFacts) -> bool:
    """Whether the change makes a difference for any relation of the person."""
    old_decision, new_decision = _decision(change, old), _decision(change, new)
    relations, before, after = facts
    return any(
        _outcome(old_decision, relation | before | row | nationwide)
        != _outcome(new_decision, relation | after | row | nationwide)
        for relation in Fact
        if relation & RELATIONS & relations
        for row in ROW_FACTS
        for nationwide in (0, Fact.NATIONWIDE)
    )


def _decision(change: Change, table: DecisionTable) -> Decision | None:
    """The decision that changes, in one of the tables; None where the purpose can't be declared."""
    if (change.actor, change.purpose) not in table.classes:
        return None
    if change.client is not None:
        scope = table.policy.clients.get(change.client)
        if scope is None or change.purpose not in scope.purposes:
            return None
    return table.decision_class(change.actor, change.purpose, change.client).by_coordinate.get(change.field)


def _outcome(decision: Decision | None, facts: int) -> tuple[object, ...]:
    """What may be read of a row with these facts: the whole value or a reduction, and its stricter values; empty for
    nothing, and for an open field, which tells nothing of a person."""
    if decision is None or decision.effect in (Effect.DENY, Effect.OPEN):
        return ()
    rule = decision.rule
    full = holds(rule.read, facts)
    if not full and not holds(rule.reduced, facts):
        return ()
    bits = (int(bit) for bit in VALUE_FACTS.values())
    values = tuple(rule.value_allowed(facts | bit, bit) for bit in bits) if rule.values else ()
    return (full or rule.reduction, decision.silent, *values)
