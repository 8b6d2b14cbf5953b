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
            keys = {key for items in tree.types.values() for key in items}
            for items in tree.types.values():
                for item in items.values():
                    same_key = first.setdefault(item.key, [])
                    if any(_clash(item, earlier) for earlier in same_key):
                        free = (f"{item.key}__alias_{number}" for number in count(len(same_key)))
                        item.alias = next(alias for alias in free if alias not in keys)
                        keys.add(item.alias)
                    same_key.append(item)
                    if item.tree is not None:
                        stack.append(item.tree)
    return steps


def _clash(first: Item, second: Item) -> bool:
    """Whether two fields, or fields below them, can't share one response key."""
    pairs = [(first, second)]
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
    by_key: dict[str, list[Item]] = {}
    for items in tree.types.values():
        for item in items.values():
            by_key.setdefault(item.key, []).append(item)
    return by_key


def _shape(item: Item) -> str:
    return item.type if item.tree is None else "".join(mark for mark in item.type if mark in "[]!")
