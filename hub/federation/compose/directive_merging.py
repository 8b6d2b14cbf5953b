"""Applications of one directive in several subgraphs as one: what each of its arguments comes to.

Source: https://specs.apollo.dev (requiresScopes, policy, cost), composition of arguments.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.federation.compose.subgraph_model import Applied

Strategy = Callable[[Sequence[Any]], Any]


def _demanded(values: Sequence[Any]) -> list[list[str]]:
    """Alternatives of conjunctions, each chosen of every side."""
    chosen: list[list[str]] = [[]]
    for written in dict.fromkeys(map(json.dumps, values)):
        chosen = [sorted({*one, *other}) for one in chosen for other in json.loads(written)]
    unique = [list(each) for each in dict.fromkeys(tuple(each) for each in chosen)]
    return [each for each in unique if not any(set(other) < set(each) for other in unique)]


def _joined(values: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(each for value in values for each in value))


SECURED = ("authenticated", "requiresScopes", "policy")
"""Those that restrict access."""

STRATEGIES: Mapping[str, Mapping[str, Strategy]] = {
    "authenticated": {},
    "requiresScopes": {"scopes": _demanded},
    "policy": {"policies": _demanded},
    "cost": {"weight": max},
    "listSize": {
        "assumedSize": max,
        "slicingArguments": _joined,
        "sizedFields": _joined,
        "requireOneSlicingArgument": all,
    },
}
"""By directive and argument: what the values that are given come to."""


def together(applied: Sequence[Applied]) -> Applied:
    """One application for several of the same directive."""
    first = applied[0]
    merged = []
    for name, strategy in STRATEGIES[first.name].items():
        given = [value for each in applied if (value := each.values.get(name)) is not None]
        if given:
            merged.append((name, json.dumps(strategy(given), ensure_ascii=False)))
    return Applied(first.spec, first.name, tuple(merged))
