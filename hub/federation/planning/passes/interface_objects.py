"""Read an `@interfaceObject` as the one object that the subgraph knows: what is asked of any of its types, at once.

Conditions on one type alone can't be kept there: the field is read if it is wanted of any type.
"""

from __future__ import annotations

from hub.federation.errors import OperationRefused
from hub.federation.planning.fetches import Item, Step, Tree, either
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
    together: dict[str, Item] = {}
    for items in tree.types.values():
        for key, item in items.items():
            known = together.setdefault(key, item)
            if known is item:
                continue
            known.when = either(known.when, item.when)
            if (known.name, known.arguments) != (item.name, item.arguments):
                raise _impossible(interface, key)
            if known.tree is not None and item.tree is not None:
                _check(interface, known.tree, item.tree)
                known.tree.merge(item.tree)
    tree.types = {interface: together}
    tree.abstract = False


def _check(interface: str, first: Tree, second: Tree) -> None:
    """The two can be one selection."""
    stack = [(first, second)]
    while stack:
        one, other = stack.pop()
        for type_name in one.types.keys() & other.types.keys():
            for key in one.types[type_name].keys() & other.types[type_name].keys():
                left, right = one.types[type_name][key], other.types[type_name][key]
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
