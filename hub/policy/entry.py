"""The form of one entry of `extensions.access`."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import orjson

from hub.policy.table import Decision, Effect, Reason

NOTES = {
    "DROP": "Des éléments peuvent manquer selon la valeur de ce champ.",
    "COARSEN": "Certaines valeurs de ce champ peuvent être moins précises.",
    "WITHHOLD": "Ce lien peut manquer selon ce qu'il révélerait.",
}


class AccessEntry(dict[str, Any]):
    """An entry, which comes in answer after answer: it is written once."""

    @cached_property
    def json(self) -> orjson.Fragment:
        """The entry as it is sent."""
        return orjson.Fragment(orjson.dumps(self))


def entry(
    path: tuple[str | int, ...],
    coordinate: str,
    decision: Decision,
    effect: Effect | None = None,
    reason: Reason | None = None,
) -> AccessEntry:
    """One entry of `extensions.access`: `path` is the client's; `effect` and `reason` those of a row, where they differ
    from the table's."""
    made = AccessEntry(
        {
            "path": list(path),
            "coordinate": coordinate,
            "decision": (effect or decision.effect).value,
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
    if effect is None and decision.silent is not None:
        made["note"] = NOTES[decision.silent]
    return made
