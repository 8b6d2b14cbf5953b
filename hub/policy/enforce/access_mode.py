"""`Access-Mode: refuse`: an answer of which a field is denied is not given at all (docs/policy.md#rule-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.errors import RequestRefused
from hub.policy.decide.decision import Effect

REFUSE = "refuse"
"""The value of the header; the other, `filter`, is the default."""


def check_whole(access: Sequence[Mapping[str, Any]]) -> None:
    """For a client that wants all or nothing, raise FIELD_DENIED (403) if an entry of `extensions.access` is a denial.

    It tells what that extension would tell of the same request, so no more of any row: what is silent stays so.
    """
    denied = [entry for entry in access if entry["decision"] == Effect.DENY.value]
    if not denied:
        return
    names = ", ".join(sorted({str(entry["coordinate"]) for entry in denied}))
    raise RequestRefused(
        "FIELD_DENIED",
        f"Des champs demandés vous sont refusés ({names}), et une écriture, comme « Access-Mode: refuse », veut tout "
        "ou rien : retirez-les, ou cet en-tête si vous ne faites que lire.",
        f"denied: {names}",
        http_status=403,
        extensions={"access": denied},
    )
