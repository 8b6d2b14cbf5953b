"""One application of a directive for its applications in several subgraphs.

Source: https://specs.apollo.dev (requiresScopes, policy, cost), composition of arguments.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.federation.compose.subgraph_model import AppliedDirective

Strategy = Callable[[Sequence[Any]], Any]


def _conjunction(requirements: Sequence[Any]) -> list[list[str]]:
    """All the requirements at once. Each, like the result, is a list of alternatives; each alternative a list of names
    that are all required."""
    combined: list[list[str]] = [[]]
    for requirement in dict.fromkeys(map(json.dumps, requirements)):
        combined = [sorted({*names, *alternative}) for names in combined for alternative in json.loads(requirement)]
    unique = [list(names) for names in dict.fromkeys(map(tuple, combined))]
    return [names for names in unique if not any(set(weaker) < set(names) for weaker in unique)]


def _union(lists: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(name for names in lists for name in names))


ACCESS_DIRECTIVES = ("authenticated", "requiresScopes", "policy")
"""Directives that restrict access."""

MERGE_STRATEGIES: Mapping[str, Mapping[str, Strategy]] = {
    "authenticated": {},
    "requiresScopes": {"scopes": _conjunction},
    "policy": {"policies": _conjunction},
    "cost": {"weight": max},
    "listSize": {
        "assumedSize": max,
        "slicingArguments": _union,
        "sizedFields": _union,
        "requireOneSlicingArgument": all,
    },
}
"""By directive and argument: the function that merges the values of several subgraphs."""


def merge_applications(applications: Sequence[AppliedDirective]) -> AppliedDirective:
    """One application for several of the same directive."""
    first = applications[0]
    arguments = []
    for name, strategy in MERGE_STRATEGIES[first.name].items():
        values = [value for directive in applications if (value := directive.values.get(name)) is not None]
        if values:
            arguments.append((name, json.dumps(strategy(values), ensure_ascii=False)))
    return AppliedDirective(first.spec, first.name, tuple(arguments))
