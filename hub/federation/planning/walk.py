"""The search for every way to read each leaf of an operation: direct moves first, hops to other subgraphs if needed.

The operation is a tree of spots (an object position for one concrete type). A spot has arrivals: the candidate fetches
(groups) that can hold the object there. A leaf has one option per arrival that resolves it, or per hop that leads to
one. A hop's key and a field's requirement are read from the same spot by the same search; a requirement is never
searched inside itself, leaf by leaf, so that `foo{bar}` and `foo{baz}` make no false cycle. An argument from a context
is read from the nearest spot above whose type sets it.

A subgraph that knows an interface only as an object (`@interfaceObject`) holds objects without their concrete type:
fields of the interface are read there, all others wait for a fetch that tells the type.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.federation.errors import OperationRefused
from hub.federation.operations.operation import Field, Selections
from hub.federation.planning.graph import Graph, Move, Node
from hub.federation.planning.search_state import Arrival, ContextSource, Group, Option, Spot, Template
from hub.federation.supergraph import ROOTS

MAX_OPTIONS = 6
TYPENAME = "__typename"


class Walker:
    """The search over one operation. `budget` bounds the moves that it tries: OperationRefused (PLAN_LIMIT) above."""

    def __init__(self, graph: Graph, budget: int) -> None:
        self.graph = graph
        self.budget = budget
        self.groups: list[Group] = []
        self.interned: dict[tuple[object, ...], Arrival] = {}
        self.telling: dict[tuple[int, int, str, str], Group] = {}
        self.seeking: set[tuple[int, str, tuple[tuple[str, str], ...]]] = set()
        self.cuts = 0

    def enter(self, spot: Spot, entry: Field, key: str, options: Iterable[Option]) -> list[tuple[Selections, Spot]]:
        """The spots below a composite field, with an arrival for each option that can hold each type."""
        below = spot.below(entry, key)
        for _, child in below:
            self.arrive(child, options)
        return below

    def arrive(self, spot: Spot, options: Iterable[Option]) -> bool:
        """Add arrivals to a spot; whether any is new."""
        existing = {(arrival.group.number, arrival.node) for arrival in spot.arrivals}
        before = len(spot.arrivals)
        for option in options:
            for node in option.move.heads:
                if node.type == spot.type and (option.group.number, node) not in existing:
                    untyped = self.graph.held_as(node.type, node.subgraph) != node.type
                    spot.arrivals.append(Arrival(spot, option.group, node, option, untyped))
        if len(spot.arrivals) > before:
            spot.options.clear()
        return len(spot.arrivals) > before

    def options(self, spot: Spot, field: Field, key: str) -> list[Option]:
        """Ways to read a field at a spot, cheapest first; empty if there is none, or only through itself."""
        identity = (field.name, field.arguments)
        if identity in spot.options:
            return [_keyed(option, key) for option in spot.options[identity]]
        self.tell_types(spot)
        seeking = (id(spot), *identity)
        if seeking in self.seeking:
            self.cuts += 1
            return []
        self.seeking.add(seeking)
        cuts = self.cuts
        try:
            options = self.direct(spot, field, key) or self.hops(spot, field, key)
            while not options and self.widen(spot):
                options = self.direct(spot, field, key) or self.hops(spot, field, key)
        finally:
            self.seeking.discard(seeking)
        if options or self.cuts == cuts:
            spot.options[identity] = options
        return options

    def direct(self, spot: Spot, field: Field, key: str) -> list[Option]:
        """Reads in a fetch that already holds the object."""
        options = []
        for arrival in spot.arrivals:
            self.spend()
            move = self.graph.move(arrival.node, field.name)
            if arrival.untyped and not _agreed(spot, key):
                continue
            if move is not None and not move.waits:
                options.append(Option(arrival, move, field.name, key, field.arguments))
        return options

    def hops(self, spot: Spot, field: Field, key: str) -> list[Option]:
        """Reads after a hop by a key, for which the field's requirement is gathered."""
        options: list[Option] = []
        for subgraph in self.graph.subgraphs:
            move = self.graph.move(Node(spot.type, subgraph), field.name)
            if move is None:
                continue
            for origin in [arrival for arrival in spot.arrivals if not arrival.untyped]:
                self.spend()
                if origin.group.subgraph == subgraph and not move.waits:
                    continue
                arrival = self.hop(origin, subgraph, field, move)
                if arrival is not None:
                    arguments = (*field.arguments, *self.contextual(spot, subgraph, field, move))
                    options.append(Option(arrival, move, field.name, key, arguments))
        unique = {option.group.number: option for option in options}
        ordered = sorted(unique.values(), key=lambda option: (len(option.group.closure), option.group.depth))
        return ordered[:MAX_OPTIONS]

    def hop(self, origin: Arrival, subgraph: str, field: Field, move: Move) -> Arrival | None:
        """The arrival after an entity hop, by the cheapest key; None if no key or requirement can be read."""
        spot = origin.spot
        if spot.type in ROOTS:  # a mutation would be made again
            return self.enter_root(spot, subgraph, origin) if spot.type != "Mutation" else None
        need: list[Option] = []
        required = self.gather(spot, move.requires, origin.group, need) if move.requires is not None else ()
        contexts = self.above(spot, subgraph, field, move, origin.group, need)
        if required is None or contexts is None or not self.typed_above(spot, origin.group, need):
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
        identity = (origin.group.number, id(spot), subgraph, best[2], field.name if move.waits else None)
        if identity not in self.interned:
            reads = (best[3], required, contexts, (*best[4], *need))
            group = self.group(subgraph, spot, origin, self.graph.held_as(spot.type, subgraph), spot.type, *reads)
            self.interned[identity] = Arrival(spot, group, Node(spot.type, subgraph))
        return self.interned[identity]

    def above(
        self, spot: Spot, subgraph: str, field: Field, move: Move, base: Group, sources: list[Option]
    ) -> tuple[ContextSource, ...] | None:
        """The context arguments of a field, from the nearest objects above a spot; None if one can't be read.

        The option that reads each is added to `sources`.
        """
        contexts = []
        coordinates = self.contextual(spot, subgraph, field, move)
        for argument, (_, coordinate) in zip(move.contexts, coordinates, strict=True):
            selections = {selection.type: selection for selection in argument.selections}
            holder = spot.parent
            while holder is not None and holder.type not in selections:
                holder = holder.parent
            templates = self.gather(holder, selections[holder.type], base, sources) if holder is not None else None
            if holder is None or not templates or not self.typed_here(holder, base, sources):
                return None
            contexts.append(ContextSource(coordinate, argument.type, len(holder.level.path), templates[0]))
        return tuple(contexts)

    def contextual(self, spot: Spot, subgraph: str, field: Field, move: Move) -> tuple[tuple[str, str], ...]:
        """The arguments that take their value from a context, each with its coordinate in place of a variable."""
        holder = self.graph.held_as(spot.type, subgraph)
        return tuple((context.name, f"{holder}.{field.name}({context.name}:)") for context in move.contexts)

    def gather(
        self, spot: Spot, selections: Selections, base: Group, sources: list[Option]
    ) -> tuple[Template, ...] | None:
        """The templates of a key or requirement read at a spot; None if a leaf can't be read.

        The option that reads each leaf is added to `sources`. Depth is that of the field set, which the schema's author
        writes.
        """
        templates = []
        for field in selections.fields:
            if field.name == "__typename":
                continue
            key = spot.key_of(field)
            options = self.options(spot, field, key)
            if not options:
                return None
            best = _nearest(options, base)
            nested = []
            for inner, child in self.enter(spot, field, key, options) if field.selections else ():
                if child.arrivals:
                    below = self.gather(child, inner, best.group, sources)
                    if below is None or not self.typed_here(child, best.group, sources):
                        return None
                    nested.append((child.type, below))
            if not field.selections:
                sources.append(best)
            typed = self.graph.may_differ(spot.type, field.name)
            templates.append(Template(field.name, key, tuple(nested), best.move.type.startswith("["), typed))
        return tuple(templates)

    def tell_types(self, spot: Spot) -> None:
        """Add arrivals in fetches that tell the concrete type of objects held as interface objects.

        One fetch per subgraph that can tell it, shared by every type of the level.
        """
        for origin in [
            arrival for arrival in spot.arrivals if arrival.untyped and arrival.group.number not in spot.typed
        ]:
            spot.typed.add(origin.group.number)
            cuts, before = self.cuts, len(spot.arrivals)
            interface = self.graph.held_as(spot.type, origin.node.subgraph)
            for subgraph, key, selections in self.graph.type_keys(spot.type, interface):
                self.spend()
                sources: list[Option] = []
                inputs = self.gather(spot, selections, origin.group, sources)
                if inputs is None or not self.typed_above(spot, origin.group, sources):
                    continue
                identity = (origin.group.number, id(spot.level), subgraph, key.text)
                group = self.telling.get(identity)
                if group is None:
                    group = self.group(subgraph, spot, origin, interface, None, inputs, (), (), tuple(sources))
                    self.telling[identity] = group
                spot.arrivals.append(Arrival(spot, group, Node(spot.type, subgraph)))
            if self.cuts > cuts and len(spot.arrivals) == before:
                spot.typed.discard(origin.group.number)

    def typed_above(self, spot: Spot, base: Group, sources: list[Option]) -> bool:
        """Whether the concrete types of all objects above a spot can be read; what reads them is added to `sources`."""
        above = spot.parent
        while above is not None:
            if not self.typed_here(above, base, sources):
                return False
            above = above.parent
        return True

    def typed_here(self, spot: Spot, base: Group, sources: list[Option]) -> bool:
        """The same for the object of the spot itself."""
        if not any(arrival.untyped for arrival in spot.arrivals):
            return True
        options = self.options(spot, Field(TYPENAME, spot.type, TYPENAME), TYPENAME)
        if options:
            sources.append(_nearest(options, base))
        return bool(options)

    def widen(self, spot: Spot) -> bool:
        """Enter the parent object in other subgraphs, to read this one there; whether that added an arrival."""
        if spot.parent is None or spot.entry is None:
            return False
        key = spot.level.path[-1][1]
        entered = {arrival.group.subgraph for arrival in spot.arrivals}
        options = [option for option in self.hops(spot.parent, spot.entry, key) if option.group.subgraph not in entered]
        if self.arrive(spot, options):
            return True
        if not self.widen(spot.parent):
            return False
        options = [
            option for option in self.direct(spot.parent, spot.entry, key) if option.group.subgraph not in entered
        ]
        return self.arrive(spot, options)

    def enter_root(self, spot: Spot, subgraph: str, origin: Arrival | None) -> Arrival:
        """A fetch of root fields, at the top or where a field returns the root type again."""
        identity = (origin.group.number if origin else None, id(spot), subgraph, "", None)
        if identity not in self.interned:
            group = self.group(subgraph, spot, origin, spot.type, spot.type, (), (), (), ())
            arrival = self.interned[identity] = Arrival(spot, group, Node(spot.type, subgraph))
            if origin is None:
                spot.arrivals.append(arrival)
        return self.interned[identity]

    def group(
        self,
        subgraph: str,
        spot: Spot,
        origin: Arrival | None,
        type_: str,
        only: str | None,
        inputs: tuple[Template, ...],
        required: tuple[Template, ...],
        contexts: tuple[ContextSource, ...],
        sources: tuple[Option, ...],
    ) -> Group:
        required_groups = [source.group for source in sources] + ([origin.group] if origin else [])
        closure = frozenset({len(self.groups)}).union(*(group.closure for group in required_groups))
        depth = 1 + max((group.depth for group in required_groups), default=-1)
        number = len(self.groups)
        group = Group(number, subgraph, spot, closure, depth, type_, only, origin, inputs, required, contexts, sources)
        self.groups.append(group)
        return group

    def spend(self) -> None:
        self.budget -= 1
        if self.budget < 0:
            raise OperationRefused("PLAN_LIMIT", "planning budget exhausted")


def _nearest(options: Iterable[Option], base: Group) -> Option:
    """The option that adds the fewest fetches to a group's own."""
    return min(options, key=lambda option: (len(option.group.closure - base.closure), option.group.depth))


def _agreed(spot: Spot, key: str) -> bool:
    """Whether a response key selects the same field, with the same selections, for every type of a level.

    Otherwise it can't be read before the object's type is known.
    """
    if len(spot.level.names.get(key, ())) > 1 or spot.parent is None:
        return False
    field_key = spot.level.path[-1][1]
    entries = [field for selected in spot.parent.selected for field in selected.fields if field.key == field_key]
    stack = [[field for entry in entries for below in entry.selections for field in below.fields if field.key == key]]
    while stack:
        fields = stack.pop()
        if len({(field.name, field.arguments) for field in fields}) > 1:
            return False
        below: dict[tuple[str, str], list[Field]] = {}
        for inner in (inner for field in fields for selections in field.selections for inner in selections.fields):
            below.setdefault((inner.type, inner.key), []).append(inner)
        stack.extend(below.values())
    return True


def _keyed(option: Option, key: str) -> Option:
    return option if option.key == key else Option(option.arrival, option.move, option.name, key, option.arguments)
