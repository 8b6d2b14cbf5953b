"""The fetch graph: the chosen options as steps, each with its selections, its inputs and the steps before it.

Each group becomes one step; the passes then merge and adapt steps. A leaf carries the conditions under which it is
selected, as alternatives of conjunctions: keys and requirements inherit those of the fields that they serve, so that a
condition never leaks to an unconditional sibling when selections are merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.federation.budget import BORNE_PER_STEP, Budget
from hub.federation.operations.operation import Condition, Occurrence
from hub.federation.planning.graph import Graph, Move
from hub.federation.planning.search_state import Arrival, ContextSource, Group, Leaf, Option, Segment, Template

Alternatives = frozenset[frozenset[Condition]]
"""Present if all conditions of any member hold; `ALWAYS` has the empty conjunction."""

STEPS_PER_FETCH = 14
"""Steps of the budget for a fetch: what the passes and the batching of fetches make of it."""

STEPS_PER_ITEM = 3
"""Steps of the budget for a field of a fetch: what inserts, merges, adapts and prints it."""

ALWAYS: Alternatives = frozenset({frozenset()})


Requirement = tuple[tuple[Template, ...], tuple[ContextSource, ...]]
"""The templates that a field requires of its object, and the context arguments that objects above give to it."""


def either(first: Alternatives, second: Alternatives) -> Alternatives:
    """Present if the first or the second holds; conjunctions that another one implies are dropped."""
    if second <= first:
        return first
    for added in second:
        if not any(weaker <= added for weaker in first):
            first = frozenset([added, *(conjunction for conjunction in first if not added < conjunction)])
    return first


@dataclass(slots=True)
class Item:
    """A field in a fetch. `alias` is set by passes where the response key can't be used in the subgraph; `occurrences`:
    its places in the client's document that have directives, with all their conditions."""

    key: str
    name: str
    arguments: tuple[tuple[str, str], ...]
    type: str
    when: Alternatives = frozenset()
    tree: Tree | None = None
    alias: str | None = None
    occurrences: tuple[Occurrence, ...] = ()

    @property
    def sent_key(self) -> str:
        """Response key in the subgraph's answer."""
        return self.alias or self.key

    def join(self, item: Item) -> None:
        """Read the field where another one is read too."""
        self.when = either(self.when, item.when)
        self.occurrences = tuple(dict.fromkeys(self.occurrences + item.occurrences))


@dataclass(slots=True)
class Tree:
    """The selections on an object: items per concrete type, by response key. `abstract`: with its `__typename`."""

    abstract: bool
    types: dict[str, dict[str, Item]] = field(default_factory=dict)

    def item(self, option: Option, abstract: bool) -> Item:
        """The item of an option, added if new; `abstract`: a composite's value is fetched with its `__typename`."""
        items = self.types.setdefault(option.arrival.position.type, {})
        key = "__typename" if option.name == "__typename" else option.key
        if key not in items:
            tree = Tree(abstract) if option.move.composite else None
            items[key] = Item(key, option.name, option.arguments, option.move.type, tree=tree)
        return items[key]

    def merge(self, tree: Tree) -> None:
        """Add another tree of the same object."""
        stack = [(self, tree)]
        while stack:
            mine, theirs = stack.pop()
            mine.abstract |= theirs.abstract
            for type_name, items in theirs.types.items():
                own = mine.types.setdefault(type_name, {})
                for key, item in items.items():
                    existing = own.setdefault(key, item)
                    if existing is not item:
                        existing.join(item)
                        if existing.tree is not None and item.tree is not None:
                            stack.append((existing.tree, item.tree))


@dataclass(slots=True)
class Step:
    """One fetch under construction.

    `type`: the entity's name in the subgraph; `only`: the objects' concrete type, None for any; `before`: numbers of
    the steps that must have answered; `inputs`: the key; `required`: what `@requires` reads; `contexts`: arguments that
    objects above give; `dependents`: the response keys that are null without a requirement; `run`: the mutation that it
    belongs to.
    """

    number: int
    subgraph: str
    type: str
    only: str | None
    root: bool
    path: tuple[Segment, ...]
    before: set[int]
    inputs: tuple[Template, ...] = ()
    required: tuple[Template, ...] = ()
    contexts: tuple[ContextSource, ...] = ()
    dependents: dict[Requirement, dict[str, None]] = field(default_factory=dict)
    tree: Tree = field(default_factory=lambda: Tree(False))
    when: Alternatives = frozenset()
    run: int = 0


def build(graph: Graph, leaves: Sequence[Leaf], chosen: Sequence[Option], budget: Budget) -> list[Step]:
    """The steps of the chosen options and of all options that they need, each after the steps that it needs.

    The budget pays here for the passes and for the text of the plan, whose work grows with the fields of the steps.
    """
    steps: dict[int, Step] = {}
    places: dict[int, _Place] = {}
    visited: set[tuple[int, str, str, frozenset[Condition]]] = set()
    for leaf, first in zip(leaves, chosen, strict=True):
        conditions = frozenset(leaf.conditions)
        when = frozenset({conditions})
        stack = [first]
        while stack:
            option = stack.pop()
            identity = (id(option.arrival), option.name, option.key, conditions)
            if identity in visited:
                continue
            visited.add(identity)
            if option.group.number not in steps:
                budget.spend(STEPS_PER_FETCH, option.arrival.position.type, option.name)
            step = _step(steps, option.group)
            step.when = either(step.when, when)
            depth = _insert(graph, step, option, when, places)
            weight = STEPS_PER_ITEM + (depth + len(step.when)) // 8 + len(conditions) // BORNE_PER_STEP
            budget.spend(weight, option.arrival.position.type, option.name)
            stack.extend(option.group.sources)
            origin = option.group.origin
            if origin is not None and not option.group.sources:
                stack.append(Option(origin, Move("String!"), "__typename", "__typename"))
    for step in steps.values():
        step.before &= steps.keys()  # an origin of which nothing is read is no step
    return [steps[number] for number in sorted(steps)]


def _step(steps: dict[int, Step], group: Group) -> Step:
    if group.number not in steps:
        before = {source.group.number for source in group.sources}
        if group.origin is not None:
            before.add(group.origin.group.number)
        entity = bool(group.origin) and not _is_root(group)
        steps[group.number] = Step(
            number=group.number,
            subgraph=group.subgraph,
            type=group.type,
            only=group.only,
            root=not entity,
            path=group.position.level.path,
            before=before,
            inputs=group.inputs,
            required=group.required,
            contexts=group.contexts,
        )
    return steps[group.number]


def _is_root(group: Group) -> bool:
    return not group.inputs and group.position.type in ("Query", "Mutation")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a step reads what lies below an arrival: the tree, its depth, the response key at the step's entry."""

    tree: Tree
    depth: int
    entry: str


def _place(graph: Graph, step: Step, arrival: Arrival, places: dict[int, _Place]) -> _Place:
    """The place of an arrival, with the composite fields between the step's entry and it; `places` by arrival."""
    above: list[Option] = []
    place = places.get(id(arrival))
    while place is None and arrival.via is not None:
        above.append(arrival.via)
        arrival = arrival.via.arrival
        place = places.get(id(arrival))
    if place is None:
        place = places[id(arrival)] = _Place(step.tree, 0, "")
    for composite in reversed(above):
        item = place.tree.item(composite, graph.is_abstract(graph_type(graph, composite)))
        place = _Place(
            item.tree if item.tree is not None else place.tree, place.depth + 1, place.entry or composite.key
        )
    return place


def _insert(graph: Graph, step: Step, option: Option, when: Alternatives, places: dict[int, _Place]) -> int:
    """Add a leaf to its step; return its depth."""
    place = places.get(id(option.arrival))
    if place is None:
        place = places[id(option.arrival)] = _place(graph, step, option.arrival, places)
    if option.group.required or option.group.contexts:
        requirement = option.group.required, option.group.contexts
        step.dependents.setdefault(requirement, {})[place.entry or option.key] = None
    leaf = place.tree.item(option, False)
    leaf.when = either(leaf.when, when)
    return place.depth + 1


def graph_type(graph: Graph, option: Option) -> str:
    """Printed type of the option's field in the supergraph."""
    fields = graph.supergraph.types[option.arrival.position.type].fields
    return fields[option.name].type if option.name in fields else option.move.type
