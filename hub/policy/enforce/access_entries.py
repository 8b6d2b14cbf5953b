"""`extensions.access`: for one's own request, what was withheld or coarsened, why, and what would be needed.

docs/policy.md#rule-8 and docs/policy.md#rule-11. What the table says is told of every field, once per place in the
query and whatever the rows hold. What depends on a row is told only of the person asked for, when its identity is
readable: never of list elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub.federation.operations.operation import hold
from hub.policy.decide.decision_table import DecisionClass, Effect, Reason
from hub.policy.enforce.access_entry import AccessEntry, Explanation, access_entry
from hub.policy.enforce.authorise import Authorisation
from hub.policy.enforce.guard import Guard
from hub.policy.enforce.verdicts import Row
from schema.facts import RELATIONS, Fact
from schema.residual import Clause, Rule, holds

RESTRICTED = Fact.OPPOSITION | Fact.LIMITATION
ENDED = Fact.ERASURE_DUE | Fact.JOURNEY_ENDED | Fact.HANDICAP_ENDED | Fact.TRAINING_ENDED | Fact.ITEM_ENDED


def explain(
    authorisation: Authorisation, guard: Guard, data: Mapping[str, Any] | None, failed: Iterable[tuple[str | int, ...]]
) -> Explanation:
    """The entries, one per path, in the order of the query; `failed` are the paths of errors, of which no reason is
    told."""
    entries = decided(authorisation, guard.variables)
    errors: set[tuple[str | int, ...]] | None = None
    more: dict[tuple[str, ...], AccessEntry] = {}
    held: Any
    for row in guard.named():
        told = row.told if row.told is not None else _of_row(authorisation.decisions, row)
        if not told:
            continue
        try:
            held = data
            for key in row.mark.path:
                held = held[key]
            if all(held.values()):  # nothing is null
                continue
            keys = [key for key in told if held.get(key, held) is None]
        except (KeyError, TypeError, AttributeError):  # the row is null, or not there
            keys = [key for key in told if key in row.verdict.nulls]
        errors = set(failed) if errors is None else errors
        for key in keys:
            here = (*row.mark.path, key)
            if not (errors and any(here[: len(error)] == error for error in errors)):
                more[here] = told[key]
    if not more:
        return entries
    replaced = {path for path, made in more.items() if made.replaces}
    return Explanation((*(each for each in entries if tuple(each["path"]) not in replaced), *more.values()))


def _of_row(decisions: DecisionClass, row: Row) -> dict[str, AccessEntry]:
    """What may be told of null fields of a row that was asked for by its id, by response key, if its identity is
    readable: kept with its verdict, which has only one place."""
    row.told = {}
    for key, coordinate, rule in row.mark.fields if holds(decisions.identity, row.facts) else ():
        path, decision = (*row.mark.path, key), decisions.decisions[coordinate]
        if rule is None:
            continue
        if key in row.verdict.nulls:
            row.told[key] = access_entry(
                path, coordinate, decisions, decision, Effect.DENY, row_reason(rule, row.facts)
            )
        elif coordinate in row.verdict.released:
            row.told[key] = access_entry(path, coordinate, decisions, decision, Effect.ALLOW, Reason.NOT_HELD)
    return row.told


def decided(authorisation: Authorisation, variables: Mapping[str, Any]) -> Explanation:
    """The part of the entries that the table gives, known before anything is fetched."""
    if authorisation.unconditional_entries is not None:
        return authorisation.unconditional_entries
    entries = authorisation.entries
    return Explanation(item.access_entry for item in entries if not item.conditions or hold(item.conditions, variables))


def row_reason(rule: Rule, facts: int) -> Reason:
    """Why no clause of the rule holds of these facts: the relation first, then the restriction, then the retention."""
    related: list[Clause] = [clause for clause in (*rule.read, *rule.reduced) if clause.any_of & facts & RELATIONS]
    related = [clause for clause in related if clause.all_of & facts == clause.all_of]
    if not related:
        return Reason.NOT_YOUR_ROW
    if any(clause.none_of & facts & RESTRICTED for clause in related):
        return Reason.OPPOSITION
    return Reason.RETENTION_ENDED if any(clause.none_of & facts & ENDED for clause in related) else Reason.NOT_YOUR_ROW
