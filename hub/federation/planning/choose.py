"""The choice of one option per leaf, for the fewest fetches in the fewest waves.

A greedy choice, leaves with the fewest options first, is the seed of a branch and bound. Costs only add up, so the cost
so far is a lower bound. The search is bounded in steps and deterministic: the same operation has the same plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import TypeAlias

from hub.federation.planning.search_state import Group, Leaf, Option

FETCH_COST = 10
"""A fetch costs this plus its depth: one wave more is dearer than nothing, cheaper than one fetch more."""

MAX_COMPARED = 10_000
"""Fetches that the search may compare; then the best choice so far stands."""

Closures: TypeAlias = tuple[int, ...]
"""For each option of a leaf, the groups that it needs, as bits by number."""

_Path: TypeAlias = "tuple[int, _Path] | None"
"""The options chosen so far, the last one first."""


class _Costs(dict[int, int]):
    """What sets of groups cost, by their bits; each is added up once."""

    def __init__(self, groups: Sequence[Group]) -> None:
        super().__init__()
        self._groups = groups

    def __missing__(self, numbers: int) -> int:
        cost = self[numbers] = sum(FETCH_COST + self._groups[number].depth for number in _bits(numbers))
        return cost


def choose(leaves: Sequence[Leaf], groups: Sequence[Group]) -> list[Option]:
    """The chosen option of each leaf, in order."""
    by_leaf = [tuple(option.group.closure for option in leaf.options) for leaf in leaves]
    costs = _Costs(groups)
    ordered = sorted(dict.fromkeys(by_leaf), key=len)
    picked, total = _greedy(ordered, costs)
    open_choices = [closures for closures in ordered if len(closures) > 1]
    if len(open_choices) > 1:
        base = reduce(or_, (closures[0] for closures in ordered if len(closures) == 1), 0)
        picked.update(_branch_and_bound(open_choices, base, picked, total, costs))
    return [leaf.options[picked[closures]] for leaf, closures in zip(leaves, by_leaf, strict=True)]


def cost_of(leaves: Sequence[Leaf], groups: Sequence[Group], paid: int) -> int:
    """What the chosen options of the leaves cost, without the groups that are paid already."""
    chosen = reduce(or_, (option.group.closure for option in choose(leaves, groups)), 0)
    return _Costs(groups)[chosen & ~paid]


def _bits(numbers: int) -> Iterator[int]:
    """The numbers of a set that is given as bits."""
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest


def _greedy(choices: Sequence[Closures], costs: _Costs) -> tuple[dict[Closures, int], int]:
    have = 0
    picked = {}
    for closures in choices:
        extra = [costs[closure & ~have] for closure in closures]
        picked[closures] = extra.index(min(extra))
        have |= closures[picked[closures]]
    return picked, costs[have]


def _branch_and_bound(
    choices: Sequence[Closures], base: int, seed: dict[Closures, int], total: int, costs: _Costs
) -> dict[Closures, int]:
    best = {closures: seed[closures] for closures in choices}
    stack: list[tuple[int, int, int, _Path]] = [(0, base, costs[base], None)]
    compared = 0
    while stack and compared < MAX_COMPARED:
        level, have, spent, path = stack.pop()
        if spent >= total:
            continue
        if level == len(choices):
            best, total = dict(zip(reversed(choices), _upwards(path), strict=True)), spent
            continue
        absent = ~have
        extras = [closure & absent for closure in choices[level]]
        if 0 in extras:  # nothing is dearer for it
            free = extras.index(0)
            stack.append((level + 1, have, spent, (free, path)))
            compared += free + 1
            continue
        for index in reversed(range(len(extras))):
            extra = extras[index]
            compared += 1 + extra.bit_count()
            more = spent + costs[extra]
            if more < total:
                stack.append((level + 1, have | extra, more, (index, path)))
    return best


def _upwards(path: _Path) -> Iterator[int]:
    while path is not None:
        index, path = path
        yield index
