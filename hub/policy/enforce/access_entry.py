"""The form of one entry of `extensions.access`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import orjson

from hub.policy.decide.decision import Decision, DecisionClass, Effect, Reason
from hub.policy.decide.remedy import lookup_remedy, relation_codes, row_remedy, table_remedy
from hub.policy.decide.wording import REASONS

NOTES = {
    "DROP": "Des éléments peuvent manquer selon la valeur de ce champ.",
    "COARSEN": "Certaines valeurs de ce champ peuvent être moins précises.",
    "WITHHOLD": "Ce lien peut manquer selon ce qu'il révélerait.",
}


class AccessEntry(dict[str, Any]):
    """An entry, serialised once however many answers repeat it.

    `replaces`: it depends on a row and replaces the table's entry at its path.
    """

    replaces = False

    @cached_property
    def json(self) -> orjson.Fragment:
        """The entry as it is sent."""
        return orjson.Fragment(orjson.dumps(self))


class Explanation(list[AccessEntry]):
    """`extensions.access` of an answer. Most answers of an operation share one, which is never changed."""

    @cached_property
    def json(self) -> orjson.Fragment:
        """The entries as they are sent."""
        return orjson.Fragment(orjson.dumps([entry.json for entry in self]))

    @cached_property
    def reasons(self) -> Mapping[str, int]:
        """How many fields there are by reason, as the journal keeps them; by decision for a reduction without one."""
        return Counter(str(entry["reason"] or entry["decision"]) for entry in self)


def access_entry(
    path: tuple[str | int, ...],
    coordinate: str,
    decisions: DecisionClass,
    decision: Decision,
    effect: Effect | None = None,
    reason: Reason | None = None,
) -> AccessEntry:
    """One entry of `extensions.access`: `path` is the client's; `effect` and `reason` those of a row, where they differ
    from the table's."""
    row_effect = effect or decision.effect
    entry = AccessEntry(
        {
            "path": list(path),
            "coordinate": coordinate,
            "decision": row_effect.value,
            "reason": reason or decision.reason,
            **_sentence(reason or decision.reason),
            "rules": list(decision.rules),
        }
    )
    if decision.instead is not None:
        entry["instead"] = decision.instead
    if decision.required is not None:
        entry["required"] = decision.required
    if decision.granted_for is not None:
        entry["purposes"] = decision.granted_for.split(", ")
    if row_effect is Effect.DENY:
        entry |= _remedy(coordinate, decisions, decision, reason)
    elif decision.silent is not None:
        entry["note"] = NOTES[decision.silent]
    entry.replaces = effect is not None and (decision.effect is Effect.MASK or decision.silent is not None)
    return entry


def not_found_entry(key: str, coordinate: str, decisions: DecisionClass) -> AccessEntry:
    """The entry of a root field of this response key that asks for one person and answers nobody: the same whether
    the person exists or not."""
    rule = decisions.rows.get(decisions.schema.fields[coordinate].returns)
    return AccessEntry(
        {
            "path": [key],
            "coordinate": coordinate,
            "decision": Effect.ALLOW.value,
            "reason": Reason.NOT_FOUND,
            **_sentence(Reason.NOT_FOUND),
            "rules": [],
            "needed": lookup_remedy(rule, decisions.policy),
        }
    )


def _sentence(reason: Reason | None) -> Mapping[str, str]:
    return {} if reason is None else {"message": REASONS[reason]}


def _remedy(coordinate: str, decisions: DecisionClass, decision: Decision, reason: Reason | None) -> Mapping[str, Any]:
    policy, schema = decisions.policy, decisions.schema
    if reason is None:
        if coordinate not in schema.fields:
            return {}
        return {"needed": table_remedy(coordinate, decision, decisions.kind, policy, schema)}
    remedy = {"needed": row_remedy(reason, decision.rule, policy)}
    return remedy if reason is not Reason.NOT_YOUR_ROW else {"relations": relation_codes(decision.rule), **remedy}
