"""The search for every way to read each leaf of an operation: direct moves first, hops to other subgraphs if needed.

The operation is a tree of object positions, each for one concrete type. A position has arrivals: the candidate fetches
(groups) that can hold the object there. A leaf has one option per arrival that resolves it, or per hop that leads to
one. A hop's key and a field's requirement are read from the same position by the same search; a requirement is never
searched inside itself, leaf by leaf, so that `foo{bar}` and `foo{baz}` make no false cycle. An argument from a context
is read from the nearest position above whose type sets it.

A subgraph that knows an interface only as an object (`@interfaceObject`) holds objects without their concrete type:
fields of the interface are read there, all others wait for a fetch that tells the type.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from hub.federation.budget import Budget
from hub.federation.operations.operation import Field, Selections
from hub.federation.planning.graph import Graph, Move
from hub.federation.planning.search_state import Arrival, ContextSource, Group, Level, Option, Position, Template
from hub.federation.supergraph import ROOTS

MAX_OPTIONS = 6

STEPS_PER_READ = 3
"""Steps of the budget for a field that is looked for at a place: its ways, and the choice among them."""

STEPS_PER_HOP = 14
"""Steps of the budget for a hop that is tried: its keys, and the group that it makes."""
TYPENAME = "__typename"


class Walker:
    """The search over one operation; the budget pays for each move that it tries."""

    def __init__(self, graph: Graph, budget: Budget) -> None:
        self.graph = graph
        self.budget = budget
        self.groups: list[Group] = []
        self.positions: list[Position] = []
        self.arrivals: dict[tuple[object, ...], Arrival] = {}
        self.typed_groups: dict[tuple[int, int, str, str], Group] = {}
        self.open_searches: set[tuple[int, str, tuple[tuple[str, str], ...]]] = set()
        self.cycles = 0

    def position(self, level: Level, type_: str, root: Selections) -> Position:
        """A position at the top of an operation."""
        position = Position(level, type_, selected=[root])
        self.positions.append(position)
        return position

    def forget(self) -> None:
        """Undo what refers to each other, which is thousands of objects: they are freed at once, not by the garbage
        collector."""
        while self.positions:
            position = self.positions.pop()
            for level in position.children.values():
                self.positions += level.positions.values()
                level.positions.clear()
            position.children.clear()
            position.options.clear()
            position.arrivals.clear()
            position.parent = None
        self.groups.clear()

    def enter(
        self, position: Position, entry: Field, key: str, options: Iterable[Option]
    ) -> list[tuple[Selections, Position]]:
        """The positions below a composite field, with an arrival for each option that can hold each type."""
        below = position.below(entry, key)
        for _, child in below:
            self.arrive(child, options)
        return below

    def arrive(self, position: Position, options: Iterable[Option]) -> bool:
        """Add arrivals to a position; whether any is new."""
        existing = {(arrival.group.number, arrival.node) for arrival in position.arrivals}
        before = len(position.arrivals)
        for option in options:
            node = option.move.heads.get(position.type)
            if node is not None and (option.group.number, node) not in existing:
                untyped = self.graph.local_type(node.type, node.subgraph) != node.type
                position.arrivals.append(Arrival(position, option.group, node, option, untyped))
        if len(position.arrivals) > before:
            position.options.clear()
        return len(position.arrivals) > before

    def options(self, position: Position, field: Field, key: str) -> list[Option]:
        """Ways to read a field at a position, cheapest first; empty if there is none, or only through itself."""
        identity = (field.name, field.arguments)
        if identity in position.options:
            options = position.options[identity]
            return options if not options or options[0].key == key else [_with_key(option, key) for option in options]
        self.add_typed_arrivals(position)
        search = (id(position), *identity)
        if search in self.open_searches:
            self.cycles += 1
            return []
        self.open_searches.add(search)
        cycles = self.cycles
        try:
            options = self.direct(position, field, key) or self.hops(position, field, key)
            while not options and self.enter_elsewhere(position):
                options = self.direct(position, field, key) or self.hops(position, field, key)
        finally:
            self.open_searches.discard(search)
        if options or self.cycles == cycles:
            position.options[identity] = options
        return options

    def direct(self, position: Position, field: Field, key: str) -> list[Option]:
        """Reads in a fetch that already holds the object."""
        options = []
        self.budget.spend(STEPS_PER_READ + len(position.arrivals) // 2, position.type, field.name)
        for arrival in position.arrivals:
            move = self.graph.move(arrival.node, field.name)
            if arrival.untyped and not _same_field(position, key):
                continue
            if move is not None and not move.waits:
                options.append(Option(arrival, move, field.name, key, field.arguments))
        return options

    def hops(self, position: Position, field: Field, key: str) -> list[Option]:
        """Reads after a hop by a key, with the field's requirement in the representation."""
        options: list[Option] = []
        for subgraph in self.graph.subgraphs:
            move = self.graph.move(self.graph.node(position.type, subgraph), field.name)
            if move is None:
                continue
            interface = self.graph.local_type(position.type, subgraph)
            untyped = bool(position.level.assumed) and interface != position.type
            for origin in [arrival for arrival in position.arrivals if untyped or not arrival.untyped]:
                if origin.group.subgraph == subgraph and not move.waits:
                    continue
                self.budget.spend(STEPS_PER_HOP + origin.group.closure.bit_count() // 4, position.type, field.name)
                arrival = self.hop(origin, subgraph, field, move)
                if arrival is not None:
                    arguments = (*field.arguments, *self.context_coordinates(position, subgraph, field, move))
                    options.append(Option(arrival, move, field.name, key, arguments))
        unique = {option.group.number: option for option in options}
        ordered = sorted(unique.values(), key=lambda option: (option.group.closure.bit_count(), option.group.depth))
        return ordered[:MAX_OPTIONS]

    def hop(self, origin: Arrival, subgraph: str, field: Field, move: Move) -> Arrival | None:
        """The arrival after an entity hop, by the cheapest key; None if no key or requirement can be read."""
        position = origin.position
        if position.type in ROOTS:  # a mutation would be made again
            return self.enter_root(position, subgraph, origin) if position.type != "Mutation" else None
        need: list[Option] = []
        required = self.templates(position, move.requires, origin.group, need) if move.requires is not None else ()
        contexts = self.context_sources(position, subgraph, field, move, origin.group, need)
        if required is None or contexts is None or not self.types_readable_above(position, origin.group, need):
            return None
        best: tuple[int, int, str, tuple[Template, ...], list[Option]] | None = None
        for order, (key, selections) in enumerate(self.graph.keys(position.type, subgraph)):
            sources: list[Option] = []
            inputs = self.templates(position, selections, origin.group, sources)
            if inputs is not None:
                cost = reduce(or_, (source.group.closure for source in sources), 0).bit_count()
                if best is None or (cost, order) < best[:2]:
                    best = (cost, order, key.text, inputs, sources)
        if best is None:
            return None
        identity = (origin.group.number, id(position), subgraph, best[2], field.name if move.waits else None)
        if identity not in self.arrivals:
            reads = (best[3], required, contexts, (*best[4], *need))
            group = self.group(
                subgraph, position, origin, self.graph.local_type(position.type, subgraph), position.type, *reads
            )
            self.arrivals[identity] = Arrival(position, group, self.graph.node(position.type, subgraph))
        return self.arrivals[identity]

    def context_sources(
        self, position: Position, subgraph: str, field: Field, move: Move, base: Group, sources: list[Option]
    ) -> tuple[ContextSource, ...] | None:
        """The context arguments of a field, from the nearest objects above a position; None if one can't be read.

        The option that reads each is added to `sources`.
        """
        contexts = []
        coordinates = self.context_coordinates(position, subgraph, field, move)
        for argument, (_, coordinate) in zip(move.contexts, coordinates, strict=True):
            selections = {selection.type: selection for selection in argument.selections}
            holder = position.parent
            while holder is not None and holder.type not in selections:
                holder = holder.parent
            templates = self.templates(holder, selections[holder.type], base, sources) if holder is not None else None
            if holder is None or not templates or not self.type_readable(holder, base, sources):
                return None
            contexts.append(ContextSource(coordinate, argument.type, len(holder.level.path), templates[0]))
        return tuple(contexts)

    def context_coordinates(
        self, position: Position, subgraph: str, field: Field, move: Move
    ) -> tuple[tuple[str, str], ...]:
        """The arguments that take their value from a context, each with its coordinate in place of a variable."""
        holder = self.graph.local_type(position.type, subgraph)
        return tuple((context.name, f"{holder}.{field.name}({context.name}:)") for context in move.contexts)

    def templates(
        self, position: Position, selections: Selections, base: Group, sources: list[Option]
    ) -> tuple[Template, ...] | None:
        """The templates of a key or requirement read at a position; None if a leaf can't be read.

        The option that reads each leaf is added to `sources`. Depth is that of the field set, which the schema's author
        writes.
        """
        templates = []
        for field in selections.fields:
            if field.name == "__typename":
                continue
            key = position.key_of(field)
            options = self.options(position, field, key)
            if not options:
                return None
            best = _nearest(options, base)
            nested = []
            children = self.enter(position, field, key, options) if field.selections else []
            for inner, child in children:
                if child.arrivals:
                    below = self.templates(child, inner, best.group, sources)
                    if below is None or not self.type_readable(child, best.group, sources):
                        return None
                    nested.append((child.type, below))
            if not any(child.arrivals for _, child in children):
                sources.append(best)
            typed = self.graph.is_abstract_field(position.type, field.name)
            templates.append(Template(field.name, key, tuple(nested), best.move.type.startswith("["), typed))
        return tuple(templates)

    def add_typed_arrivals(self, position: Position) -> None:
        """Add arrivals in fetches that tell the concrete type of objects held as interface objects.

        One fetch per subgraph that can tell it, shared by every type of the level.
        """
        for origin in [
            arrival for arrival in position.arrivals if arrival.untyped and arrival.group.number not in position.typed
        ]:
            position.typed.add(origin.group.number)
            cycles, before = self.cycles, len(position.arrivals)
            interface = self.graph.local_type(position.type, origin.node.subgraph)
            for subgraph, key, selections in self.graph.type_keys(position.type, interface):
                self.budget.spend(STEPS_PER_HOP, position.type, TYPENAME)
                sources: list[Option] = []
                inputs = self.templates(position, selections, origin.group, sources)
                if inputs is None or not self.types_readable_above(position, origin.group, sources):
                    continue
                identity = (origin.group.number, id(position.level), subgraph, key.text)
                group = self.typed_groups.get(identity)
                if group is None:
                    group = self.group(subgraph, position, origin, interface, None, inputs, (), (), tuple(sources))
                    self.typed_groups[identity] = group
                position.arrivals.append(Arrival(position, group, self.graph.node(position.type, subgraph)))
            if self.cycles > cycles and len(position.arrivals) == before:
                position.typed.discard(origin.group.number)

    def types_readable_above(self, position: Position, base: Group, sources: list[Option]) -> bool:
        """Whether the concrete types of all objects above a position can be read; their options join `sources`."""
        above = position.parent
        while above is not None:
            if not self.type_readable(above, base, sources):
                return False
            above = above.parent
        return True

    def type_readable(self, position: Position, base: Group, sources: list[Option]) -> bool:
        """The same for the object of the position itself."""
        if position.level.assumed or not any(arrival.untyped for arrival in position.arrivals):
            return True
        options = self.options(position, Field(TYPENAME, position.type, TYPENAME), TYPENAME)
        if options:
            sources.append(_nearest(options, base))
        return bool(options)

    def enter_elsewhere(self, position: Position) -> bool:
        """Enter the parent object in other subgraphs, to read this one there; whether that added an arrival."""
        if position.parent is None or position.entry is None:
            return False
        key = position.level.path[-1][1]
        entered = {arrival.group.subgraph for arrival in position.arrivals}
        options = [
            option for option in self.hops(position.parent, position.entry, key) if option.group.subgraph not in entered
        ]
        if self.arrive(position, options):
            return True
        if not self.enter_elsewhere(position.parent):
            return False
        options = [
            option
            for option in self.direct(position.parent, position.entry, key)
            if option.group.subgraph not in entered
        ]
        return self.arrive(position, options)

    def enter_root(self, position: Position, subgraph: str, origin: Arrival | None) -> Arrival:
        """The arrival of a fetch of root fields, at the top or where a field returns the root type again."""
        identity = (origin.group.number if origin else None, id(position), subgraph, "", None)
        if identity not in self.arrivals:
            group = self.group(subgraph, position, origin, position.type, position.type, (), (), (), ())
            arrival = self.arrivals[identity] = Arrival(position, group, self.graph.node(position.type, subgraph))
            if origin is None:
                position.arrivals.append(arrival)
        return self.arrivals[identity]

    def group(
        self,
        subgraph: str,
        position: Position,
        origin: Arrival | None,
        type_: str,
        only: str | None,
        inputs: tuple[Template, ...],
        required: tuple[Template, ...],
        contexts: tuple[ContextSource, ...],
        sources: tuple[Option, ...],
    ) -> Group:
        required_groups = [source.group for source in sources] + ([origin.group] if origin else [])
        closure = reduce(or_, (group.closure for group in required_groups), 1 << len(self.groups))
        depth = 1 + max((group.depth for group in required_groups), default=-1)
        number = len(self.groups)
        group = Group(
            number, subgraph, position, closure, depth, type_, only, origin, inputs, required, contexts, sources
        )
        self.groups.append(group)
        return group


def _nearest(options: Iterable[Option], base: Group) -> Option:
    """The option that adds the fewest fetches to a group's own."""
    absent = ~base.closure
    return min(options, key=lambda option: ((option.arrival.group.closure & absent).bit_count(), option.group.depth))


def _same_field(position: Position, key: str) -> bool:
    """Whether a response key selects the same field, with the same selections, for every type of a level.

    Otherwise it can't be read before the object's type is known.
    """
    if len(position.level.names.get(key, ())) > 1 or position.parent is None:
        return False
    field_key = position.level.path[-1][1]
    entries = [field for selected in position.parent.selected for field in selected.fields if field.key == field_key]
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


def _with_key(option: Option, key: str) -> Option:
    return Option(option.arrival, option.move, option.name, key, option.arguments)
