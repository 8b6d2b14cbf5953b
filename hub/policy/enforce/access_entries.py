"""`extensions.access`: what the client's own request was denied or got coarsened, why, and the remedy.

docs/policy.md#rule-8 and docs/policy.md#rule-11. The table's decisions have an entry for every field, once per place in
the query and whatever the rows hold. Decisions that depend on a row have one only for the person that the client asked
for, when its identity is readable: never for list elements. What is not there, or failed, has one explanation alone:
nothing is said of the fields below it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from hub.federation.operations.operation import hold
from hub.policy.decide.decision import DecisionClass, Effect, Reason
from hub.policy.enforce.access_entry import AccessEntry, Explanation, access_entry
from hub.policy.enforce.authorise import Authorisation
from hub.policy.enforce.guard import Guard
from hub.policy.enforce.verdicts import Row
from schema.facts import RELATIONS, Fact
from schema.residual import Clause, Rule, holds

Path: TypeAlias = tuple[str | int, ...]
"""The place of a field: response keys, and positions of lists."""
RESTRICTED = Fact.OPPOSITION | Fact.LIMITATION
ENDED = Fact.ERASURE_DUE | Fact.JOURNEY_ENDED | Fact.HANDICAP_ENDED | Fact.TRAINING_ENDED | Fact.ITEM_ENDED


def explain(
    authorisation: Authorisation,
    guard: Guard,
    data: Mapping[str, Any] | None,
    failed: Collection[Path],
) -> Explanation:
    """The entries, one per path, in the order of the query, after those of who is not there; the paths of errors
    (`failed`) have none that depends on a row."""
    entries = table_entries(authorisation, guard.variables)
    errors: set[Path] | None = None
    row_entries: dict[tuple[str, ...], AccessEntry] = {}
    value: Any
    for row in guard.direct_rows():
        by_key = row.entries if row.entries is not None else _entries_of_row(authorisation.decisions, row)
        if not by_key:
            continue
        try:
            value = data
            for key in row.mark.path:
                value = value[key]
            if all(value.values()):  # nothing is null
                continue
            keys = [key for key in by_key if value.get(key, value) is None]
        except (KeyError, TypeError, AttributeError):  # the row is null, or not there
            keys = [key for key in by_key if key in row.verdict.nulls]
        errors = set(failed) if errors is None else errors
        for key in keys:
            path = (*row.mark.path, key)
            if not (errors and any(path[: len(error)] == error for error in errors)):
                row_entries[path] = by_key[key]
    absent = _absent(authorisation, guard, data, failed)
    ends = {*absent, *_not_matched(authorisation, data), *failed}
    if not row_entries and not ends:
        return entries
    replaced = {path for path, entry in row_entries.items() if entry.replaces}
    table_only = (entry for entry in entries if tuple(entry["path"]) not in replaced)
    all_entries = (*absent.values(), *table_only, *row_entries.values())
    return Explanation(entry for entry in all_entries if not _is_below(entry["path"], ends))


def _absent(
    authorisation: Authorisation,
    guard: Guard,
    data: Mapping[str, Any] | None,
    failed: Collection[Path],
) -> dict[Path, AccessEntry]:
    """The entries of root fields that ask for one person and answer nobody, by path: a person whom the actor may not
    read and one who does not exist have the same."""
    keys = [key for key in authorisation.people if data is not None and data.get(key, data) is None]
    if not keys:
        return {}
    answered = {row.mark.path[0] for row in guard.direct_rows()} | {path[0] for path in failed if path}
    return {(key,): authorisation.not_found[key] for key in keys if key not in answered}


def _not_matched(authorisation: Authorisation, data: Mapping[str, Any] | None) -> list[Path]:
    """The paths of people whom a search did not find, or found for nobody to read: its outcome says it."""
    answers = ((path, (data or {}).get(path[0])) for path in authorisation.matched)
    return [path for path, answer in answers if answer and answer.get(path[1], answer) is None]


def _is_below(path: Sequence[str], ends: Collection[Path]) -> bool:
    return bool(ends) and any(tuple(path[:length]) in ends for length in range(1, len(path)))


def _entries_of_row(decisions: DecisionClass, row: Row) -> dict[str, AccessEntry]:
    """The entries for null fields of a row that the client asked for by its id, by response key; none if its identity
    is not readable. Kept with the verdict, which has one place in the operation."""
    row.entries = {}
    for key, coordinate, rule in row.mark.fields if holds(decisions.identity, row.facts) else ():
        path, decision = (*row.mark.path, key), decisions.decisions[coordinate]
        if rule is None:
            continue
        if key in row.verdict.nulls:
            reason = row_reason(rule, row.facts)
            row.entries[key] = access_entry(path, coordinate, decisions, decision, Effect.DENY, reason)
        elif coordinate in row.verdict.released:
            row.entries[key] = access_entry(path, coordinate, decisions, decision, Effect.ALLOW, Reason.NOT_HELD)
    return row.entries


def table_entries(authorisation: Authorisation, variables: Mapping[str, Any]) -> Explanation:
    """The entries that the table gives, known before anything is fetched."""
    if authorisation.unconditional_entries is not None:
        return authorisation.unconditional_entries
    entries = authorisation.entries
    return Explanation(entry.access_entry for entry in entries if hold(entry.conditions, variables))


def row_reason(rule: Rule, facts: int) -> Reason:
    """Why no clause of the rule holds of these facts: the relation first, then the restriction, then the retention."""
    related: list[Clause] = [clause for clause in (*rule.read, *rule.reduced) if clause.any_of & facts & RELATIONS]
    related = [clause for clause in related if clause.all_of & facts == clause.all_of]
    if not related:
        return Reason.NOT_YOUR_ROW
    if any(clause.none_of & facts & RESTRICTED for clause in related):
        return Reason.OPPOSITION
    return Reason.RETENTION_ENDED if any(clause.none_of & facts & ENDED for clause in related) else Reason.NOT_YOUR_ROW
