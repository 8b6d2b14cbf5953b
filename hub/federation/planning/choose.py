"""The choice of one option per leaf, for the fewest fetches in the fewest waves.

A greedy choice, leaves with the fewest options first, is the seed of a branch and bound. Costs only add up, so the cost
so far is a lower bound. The search is bounded in steps and deterministic: the same operation has the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.federation.planning.search_state import Group, Leaf, Option

FETCH_COST = 10
"""A fetch costs this plus its depth: one wave more is dearer than nothing, cheaper than one fetch more."""

MAX_COMPARED = 40_000
"""Fetches that the search may compare; then the best choice so far stands."""


def choose(leaves: Sequence[Leaf], groups: Sequence[Group]) -> list[Option]:
    """The chosen option of each leaf, in order."""
    choices = dict.fromkeys(map(_closures, leaves))
    numbers = frozenset[int]().union(*(closure for closures in choices for closure in closures))
    cost = {number: FETCH_COST + groups[number].depth for number in numbers}
    ordered = sorted(choices, key=len)
    picked, total = _greedy(ordered, cost)
    open_choices = [closures for closures in ordered if len(closures) > 1]
    if len(open_choices) > 1:
        base = frozenset().union(*(closures[0] for closures in ordered if len(closures) == 1))
        picked.update(_branch_and_bound(open_choices, base, picked, total, cost))
    return [leaf.options[picked[_closures(leaf)]] for leaf in leaves]


def cost_of(leaves: Sequence[Leaf], groups: Sequence[Group], paid: frozenset[int]) -> int:
    """What the chosen options of the leaves cost, without the groups that are paid already."""
    chosen = frozenset[int]().union(*(option.group.closure for option in choose(leaves, groups)))
    return sum(FETCH_COST + groups[number].depth for number in chosen - paid)


def _closures(leaf: Leaf) -> tuple[frozenset[int], ...]:
    return tuple(option.group.closure for option in leaf.options)


def _greedy(
    choices: Sequence[tuple[frozenset[int], ...]], cost: Mapping[int, int]
) -> tuple[dict[tuple[frozenset[int], ...], int], int]:
    have: frozenset[int] = frozenset()
    picked = {}
    for closures in choices:
        extra = [sum(cost[number] for number in closure - have) for closure in closures]
        picked[closures] = extra.index(min(extra))
        have |= closures[picked[closures]]
    return picked, sum(cost[number] for number in have)


def _branch_and_bound(
    choices: Sequence[tuple[frozenset[int], ...]],
    base: frozenset[int],
    seed: dict[tuple[frozenset[int], ...], int],
    total: int,
    cost: Mapping[int, int],
) -> dict[tuple[frozenset[int], ...], int]:
    best = {closures: seed[closures] for closures in choices}
    stack: list[tuple[int, frozenset[int], int, tuple[int, ...]]] = [
        (0, base, sum(cost[number] for number in base), ())
    ]
    compared = 0
    while stack and compared < MAX_COMPARED:
        level, have, spent, path = stack.pop()
        if spent >= total:
            continue
        if level == len(choices):
            best, total = dict(zip(choices, path, strict=True)), spent
            continue
        free = next((index for index, closure in enumerate(choices[level]) if closure <= have), None)
        if free is not None:  # nothing is dearer for it
            stack.append((level + 1, have, spent, (*path, free)))
            compared += free + 1
            continue
        for index in reversed(range(len(choices[level]))):
            extra = choices[level][index] - have
            compared += 1 + len(extra)
            more = spent + sum(cost[number] for number in extra)
            if more < total:
                stack.append((level + 1, have | extra, more, (*path, index)))
    return best
