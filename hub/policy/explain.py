"""`extensions.access`: for one's own request, what was withheld or coarsened, why, and what would be needed.

policy.md rules 8 and 11. What the table says is told of every field, once per place in the query and whatever the rows
hold. What depends on a row is told only of the person asked for, when its identity is readable: never of list elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub.document.conditions import hold
from hub.policy.authorise import Authorisation
from hub.policy.guard import Guard
from hub.policy.table import Decision, Effect, Reason
from schema.facts import RELATIONS, Fact
from schema.residual import Clause, Rule, holds

RESTRICTED = Fact.OPPOSITION | Fact.LIMITATION
ENDED = Fact.ERASURE_DUE | Fact.JOURNEY_ENDED | Fact.HANDICAP_ENDED | Fact.TRAINING_ENDED


NOTES = {
    "DROP": "Des éléments peuvent manquer selon la valeur de ce champ.",
    "COARSEN": "Certaines valeurs de ce champ peuvent être moins précises.",
    "WITHHOLD": "Ce lien peut manquer selon ce qu'il révélerait.",
}


def explain(
    authorisation: Authorisation, guard: Guard, data: Mapping[str, Any] | None, failed: Iterable[tuple[str | int, ...]]
) -> list[dict[str, Any]]:
    """The entries, in the order of the query; `failed` are the paths of errors, of which no reason is told."""
    entries = decided(authorisation, guard.variables)
    errors = set(failed)
    decisions = authorisation.decisions
    for mark, verdict, facts, path in guard.named:
        if not holds(decisions.identity, facts):
            continue
        held = _at(data, path)
        for key, coordinate, rule in mark.fields:
            here = (*path, key)
            decision = decisions.decisions[coordinate]
            if rule is None or any(here[: len(error)] == error for error in errors):
                continue
            if key in verdict.nulls:
                entries.append(_entry(here, coordinate, decision, Effect.DENY, row_reason(rule, facts)))
            elif coordinate in verdict.released and held is not None and key in held and held[key] is None:
                entries.append(_entry(here, coordinate, decision, Effect.ALLOW, Reason.NOT_HELD))
    return entries


def decided(authorisation: Authorisation, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The part of the entries that the table gives, known before anything is fetched."""
    return [
        _entry(item.path, item.coordinate, item.decision)
        for item in authorisation.entries
        if hold(item.conditions, variables)
    ]


def row_reason(rule: Rule, facts: int) -> Reason:
    """Why no clause of the rule holds of these facts: the relation first, then the restriction, then the retention."""
    related: list[Clause] = [clause for clause in (*rule.read, *rule.reduced) if clause.any_of & facts & RELATIONS]
    related = [clause for clause in related if clause.all_of & facts == clause.all_of]
    if not related:
        return Reason.NOT_YOUR_ROW
    if any(clause.none_of & facts & RESTRICTED for clause in related):
        return Reason.OPPOSITION
    return Reason.RETENTION_ENDED if any(clause.none_of & facts & ENDED for clause in related) else Reason.NOT_YOUR_ROW


def _entry(
    path: tuple[str | int, ...],
    coordinate: str,
    decision: Decision,
    effect: Effect | None = None,
    reason: Reason | None = None,
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "path": list(path),
        "coordinate": coordinate,
        "decision": (effect or decision.effect).value,
        "reason": reason or decision.reason,
        "rules": list(decision.rules),
    }
    if decision.instead is not None:
        entry["instead"] = decision.instead
    if decision.required is not None:
        entry["required"] = decision.required
    if decision.needs is not None:
        entry["purposes"] = decision.needs.split(", ")
    if effect is None and decision.silent is not None:
        entry["note"] = NOTES[decision.silent]
    return entry


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        if type(data) is not dict:
            return None
        data = data.get(step)
    return data if type(data) is dict else None
