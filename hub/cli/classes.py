"""The actor and the purpose that a command names."""

from __future__ import annotations

from typing import NoReturn

from hub.cli.refuse import refuse
from hub.policy.table import DecisionClass, DecisionTable


def decision_class(table: DecisionTable, actor: str | None, purpose: str | None) -> DecisionClass:
    """The decisions for this kind of actor and purpose; else the command ends (ARGUMENT_INVALID)."""
    found = table.classes.get((actor or "", purpose or ""))
    return found if found is not None else no_such_pair(table)


def no_such_pair(table: DecisionTable) -> NoReturn:
    """End with the pairs that there are."""
    pairs = ", ".join(f"{kind} {each}" for kind, each in sorted(table.classes))
    refuse("ARGUMENT_INVALID", f"« --actor » et « --purpose » vont ensemble, et sont l'un de ces couples : {pairs}.")
