"""How many people a change of the rules touches, from what a database knows of their links: an upper bound.

A person is touched by a change if, for one of its relations to somebody, what may be read of it is no longer the same,
or if a duration ends for it that did not. Who that somebody is, and whether an element is its own, has ended, or is of
a stricter category, is not looked at: so it is never too few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.policy.decide.decision_table import Decision, DecisionTable, Effect
from hub.policy.decide.policy_model import Policy
from hub.policy.report.policy_diff import Change
from schema.facts import RELATIONS, VALUE_FACTS, Fact
from schema.residual import holds

ROWS = (0, Fact.RECORDED, Fact.ITEM_ENDED, Fact.RECORDED | Fact.ITEM_ENDED)
"""What may be true of an element besides: who recorded it, and whether its own duration is over."""
Facts = tuple[int, int, int]
"""Relations of a person; what else is true of it under the old rules; and under the new ones."""


@dataclass(frozen=True, slots=True)
class Profile:
    """People of whom the same is known: the relations that link anyone to them today, their restrictions, days since
    the last contact (None: never), and how many they are."""

    relations: int
    restrictions: int
    days: int | None
    people: int


@dataclass(frozen=True, slots=True)
class Reach:
    """People touched by each change, and by each duration, in their order; by any of them; and all that there are."""

    each: tuple[int, ...]
    periods: tuple[int, ...]
    any: int
    all: int


def reach(
    changes: Sequence[Change],
    periods: Sequence[str],
    old: DecisionTable,
    new: DecisionTable,
    profiles: Iterable[Profile],
) -> Reach:
    """The reach of changes between two tables on one graph; `periods` names the retention classes that change."""
    groups: Counter[Facts] = Counter()
    for profile in profiles:
        before, after = _facts(profile, old.policy), _facts(profile, new.policy)
        groups[profile.relations | Fact.NATIONWIDE, before, after] += profile.people
    each = [{facts for facts in groups if _touches(change, old, new, facts)} for change in changes]
    ended = [{facts for facts in groups if _ends(name, old.policy, new.policy, facts)} for name in periods]

    def people(known: Iterable[Facts]) -> int:
        return sum(groups[facts] for facts in known)

    touched = set[Facts]().union(*each, *ended)
    return Reach(tuple(map(people, each)), tuple(map(people, ended)), people(touched), groups.total())


def _facts(profile: Profile, policy: Policy) -> int:
    ended = (each.fact for each in policy.retentions.values() if profile.days is not None and profile.days > each.days)
    return profile.restrictions | sum(set(ended))


def _ends(name: str, old: Policy, new: Policy, facts: Facts) -> bool:
    """Whether the duration is over under the one and not under the other."""
    if name in old.items or name in new.items:
        return True  # whose elements have ended is not looked at
    _, before, after = facts
    one, two = old.retentions.get(name), new.retentions.get(name)
    return bool(one and one.fact & before) != bool(two and two.fact & after)


def _touches(change: Change, old: DecisionTable, new: DecisionTable, facts: Facts) -> bool:
    one, two = (_decision(change, table) for table in (old, new))
    relations, before, after = facts
    return any(
        _outcome(one, relation | before | row) != _outcome(two, relation | after | row)
        for relation in Fact
        if relation & RELATIONS & relations
        for row in ROWS
    )


def _decision(change: Change, table: DecisionTable) -> Decision | None:
    if (change.actor, change.purpose) not in table.classes:
        return None
    if change.client is not None:
        scope = table.policy.clients.get(change.client)
        if scope is None or change.purpose not in scope.purposes:
            return None
    return table.decision_class(change.actor, change.purpose, change.client).whole.get(change.field)


def _outcome(decision: Decision | None, facts: int) -> tuple[object, ...]:
    """What may be read of a row with these facts: all of it or a reduction, and its values of a stricter category. What
    is open says nothing of a person."""
    if decision is None or decision.effect in (Effect.DENY, Effect.OPEN):
        return ()
    rule = decision.rule
    full = holds(rule.read, facts)
    if not full and not holds(rule.reduced, facts):
        return ()
    bits = (int(bit) for bit in VALUE_FACTS.values())
    values = tuple(rule.value_allowed(facts | bit, bit) for bit in bits) if rule.values else ()
    return (full or rule.reduction, decision.silent, *values)
