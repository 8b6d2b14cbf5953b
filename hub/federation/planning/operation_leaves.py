"""The leaves of an operation, from its root down, with every option to read each."""

from __future__ import annotations

from functools import reduce
from operator import or_

from hub.federation.errors import OperationRefused
from hub.federation.operations.operation import Condition, Field, Selections
from hub.federation.planning.assumed_type import assumed_type
from hub.federation.planning.choose import cost_of
from hub.federation.planning.search_state import Leaf, Level, Position
from hub.federation.planning.walk import TYPENAME, Walker


def walk(walker: Walker, root: Selections) -> list[Leaf]:
    """Leaves of the operation in its order; raises OperationRefused (PLAN_IMPOSSIBLE) if one can't be read."""
    fields = [field for field in root.fields if field.name != TYPENAME]
    if root.type == "Mutation":
        return _mutation_leaves(walker, root, fields)
    position = walker.position(Level(()), root.type, root)
    for home in walker.graph.roots(root.type):
        walker.enter_root(position, home, None)
    for field in fields:
        _register_keys(position, field)
    return [leaf for field in fields for leaf in _leaves(walker, position, field)]


def _mutation_leaves(walker: Walker, root: Selections, fields: list[Field]) -> list[Leaf]:
    """Leaves of mutations, each run in one subgraph from which all below it can be read: where that takes the fewest
    fetches, and of these where the mutation before runs."""
    _check_order(fields)
    position, leaves = walker.position(Level(()), root.type, root), list[Leaf]()
    by_key: dict[str, list[Field]] = {}
    for field in fields:
        by_key.setdefault(field.key, []).append(field)
    for same_key in by_key.values():
        ways = _ways(walker, position, same_key)
        if len(ways) > 1:
            running = reduce(or_, (1 << arrival.group.number for arrival in position.arrivals), 0)
            ways.sort(key=lambda way: cost_of(way[1], walker.groups, running))
        position, below = ways[0]
        leaves += below
    return leaves


def _ways(walker: Walker, position: Position, fields: list[Field]) -> list[tuple[Position, list[Leaf]]]:
    """The ways to run a mutation, whose fields have one key, after that of the position: first where that one runs.

    Raises OperationRefused (PLAN_IMPOSSIBLE) if there is none."""
    refusal = _impossible(fields[0])
    ways: list[tuple[Position, list[Leaf]]] = []
    graph, root = walker.graph, position.type
    before = [arrival.group.subgraph for arrival in position.arrivals]
    homes = [name for name in graph.roots(root) if graph.move(graph.node(root, name), fields[0].name)]
    for home in sorted(homes, key=lambda name: name not in before):
        entered = position
        if home not in before:
            entered = walker.position(position.level, root, position.selected[0])
            walker.enter_root(entered, home, None)
        for field in fields:
            _register_keys(entered, field)
        try:
            ways.append((entered, [leaf for field in fields for leaf in _leaves(walker, entered, field)]))
        except OperationRefused as error:
            if error.code != refusal.code:
                raise
            refusal = error
    if not ways:
        raise refusal
    return ways


def _check_order(fields: list[Field]) -> None:
    """Refuse a mutation whose place in the order depends on a condition: a plan has one order for all variables."""
    first_index: dict[str, int] = {}
    for index, field in enumerate(fields):
        first = first_index.setdefault(field.key, index)
        conditional = not set(fields[first].conditions).issubset(field.conditions)
        if conditional and any(earlier.key != field.key for earlier in fields[first:index]):
            raise OperationRefused(
                "PLAN_IMPOSSIBLE",
                f"the turn of {field.coordinate} depends on a condition",
                {"reason": "MUTATION_ORDER", "key": field.key},
            )


def _leaves(walker: Walker, position: Position, field: Field) -> list[Leaf]:
    """Leaves at and below a field, in their order; raises OperationRefused (PLAN_IMPOSSIBLE)."""
    leaves: list[Leaf] = []
    stack = [(position, field, field.conditions)]
    while stack:
        position, current, conditions = stack.pop()
        options = walker.options(position, current, current.key)
        if not options and position.arrivals:
            raise _impossible(current)
        if not current.selections:
            leaves.append(Leaf(tuple(options), conditions))
            continue
        below: list[tuple[Position, Field, tuple[Condition, ...]]] = []
        children = walker.enter(position, current, current.key, options)
        if not any(child.arrivals for _, child in children):  # an interface without types there: null, or an empty list
            leaves.append(Leaf(tuple(options), conditions))
            continue
        untyped = any(arrival.untyped for _, child in children for arrival in child.arrivals)
        assumed = assumed_type(walker.graph, position, current, options) if untyped else ""
        if assumed:
            level = children[0][1].level
            level.assumed = assumed
            leaves.append(Leaf(tuple(options), conditions, ((level.path, assumed),)))
        for selections, child in children:
            fields = selections.fields
            untyped = any(arrival.untyped for arrival in child.arrivals)
            conditional = all(inner.conditions for inner in fields)  # the object is there even if no field of it is
            if not assumed and (untyped or conditional):
                typename = Field(TYPENAME, child.type, TYPENAME)
                fields = (*fields, typename)
                child.register(TYPENAME, typename)
            if child.arrivals:
                below.extend((child, inner, _conjunction(conditions, inner.conditions)) for inner in fields)
        stack.extend(reversed(below))
    return leaves


def _register_keys(position: Position, field: Field) -> None:
    """Register all response keys that the client uses, so that required fields get others."""
    stack = [(position, field)]
    while stack:
        position, current = stack.pop()
        position.register(current.key, current)
        for selections, child in position.below(current, current.key) if current.selections else ():
            stack.extend((child, inner) for inner in selections.fields)


def _conjunction(outer: tuple[Condition, ...], inner: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys((*outer, *inner))) if inner else outer


def _impossible(field: Field) -> OperationRefused:
    return OperationRefused(
        "PLAN_IMPOSSIBLE",
        f"no plan reaches {field.coordinate}",
        {"reason": "FIELD_UNREACHABLE", "coordinate": field.coordinate},
    )
