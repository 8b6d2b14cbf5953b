"""Give an alias to a field whose type in the subgraph clashes with another type's field under the same response key.

The client schema may agree (`String`) where the subgraph's types differ (`String!` here, `String` there): a subgraph
refuses such a selection (GraphQL specification §5.3.2). The executor renames the answer back.
"""

from __future__ import annotations

from itertools import count

from hub.federation.planning.fetches import Item, Step, Tree
from hub.federation.planning.graph import Graph


def alias_conflicts(_: Graph, steps: list[Step]) -> list[Step]:
    """Steps with aliases set where needed."""
    for step in steps:
        stack = [step.tree]
        while stack:
            tree = stack.pop()
            first: dict[str, list[Item]] = {}
            taken = {key for items in tree.types.values() for key in items}
            for items in tree.types.values():
                for item in items.values():
                    others = first.setdefault(item.key, [])
                    if any(_clash(item, other) for other in others):
                        free = (f"{item.key}__alias_{number}" for number in count(len(others)))
                        item.alias = next(alias for alias in free if alias not in taken)
                        taken.add(item.alias)
                    others.append(item)
                    if item.tree is not None:
                        stack.append(item.tree)
    return steps


def _clash(one: Item, other: Item) -> bool:
    """Whether the two can't stand under one response key, themselves or anything below them."""
    pairs = [(one, other)]
    while pairs:
        left, right = pairs.pop()
        if (left.tree is None) != (right.tree is None) or _shape(left) != _shape(right):
            return True
        if left.tree is not None and right.tree is not None:
            below = _by_key(right.tree)
            for key, items in _by_key(left.tree).items():
                pairs.extend((item, twin) for item in items for twin in below.get(key, ()))
    return False


def _by_key(tree: Tree) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for items in tree.types.values():
        for item in items.values():
            found.setdefault(item.key, []).append(item)
    return found


def _shape(item: Item) -> str:
    return item.type if item.tree is None else "".join(mark for mark in item.type if mark in "[]!")
