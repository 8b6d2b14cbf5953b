"""From the root of an operation to its leaves, with every way to read each."""

from __future__ import annotations

from hub.federation.errors import OperationRefused
from hub.federation.operations.operation import Condition, Field, Selections
from hub.federation.planning.graph import Node
from hub.federation.planning.search_state import Leaf, Level, Spot
from hub.federation.planning.walk import TYPENAME, Walker


def walk(walker: Walker, root: Selections) -> list[Leaf]:
    """Leaves of the operation in its order; raises OperationRefused (PLAN_IMPOSSIBLE) if one can't be read."""
    fields = [each for each in root.fields if each.name != TYPENAME]
    if root.type == "Mutation":
        return _in_turn(walker, root, fields)
    spot = Spot(Level(()), root.type, selected=[root])
    for home in walker.graph.roots(root.type):
        walker.enter_root(spot, home, None)
    for each in fields:
        _expect(spot, each)
    return [leaf for each in fields for leaf in _leaves(walker, spot, each)]


def _in_turn(walker: Walker, root: Selections, fields: list[Field]) -> list[Leaf]:
    """Leaves of mutations. Each is made in one subgraph alone, from which all below it can be read: if it can be
    the one of the mutation before, that one."""
    _settle(fields)
    level, spot, found = Level(()), Spot(Level(()), root.type), list[Leaf]()
    graph, keyed = walker.graph, dict[str, list[Field]]()
    for each in fields:
        keyed.setdefault(each.key, []).append(each)
    for first, *others in keyed.values():
        refused = _impossible(first)
        before = [arrival.group.subgraph for arrival in spot.arrivals]
        homes = [name for name in graph.roots(root.type) if graph.move(Node(root.type, name), first.name)]
        for home in sorted(homes, key=lambda name: name not in before):
            made = spot
            if home not in before:
                made = Spot(level, root.type, selected=[root])
                walker.enter_root(made, home, None)
            for each in (first, *others):
                _expect(made, each)
            try:
                found += [leaf for each in (first, *others) for leaf in _leaves(walker, made, each)]
            except OperationRefused as error:
                if error.code != refused.code:
                    raise
                refused = error
            else:
                spot = made
                break
        else:
            raise refused
    return found


def _settle(fields: list[Field]) -> None:
    """Refuse a mutation whose turn depends on a condition: a plan has one order for all values of variables."""
    began: dict[str, int] = {}
    for place, each in enumerate(fields):
        first = began.setdefault(each.key, place)
        alone = not set(fields[first].conditions).issubset(each.conditions)
        if alone and any(other.key != each.key for other in fields[first:place]):
            raise OperationRefused(
                "PLAN_IMPOSSIBLE",
                f"the turn of {each.coordinate} depends on a condition",
                {"reason": "MUTATION_ORDER", "key": each.key},
            )


def _leaves(walker: Walker, spot: Spot, wanted: Field) -> list[Leaf]:
    """Leaves at and below a field, in their order; raises OperationRefused (PLAN_IMPOSSIBLE)."""
    leaves: list[Leaf] = []
    stack = [(spot, wanted, wanted.conditions)]
    while stack:
        spot, each, conditions = stack.pop()
        options = walker.options(spot, each, each.key)
        if not options and spot.arrivals:
            raise _impossible(each)
        if not each.selections:
            leaves.append(Leaf(tuple(options), conditions))
            continue
        below: list[tuple[Spot, Field, tuple[Condition, ...]]] = []
        for selections, child in walker.enter(spot, each, each.key, options):
            fields = selections.fields
            untyped = any(arrival.untyped for arrival in child.arrivals)
            if untyped or all(inner.conditions for inner in fields):  # it is there even if no field of it is
                told = Field(TYPENAME, child.type, TYPENAME)
                fields = (*fields, told)
                child.register(TYPENAME, told)
            if child.arrivals:
                below.extend((child, inner, _joined(conditions, inner.conditions)) for inner in fields)
        stack.extend(reversed(below))
    return leaves


def _expect(spot: Spot, wanted: Field) -> None:
    """All response keys that the client uses, before anything is read besides: what is required has others."""
    stack = [(spot, wanted)]
    while stack:
        above, each = stack.pop()
        above.register(each.key, each)
        for selections, child in above.below(each, each.key) if each.selections else ():
            stack.extend((child, inner) for inner in selections.fields)


def _joined(outer: tuple[Condition, ...], inner: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys((*outer, *inner)))


def _impossible(wanted: Field) -> OperationRefused:
    return OperationRefused(
        "PLAN_IMPOSSIBLE",
        f"no plan reaches {wanted.coordinate}",
        {"reason": "FIELD_UNREACHABLE", "coordinate": wanted.coordinate},
    )
