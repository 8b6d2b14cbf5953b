"""`extensions.access`: for one's own request, what was withheld or coarsened, why, and what would be needed.

policy.md rules 8 and 11. What the table says is told of every field, once per place in the query and whatever the rows
hold. What depends on a row is told only of the person asked for, when its identity is readable: never of list elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub.document.conditions import hold
from hub.policy.authorise import Authorisation
from hub.policy.entry import entry
from hub.policy.guard import Guard, Mark, Told, Verdict
from hub.policy.table import DecisionClass, Effect, Reason
from schema.facts import RELATIONS, Fact
from schema.residual import Clause, Rule, holds

RESTRICTED = Fact.OPPOSITION | Fact.LIMITATION
ENDED = Fact.ERASURE_DUE | Fact.JOURNEY_ENDED | Fact.HANDICAP_ENDED | Fact.TRAINING_ENDED


def explain(
    authorisation: Authorisation, guard: Guard, data: Mapping[str, Any] | None, failed: Iterable[tuple[str | int, ...]]
) -> list[dict[str, Any]]:
    """The entries, in the order of the query; `failed` are the paths of errors, of which no reason is told."""
    entries = decided(authorisation, guard.variables)
    errors = set(failed)
    for mark, verdict, facts, path in guard.named:
        if not holds(authorisation.decisions.identity, facts):
            continue
        held = _at(data, path) or {}
        for key, denied, told in _of_row(authorisation.decisions, mark, verdict, facts):
            if not denied and held.get(key, held) is not None:
                continue
            here = (*path, key)
            if not errors or not any(here[: len(error)] == error for error in errors):
                entries.append(told)
    return entries


def _of_row(decisions: DecisionClass, mark: Mark, verdict: Verdict, facts: int) -> list[Told]:
    """What may be told of one row that was asked for by its id: kept with its verdict, which has only one place."""
    if verdict.told is None:
        verdict.told = []
        for key, coordinate, rule in mark.fields:
            path, decision = (*mark.path, key), decisions.decisions[coordinate]
            if rule is None:
                continue
            if key in verdict.nulls:
                told = entry(path, coordinate, decision, Effect.DENY, row_reason(rule, facts))
                verdict.told.append((key, True, told))
            elif coordinate in verdict.released:
                told = entry(path, coordinate, decision, Effect.ALLOW, Reason.NOT_HELD)
                verdict.told.append((key, False, told))
    return verdict.told


def decided(authorisation: Authorisation, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The part of the entries that the table gives, known before anything is fetched."""
    entries = authorisation.entries
    return [item.told for item in entries if not item.conditions or hold(item.conditions, variables)]


def row_reason(rule: Rule, facts: int) -> Reason:
    """Why no clause of the rule holds of these facts: the relation first, then the restriction, then the retention."""
    related: list[Clause] = [clause for clause in (*rule.read, *rule.reduced) if clause.any_of & facts & RELATIONS]
    related = [clause for clause in related if clause.all_of & facts == clause.all_of]
    if not related:
        return Reason.NOT_YOUR_ROW
    if any(clause.none_of & facts & RESTRICTED for clause in related):
        return Reason.OPPOSITION
    return Reason.RETENTION_ENDED if any(clause.none_of & facts & ENDED for clause in related) else Reason.NOT_YOUR_ROW


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        if type(data) is not dict:
            return None
        data = data.get(step)
    return data if type(data) is dict else None
