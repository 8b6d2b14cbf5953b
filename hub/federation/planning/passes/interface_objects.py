"""Select an `@interfaceObject` as the one object that the subgraph knows, with the fields selected on any of its types.

Conditions on one type alone can't be expressed there: the field is read if it is selected on any type.
"""

from __future__ import annotations

from hub.federation.errors import OperationRefused
from hub.federation.planning.fetches import Item, Step, Tree
from hub.federation.planning.graph import Graph


def flatten_interface_objects(graph: Graph, steps: list[Step]) -> list[Step]:
    """Steps in which each interface object has one set of items, under the interface's name."""
    for step in steps:
        stack = [(step.tree, step.type)]
        while stack:
            tree, static_type = stack.pop()
            join = graph.supergraph.types[static_type].joins.get(step.subgraph)
            if join is not None and join.interface_object:
                _flatten(tree, static_type)
            for items in tree.types.values():
                stack.extend((item.tree, item.type.strip("[]!")) for item in items.values() if item.tree is not None)
    return steps


def _flatten(tree: Tree, interface: str) -> None:
    merged: dict[str, Item] = {}
    for items in tree.types.values():
        for key, item in items.items():
            existing = merged.setdefault(key, item)
            if existing is item:
                continue
            existing.join(item)
            if (existing.name, existing.arguments) != (item.name, item.arguments):
                raise _impossible(interface, key)
            if existing.tree is not None and item.tree is not None:
                _check(interface, existing.tree, item.tree)
                existing.tree.merge(item.tree)
    tree.types = {interface: merged}
    tree.abstract = False


def _check(interface: str, first: Tree, second: Tree) -> None:
    """Refuse two trees that can't be one selection."""
    stack = [(first, second)]
    while stack:
        first_tree, second_tree = stack.pop()
        for type_name in first_tree.types.keys() & second_tree.types.keys():
            for key in first_tree.types[type_name].keys() & second_tree.types[type_name].keys():
                left, right = first_tree.types[type_name][key], second_tree.types[type_name][key]
                if (left.name, left.arguments) != (right.name, right.arguments):
                    raise _impossible(interface, key)
                if left.tree is not None and right.tree is not None:
                    stack.append((left.tree, right.tree))


def _impossible(interface: str, key: str) -> OperationRefused:
    return OperationRefused(
        "PLAN_IMPOSSIBLE",
        f"response key {key} differs between types of the interface object {interface}",
        {"reason": "INTERFACE_OBJECT", "key": key, "interface": interface},
    )
