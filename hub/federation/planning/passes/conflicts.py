"""Give an alias to a field whose type in the subgraph clashes with another type's field under the same response key.

The client schema may agree (`String`) where the subgraph's types differ (`String!` here, `String` there): a subgraph
refuses such a selection (GraphQL specification §5.3.2). The executor renames the answer back.
"""

from __future__ import annotations

from itertools import count

from hub.federation.planning.fetches import Item, Step, Tree
from hub.federation.planning.graph import Graph


def alias_conflicts(_: Graph, steps: list[Step]) -> list[Step]:
    """Steps with aliases set where needed. Every item is read once: all that one response path may select, whatever the
    types above, are compared together."""
    for step in steps:
        paths = [[step.tree]]
        while paths:
            by_key = _by_key(paths.pop())
            used_keys = set(by_key)
            for key, items in by_key.items():
                for number, alike in enumerate(_by_shape(items)):
                    if number:
                        _set_alias(alike, key, used_keys)
                    below = [item.tree for item in alike if item.tree is not None]
                    if below:
                        paths.append(below)
    return steps


def _set_alias(items: list[Item], key: str, used_keys: set[str]) -> None:
    alias = next(alias for number in count(1) if (alias := f"{key}__alias_{number}") not in used_keys)
    used_keys.add(alias)
    for item in items:
        item.alias = alias


def _by_key(trees: list[Tree]) -> dict[str, list[Item]]:
    by_key: dict[str, list[Item]] = {}
    for tree in trees:
        for items in tree.types.values():
            for item in items.values():
                by_key.setdefault(item.key, []).append(item)
    return by_key


def _by_shape(items: list[Item]) -> list[list[Item]]:
    """The items by what must be equal under one response key."""
    if len(items) == 1:
        return [items]
    by_shape: dict[str, list[Item]] = {}
    for item in items:
        by_shape.setdefault(_shape(item), []).append(item)
    return list(by_shape.values())


def _shape(item: Item) -> str:
    """What must be equal under one response key: a leaf's type, a composite's list wrapping."""
    return item.type if item.tree is None else f"{''.join(mark for mark in item.type if mark in '[]!')}{{}}"
