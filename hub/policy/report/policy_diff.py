"""What changes from one policy to another, on one graph: actor × purpose × field, from one decision to the next, and
the same through each scope of an application.

Read from the two decision tables, as they would be enforced, never from the files: a grant that opens nothing new
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from hub.policy.decide.decision_table import DecisionClass, DecisionTable
from hub.policy.decide.policy_model import ItemRetention, Policy, Retention
from hub.policy.decide.wording import said

WHOLE = "*"
"""In place of a field: the actor may declare the purpose, or may not."""
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `before` and `after` are decisions in French, `client` the scope of an application."""

    actor: str
    purpose: str
    field: str
    before: str
    after: str
    client: str | None = None

    @property
    def whose(self) -> str:
        """Whose decision changes: actor, purpose and scope, if there is one."""
        return f"{self.actor} {self.purpose}" + (f" par {self.client}" if self.client is not None else "")


def changes(old: DecisionTable, new: DecisionTable) -> list[Change]:
    """The decisions that change, by scope of an application, actor, purpose and field; first of who asks itself."""
    found = _changes(old.classes, new.classes, None, old.policy, new.policy)
    for client in sorted(old.policy.clients.keys() | new.policy.clients.keys()):
        found += _changes(_through(old, client), _through(new, client), client, old.policy, new.policy)
    return found


Rows = Mapping[tuple[str, str], DecisionClass]


def _through(table: DecisionTable, client: str) -> Rows:
    known = table.through(client) if client in table.policy.clients else ()
    return {(row.kind, row.purpose): row for row in known}


def _changes(old: Rows, new: Rows, client: str | None, was: Policy, becomes: Policy) -> list[Change]:
    found: list[Change] = []
    for pair in sorted(old.keys() | new.keys()):
        before, after = old.get(pair), new.get(pair)
        if before is None or after is None:
            one, two = (ABSENT if each is None else "à déclarer" for each in (before, after))
            found.append(Change(*pair, WHOLE, one, two, client))
        found += [Change(*pair, *change, client=client) for change in _fields(before, after, was, becomes)]
    return found


def durations(old: Policy, new: Policy) -> list[tuple[str, str, str]]:
    """(retention class, before, after) where the days, or what they end, change."""
    return [
        (name, _days(before), _days(after))
        for name in sorted(_periods(old).keys() | _periods(new).keys())
        for before, after in [(_periods(old).get(name), _periods(new).get(name))]
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


def _periods(policy: Policy) -> Mapping[str, Retention | ItemRetention]:
    return {**policy.retentions, **policy.items}


def _days(retention: Retention | ItemRetention | None) -> str:
    if retention is None:
        return ABSENT
    if isinstance(retention, Retention):
        return f"{retention.days} jours ({retention.fact.name})"
    bound = "tous" if retention.actors is None else ", ".join(sorted(retention.actors))
    return f"{retention.days} jours depuis {retention.since} ({', '.join(sorted(retention.types))} ; {bound})"
