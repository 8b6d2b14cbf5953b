"""What changes from one policy to another, on one graph: actor × purpose × field, from one decision to the next.

Read from the two decision tables, as they would be enforced, never from the files: a grant that opens nothing new
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hub.policy.model import Policy, Retention
from hub.policy.table import DecisionClass, DecisionTable
from hub.policy.told import said

WHOLE = "*"
"""In place of a field: the actor may declare the purpose, or may not."""
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `before` and `after` are decisions in French."""

    actor: str
    purpose: str
    field: str
    before: str
    after: str


def changes(old: DecisionTable, new: DecisionTable) -> list[Change]:
    """The decisions that change, by actor, purpose and field."""
    found: list[Change] = []
    for kind, purpose in sorted(old.classes.keys() | new.classes.keys()):
        before, after = old.classes.get((kind, purpose)), new.classes.get((kind, purpose))
        if before is None or after is None:
            was, becomes = (ABSENT if each is None else "à déclarer" for each in (before, after))
            found.append(Change(kind, purpose, WHOLE, was, becomes))
        found += [Change(kind, purpose, *change) for change in _fields(before, after, old.policy, new.policy)]
    return found


def durations(old: Policy, new: Policy) -> list[tuple[str, str, str]]:
    """(retention class, before, after) where the days or the fact change."""
    return [
        (name, _days(before), _days(after))
        for name in sorted(old.retentions.keys() | new.retentions.keys())
        for before, after in [(old.retentions.get(name), new.retentions.get(name))]
        if _days(before) != _days(after)
    ]


def same(old: Policy, new: Policy) -> bool:
    """Whether the policies say the same, labels and legal texts included, comments aside."""
    return replace(old, digest="") == replace(new, digest="")


def _fields(
    before: DecisionClass | None, after: DecisionClass | None, old: Policy, new: Policy
) -> Iterator[tuple[str, str, str]]:
    was, becomes = (each.whole if each is not None else {} for each in (before, after))
    for name in sorted(was.keys() | becomes.keys()):
        one, two = was.get(name), becomes.get(name)
        if one != two:
            yield name, said(one, old) if one is not None else ABSENT, said(two, new) if two is not None else ABSENT


def _days(retention: Retention | None) -> str:
    return f"{retention.days} jours ({retention.fact.name})" if retention is not None else ABSENT
