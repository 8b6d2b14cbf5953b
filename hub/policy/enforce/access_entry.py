"""The form of one entry of `extensions.access`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import orjson

from hub.policy.decide.decision_table import Decision, DecisionClass, Effect, Reason
from hub.policy.decide.remedy import linking, needed, needed_of_row

NOTES = {
    "DROP": "Des éléments peuvent manquer selon la valeur de ce champ.",
    "COARSEN": "Certaines valeurs de ce champ peuvent être moins précises.",
    "WITHHOLD": "Ce lien peut manquer selon ce qu'il révélerait.",
}


class AccessEntry(dict[str, Any]):
    """An entry, which comes in answer after answer: it is written once. `replaces`: it is of a row, and says more than
    the table's at its path."""

    replaces = False

    @cached_property
    def json(self) -> orjson.Fragment:
        """The entry as it is sent."""
        return orjson.Fragment(orjson.dumps(self))


class Explanation(list[AccessEntry]):
    """`extensions.access` of an answer. Most answers of an operation share one, which nobody changes."""

    @cached_property
    def json(self) -> orjson.Fragment:
        """The entries as they are sent."""
        return orjson.Fragment(orjson.dumps([each.json for each in self]))

    @cached_property
    def reasons(self) -> Mapping[str, int]:
        """How many fields there are by reason, as the journal keeps them: of a reduction without one, by decision."""
        return Counter(str(each["reason"] or each["decision"]) for each in self)


def entry(
    path: tuple[str | int, ...],
    coordinate: str,
    decisions: DecisionClass,
    decision: Decision,
    effect: Effect | None = None,
    reason: Reason | None = None,
) -> AccessEntry:
    """One entry of `extensions.access`: `path` is the client's; `effect` and `reason` those of a row, where they differ
    from the table's."""
    shown = effect or decision.effect
    made = AccessEntry(
        {
            "path": list(path),
            "coordinate": coordinate,
            "decision": shown.value,
            "reason": reason or decision.reason,
            "rules": list(decision.rules),
        }
    )
    if decision.instead is not None:
        made["instead"] = decision.instead
    if decision.required is not None:
        made["required"] = decision.required
    if decision.needs is not None:
        made["purposes"] = decision.needs.split(", ")
    if shown is Effect.DENY:
        made |= _needed(coordinate, decisions, decision, reason)
    elif decision.silent is not None:
        made["note"] = NOTES[decision.silent]
    made.replaces = effect is not None and (decision.effect is Effect.MASK or decision.silent is not None)
    return made


def _needed(coordinate: str, decisions: DecisionClass, decision: Decision, reason: Reason | None) -> Mapping[str, Any]:
    policy, schema = decisions.policy, decisions.schema
    if reason is None:
        known = coordinate in schema.fields
        return {"needed": needed(coordinate, decision, decisions.kind, policy, schema)} if known else {}
    said = {"needed": needed_of_row(reason, decision.rule, policy)}
    return said if reason is not Reason.NOT_YOUR_ROW else {"relations": linking(decision.rule), **said}
