"""Every way to read each leaf of an operation: direct moves first, hops to other subgraphs only if needed.

The operation is a tree of spots (an object position for one concrete type). At each spot stand arrivals: the fetches
(groups) that can hold the object there. A leaf has one option per arrival that resolves it, or per hop that leads to
one. A hop's key and a field's requirement are read from the same spot, by the same search; a requirement being searched
is never searched again inside itself, leaf by leaf, so that `foo{bar}` and `foo{baz}` make no false cycle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.document.operation import Condition, Field, Selections
from hub.errors import RequestRefused
from hub.federation.graph import Graph, Move, Node
from hub.federation.supergraph import ROOTS

MAX_OPTIONS = 6
Segment = tuple[str, str]
"""One step of a response path: concrete type of the object, response key."""


@dataclass(eq=False, slots=True)
class Level:
    """A response path, over all its concrete types. `names`: response key → fields that use it."""

    path: tuple[Segment, ...]
    names: dict[str, set[tuple[str, tuple[tuple[str, str], ...]]]] = field(default_factory=dict)
    spots: dict[str, Spot] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Spot:
    """An object position for one concrete type, and the fetches that can hold it."""

    level: Level
    type: str
    parent: Spot | None = None
    entry: Field | None = None
    arrivals: list[Arrival] = field(default_factory=list)
    children: dict[str, Level] = field(default_factory=dict)
    keys: dict[tuple[str, tuple[tuple[str, str], ...]], str] = field(default_factory=dict)
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[Option]] = field(default_factory=dict)

    def key_of(self, wanted: Field) -> str:
        """Response key of a required field: the client's if it asks the same, else a free one."""
        same = (wanted.name, wanted.arguments)
        if same in self.keys:
            return self.keys[same]
        key = wanted.name
        if self.level.names.get(key, {same}) != {same}:
            key = f"__{self.type}_{wanted.name}"
            while self.level.names.get(key, {same}) != {same}:
                key += "_"
        self.register(key, wanted)
        return key

    def register(self, key: str, used: Field) -> None:
        """Remember which field a response key stands for."""
        same = (used.name, used.arguments)
        self.keys.setdefault(same, key)
        self.level.names.setdefault(key, set()).add(same)


@dataclass(eq=False, slots=True)
class Group:
    """A possible fetch: a root one, or an entity hop from `origin` by `inputs`. `closure` numbers all the groups that
    it needs, itself included."""

    number: int
    subgraph: str
    spot: Spot
    closure: frozenset[int]
    depth: int
    origin: Arrival | None = None
    inputs: tuple[Template, ...] = ()
    required: tuple[Template, ...] = ()
    sources: tuple[Option, ...] = ()


@dataclass(eq=False, slots=True)
class Arrival:
    """A group that holds the object of a spot. `via` is the option of the field above, None where the group begins."""

    spot: Spot
    group: Group
    node: Node
    via: Option | None = None


@dataclass(eq=False, slots=True)
class Option:
    """One way to read a field: at this arrival, by this move."""

    arrival: Arrival
    move: Move
    name: str
    key: str
    arguments: tuple[tuple[str, str], ...] = ()

    @property
    def group(self) -> Group:
        """The fetch that reads it."""
        return self.arrival.group


@dataclass(frozen=True, slots=True)
class Template:
    """One field of a representation: its name there, the response key to read, nested templates per concrete type."""

    name: str
    key: str
    selections: tuple[tuple[str, tuple[Template, ...]], ...] = ()
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the operation with every way to read it. `conditions` are those on its whole way down."""

    options: tuple[Option, ...]
    conditions: tuple[Condition, ...]


class Walker:
    """The search over one operation. `budget` bounds the moves that it tries: RequestRefused (PLAN_LIMIT) above."""

    def __init__(self, graph: Graph, budget: int) -> None:
        self.graph = graph
        self.budget = budget
        self.groups: list[Group] = []
        self.interned: dict[tuple[object, ...], Arrival] = {}
        self.seeking: set[tuple[int, str, tuple[tuple[str, str], ...]]] = set()
        self.cuts = 0

    def walk(self, root: Selections) -> list[Leaf]:
        """Leaves of the operation in its order; raises RequestRefused (PLAN_IMPOSSIBLE) if one can't be read."""
        leaves: list[Leaf] = []
        level = Level(())
        stack: list[tuple[Spot, Field, tuple[Condition, ...]]] = []
        spot: Spot | None = None
        for each in root.fields:
            if each.name == "__typename":
                continue
            homes = [name for name in self.graph.roots(root.type) if self.graph.move(Node(root.type, name), each.name)]
            if root.type != "Mutation":
                homes = list(self.graph.roots(root.type))
            if spot is None or (root.type == "Mutation" and spot.arrivals[0].group.subgraph not in homes):
                spot = Spot(level, root.type)
                for home in homes[:1] if root.type == "Mutation" else homes:
                    self.enter_root(spot, home, None)
            spot.register(each.key, each)
            stack.append((spot, each, each.conditions))
        stack.reverse()
        while stack:
            spot, each, conditions = stack.pop()
            options = self.options(spot, each, each.key)
            if not options and spot.arrivals:
                raise _impossible(each)
            if not each.selections:
                leaves.append(Leaf(tuple(options), conditions))
                continue
            below: list[tuple[Spot, Field, tuple[Condition, ...]]] = []
            for selections, child in self.enter(spot, each, each.key, options):
                fields = selections.fields
                if all(inner.conditions for inner in fields):  # the object is there even if no field of it is
                    fields = (*fields, Field("__typename", child.type, "__typename"))
                for inner in fields:
                    child.register(inner.key, inner)
                if child.arrivals:
                    below.extend((child, inner, _joined(conditions, inner.conditions)) for inner in fields)
            stack.extend(reversed(below))
        return leaves

    def enter(self, spot: Spot, entry: Field, key: str, options: Iterable[Option]) -> list[tuple[Selections, Spot]]:
        """The spots below a composite field, with an arrival for each option that can hold each type."""
        level = spot.children.get(key)
        if level is None:
            level = spot.children[key] = Level((*spot.level.path, (spot.type, key)))
        below = []
        for selections in entry.selections:
            child = level.spots.get(selections.type)
            if child is None:
                child = level.spots[selections.type] = Spot(level, selections.type, spot, entry)
            self.arrive(child, options)
            below.append((selections, child))
        return below

    def arrive(self, spot: Spot, options: Iterable[Option]) -> bool:
        """Add arrivals to a spot; whether any is new."""
        known = {(arrival.group.number, arrival.node) for arrival in spot.arrivals}
        before = len(spot.arrivals)
        for option in options:
            for node in option.move.heads:
                if node.type == spot.type and (option.group.number, node) not in known:
                    spot.arrivals.append(Arrival(spot, option.group, node, option))
        if len(spot.arrivals) > before:
            spot.found.clear()
        return len(spot.arrivals) > before

    def options(self, spot: Spot, wanted: Field, key: str) -> list[Option]:
        """Ways to read a field at a spot, cheapest first; empty if there is none, or only through itself."""
        same = (wanted.name, wanted.arguments)
        if same in spot.found:
            return [_keyed(option, key) for option in spot.found[same]]
        seeking = (id(spot), *same)
        if seeking in self.seeking:
            self.cuts += 1
            return []
        self.seeking.add(seeking)
        cuts = self.cuts
        try:
            options = self.direct(spot, wanted, key) or self.hops(spot, wanted, key)
            while not options and self.widen(spot):
                options = self.direct(spot, wanted, key) or self.hops(spot, wanted, key)
        finally:
            self.seeking.discard(seeking)
        if options or self.cuts == cuts:
            spot.found[same] = options
        return options

    def direct(self, spot: Spot, wanted: Field, key: str) -> list[Option]:
        """Reads in a fetch that already holds the object."""
        found = []
        for arrival in spot.arrivals:
            self.spend()
            move = self.graph.move(arrival.node, wanted.name)
            if move is not None and move.requires is None:
                found.append(Option(arrival, move, wanted.name, key, wanted.arguments))
        return found

    def hops(self, spot: Spot, wanted: Field, key: str) -> list[Option]:
        """Reads after a hop by a key, for which the field's requirement is gathered."""
        found: list[Option] = []
        for subgraph in self.graph.subgraphs:
            move = self.graph.move(Node(spot.type, subgraph), wanted.name)
            if move is None:
                continue
            for origin in list(spot.arrivals):
                self.spend()
                if origin.group.subgraph == subgraph and move.requires is None:
                    continue
                arrival = self.hop(origin, subgraph, wanted, move.requires)
                if arrival is not None:
                    found.append(Option(arrival, move, wanted.name, key, wanted.arguments))
        unique = {option.group.number: option for option in found}
        ordered = sorted(unique.values(), key=lambda option: (len(option.group.closure), option.group.depth))
        return ordered[:MAX_OPTIONS]

    def hop(self, origin: Arrival, subgraph: str, wanted: Field, requires: Selections | None) -> Arrival | None:
        """The arrival after an entity hop, by the cheapest key; None if no key or requirement can be had."""
        spot = origin.spot
        if spot.type in ROOTS:
            return self.enter_root(spot, subgraph, origin)
        need: list[Option] = []
        required = self.gather(spot, requires, origin.group, need) if requires is not None else ()
        if required is None:
            return None
        best: tuple[int, int, str, tuple[Template, ...], list[Option]] | None = None
        for order, (key, selections) in enumerate(self.graph.keys(spot.type, subgraph)):
            sources: list[Option] = []
            inputs = self.gather(spot, selections, origin.group, sources)
            if inputs is not None:
                cost = len(frozenset().union(*(source.group.closure for source in sources)))
                if best is None or (cost, order) < best[:2]:
                    best = (cost, order, key.text, inputs, sources)
        if best is None:
            return None
        identity = (origin.group.number, id(spot), subgraph, best[2], wanted.name if requires is not None else None)
        if identity not in self.interned:
            group = self.group(subgraph, spot, origin, best[3], required, (*best[4], *need))
            self.interned[identity] = Arrival(spot, group, Node(spot.type, subgraph))
        return self.interned[identity]

    def gather(
        self, spot: Spot, selections: Selections, base: Group, sources: list[Option]
    ) -> tuple[Template, ...] | None:
        """Read a key or requirement at a spot: its template, each leaf's source added; None if a leaf can't be had.

        Depth is that of the field set, which the schema's author writes.
        """
        templates = []
        for each in selections.fields:
            if each.name == "__typename":
                continue
            key = spot.key_of(each)
            options = self.options(spot, each, key)
            if not options:
                return None
            best = min(options, key=lambda option: (len(option.group.closure - base.closure), option.group.depth))
            nested = []
            for inner, child in self.enter(spot, each, key, options) if each.selections else ():
                if child.arrivals:
                    below = self.gather(child, inner, best.group, sources)
                    if below is None:
                        return None
                    nested.append((child.type, below))
            if not each.selections:
                sources.append(best)
            templates.append(Template(each.name, key, tuple(nested), best.move.type.startswith("[")))
        return tuple(templates)

    def widen(self, spot: Spot) -> bool:
        """Enter the parent object elsewhere, to have this one from another subgraph; whether that gave an arrival."""
        if spot.parent is None or spot.entry is None:
            return False
        key = spot.level.path[-1][1]
        have = {arrival.group.subgraph for arrival in spot.arrivals}
        options = [o for o in self.hops(spot.parent, spot.entry, key) if o.group.subgraph not in have]
        if self.arrive(spot, options):
            return True
        if not self.widen(spot.parent):
            return False
        options = [o for o in self.direct(spot.parent, spot.entry, key) if o.group.subgraph not in have]
        return self.arrive(spot, options)

    def enter_root(self, spot: Spot, subgraph: str, origin: Arrival | None) -> Arrival:
        """A fetch of root fields, at the top or where a field returns the root type again."""
        identity = (origin.group.number if origin else None, id(spot), subgraph, "", None)
        if identity not in self.interned:
            group = self.group(subgraph, spot, origin, (), (), ())
            arrival = self.interned[identity] = Arrival(spot, group, Node(spot.type, subgraph))
            if origin is None:
                spot.arrivals.append(arrival)
        return self.interned[identity]

    def group(
        self,
        subgraph: str,
        spot: Spot,
        origin: Arrival | None,
        inputs: tuple[Template, ...],
        required: tuple[Template, ...],
        sources: tuple[Option, ...],
    ) -> Group:
        needed = [source.group for source in sources] + ([origin.group] if origin else [])
        closure = frozenset({len(self.groups)}).union(*(group.closure for group in needed))
        depth = 1 + max((group.depth for group in needed), default=-1)
        group = Group(len(self.groups), subgraph, spot, closure, depth, origin, inputs, required, sources)
        self.groups.append(group)
        return group

    def spend(self) -> None:
        self.budget -= 1
        if self.budget < 0:
            raise RequestRefused(
                "PLAN_LIMIT",
                "Cette demande est trop complexe à planifier : demandez moins de champs à la fois.",
                "planning budget exhausted",
            )


def _keyed(option: Option, key: str) -> Option:
    return option if option.key == key else Option(option.arrival, option.move, option.name, key, option.arguments)


def _joined(outer: tuple[Condition, ...], inner: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys((*outer, *inner)))


def _impossible(wanted: Field) -> RequestRefused:
    return RequestRefused(
        "PLAN_IMPOSSIBLE",
        f"Aucun sous-graphe ne peut fournir « {wanted.coordinate} » à cet endroit.",
        f"no plan reaches {wanted.coordinate}",
    )
