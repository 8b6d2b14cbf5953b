"""The changes from one policy to another on one graph: by actor × purpose × field, from one decision to the next, and
the same through each scope of an application.

Read from the two decision tables as they would be enforced, never from the files: a grant that opens nothing new
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field

from hub.policy.decide.decision import DecisionClass
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import ItemRetention, Policy, Retention
from hub.policy.decide.wording import outline, summary

WHOLE = "*"
"""In place of a field: whether the actor may declare the purpose changes."""
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `before` and `after` are decisions in French, `client` the scope of an application.

    `category`: of the field, None for a purpose as a whole; `was` and `becomes` are the outlines of the decisions.
    """

    actor: str
    purpose: str
    field: str
    before: str
    after: str
    client: str | None = None
    category: str | None = dataclass_field(compare=False, default=None)
    was: str = dataclass_field(compare=False, default="")
    becomes: str = dataclass_field(compare=False, default="")

    @property
    def decision_class(self) -> str:
        """The class whose decision changes: actor, purpose and scope, if there is one."""
        return f"{self.actor} {self.purpose}" + (f" par {self.client}" if self.client is not None else "")


def policy_changes(old: DecisionTable, new: DecisionTable) -> list[Change]:
    """The decisions that change, by scope of an application, actor, purpose and field; those without one first."""
    policies = old.policy, new.policy
    changes = _changes(old.classes, new.classes, None, *policies)
    for client in sorted(old.policy.clients.keys() | new.policy.clients.keys()):
        changes += _changes(_through(old, client), _through(new, client), client, *policies)
    return changes


Rows = Mapping[tuple[str, str], DecisionClass]


def _through(table: DecisionTable, client: str) -> Rows:
    rows = table.through(client) if client in table.policy.clients else ()
    return {(row.kind, row.purpose): row for row in rows}


def _changes(old: Rows, new: Rows, client: str | None, old_policy: Policy, new_policy: Policy) -> list[Change]:
    changes: list[Change] = []
    for pair in sorted(old.keys() | new.keys()):
        before, after = old.get(pair), new.get(pair)
        if before is None or after is None:
            was, becomes = (ABSENT if row is None else "à déclarer" for row in (before, after))
            changes.append(Change(*pair, WHOLE, was, becomes, client, None, was, becomes))
        changes += _field_changes(pair, client, before, after, old_policy, new_policy)
    return changes


def _field_changes(
    pair: tuple[str, str],
    client: str | None,
    old: DecisionClass | None,
    new: DecisionClass | None,
    old_policy: Policy,
    new_policy: Policy,
) -> Iterator[Change]:
    """Each decision that changes between two classes, of which one may be absent."""
    old_decisions = old.by_coordinate if old is not None else {}
    new_decisions = new.by_coordinate if new is not None else {}
    for name in sorted(old_decisions.keys() | new_decisions.keys()):
        before, after = old_decisions.get(name), new_decisions.get(name)
        if before != after:
            schema = (new if after is not None else old).schema  # type: ignore[union-attr]
            yield Change(
                *pair,
                name,
                summary(before, old_policy) if before is not None else ABSENT,
                summary(after, new_policy) if after is not None else ABSENT,
                client,
                str(schema.category(name)),
                outline(before) if before is not None else ABSENT,
                outline(after) if after is not None else ABSENT,
            )


def retention_changes(old: Policy, new: Policy) -> list[tuple[str, str, str]]:
    """(retention class, before, after) where the days, or what they end, change."""
    before, after = _periods(old), _periods(new)
    changes = ((name, _days(before.get(name)), _days(after.get(name))) for name in sorted(before.keys() | after.keys()))
    return [change for change in changes if change[1] != change[2]]


def same_policy(old: Policy, new: Policy) -> bool:
    """Whether the policies are equal, labels and legal texts included, comments aside."""
    return replace(old, digest="") == replace(new, digest="")


def _periods(policy: Policy) -> Mapping[str, Retention | ItemRetention]:
    return {**policy.retentions, **policy.items}


def _days(retention: Retention | ItemRetention | None) -> str:
    if retention is None:
        return ABSENT
    if isinstance(retention, Retention):
        return f"{retention.days} jours ({retention.fact.name})"
    bound = "tous" if retention.actors is None else ", ".join(sorted(retention.actors))
    return f"{retention.days} jours depuis {retention.since} ({', '.join(sorted(retention.types))} ; {bound})"
