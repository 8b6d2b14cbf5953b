"""Fetch graph: the chosen options as steps, each with what it reads, what it is given, and what must come before.

Steps are made of groups one to one; the passes then join and adapt them. A leaf carries the conditions under which it
is wanted, as alternatives of conjunctions: keys and requirements inherit those of the fields that they serve, so that a
condition never leaks to an unconditional sibling when selections meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hub.federation.operations.operation import Condition
from hub.federation.planning.graph import Graph, Move
from hub.federation.planning.search_state import Given, Group, Leaf, Option, Segment, Template

Alternatives = frozenset[frozenset[Condition]]
"""Present if all conditions of any member hold; `ALWAYS` has the empty conjunction."""

ALWAYS: Alternatives = frozenset({frozenset()})


Awaited = tuple[tuple[Template, ...], tuple[Given, ...]]
"""What a field requires of its object, and what objects above give to it."""


def either(first: Alternatives, second: Alternatives) -> Alternatives:
    """Present if the first or the second says so; conjunctions that another one implies are dropped."""
    both = first | second
    return frozenset(each for each in both if not any(other < each for other in both))


@dataclass(slots=True)
class Item:
    """A field in a fetch. `alias` is set by passes where the response key can't be used in the subgraph."""

    key: str
    name: str
    arguments: tuple[tuple[str, str], ...]
    type: str
    when: Alternatives = frozenset()
    tree: Tree | None = None
    alias: str | None = None

    @property
    def sent_key(self) -> str:
        """Response key in the subgraph's answer."""
        return self.alias or self.key


@dataclass(slots=True)
class Tree:
    """What is read of an object: items per concrete type, by response key."""

    abstract: bool
    types: dict[str, dict[str, Item]] = field(default_factory=dict)

    def item(self, option: Option, abstract: bool) -> Item:
        """The item of an option, made if new; `abstract` says whether a composite's value needs its type asked."""
        items = self.types.setdefault(option.arrival.spot.type, {})
        key = "__typename" if option.name == "__typename" else option.key
        if key not in items:
            tree = Tree(abstract) if option.move.heads else None
            items[key] = Item(key, option.name, option.arguments, option.move.type, tree=tree)
        return items[key]

    def merge(self, other: Tree) -> None:
        """Take in another tree of the same object."""
        stack = [(self, other)]
        while stack:
            mine, theirs = stack.pop()
            mine.abstract |= theirs.abstract
            for type_name, items in theirs.types.items():
                own = mine.types.setdefault(type_name, {})
                for key, item in items.items():
                    known = own.setdefault(key, item)
                    if known is not item:
                        known.when = either(known.when, item.when)
                        if known.tree is not None and item.tree is not None:
                            stack.append((known.tree, item.tree))

    def leaves(self) -> Iterator[Item]:
        """All leaf items below."""
        stack = [self]
        while stack:
            for items in stack.pop().types.values():
                for item in items.values():
                    if item.tree is None:
                        yield item
                    else:
                        stack.append(item.tree)


@dataclass(slots=True)
class Step:
    """One fetch under construction. `type` names the entity in the subgraph, `only` the objects' concrete type (None:
    whichever). `before` numbers the steps that must have answered; `inputs` are keys, `required` what `@requires` asks,
    `contexts` what objects above give; `dependents` the response keys that are null without it, by what each awaits of
    both."""

    number: int
    subgraph: str
    type: str
    only: str | None
    root: bool
    path: tuple[Segment, ...]
    before: set[int]
    inputs: tuple[Template, ...] = ()
    required: tuple[Template, ...] = ()
    contexts: tuple[Given, ...] = ()
    dependents: dict[Awaited, dict[str, None]] = field(default_factory=dict)
    tree: Tree = field(default_factory=lambda: Tree(False))
    when: Alternatives = frozenset()
    run: int = 0


def build(graph: Graph, leaves: Sequence[Leaf], chosen: Sequence[Option]) -> list[Step]:
    """The steps of the chosen options and of all that they need, in an order in which each comes after its needs."""
    steps: dict[int, Step] = {}
    seen: set[tuple[int, str, str, frozenset[Condition]]] = set()
    for leaf, first in zip(leaves, chosen, strict=True):
        conditions = frozenset(leaf.conditions)
        stack = [first]
        while stack:
            option = stack.pop()
            identity = (id(option.arrival), option.name, option.key, conditions)
            if identity in seen:
                continue
            seen.add(identity)
            step = _step(steps, option.group)
            step.when = either(step.when, frozenset({conditions}))
            _insert(graph, step, option, conditions)
            stack.extend(option.group.sources)
            origin = option.group.origin
            if origin is not None and not option.group.sources:
                stack.append(Option(origin, Move("String!"), "__typename", "__typename"))
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
            path=group.spot.level.path,
            before=before,
            inputs=group.inputs,
            required=group.required,
            contexts=group.contexts,
        )
    return steps[group.number]


def _is_root(group: Group) -> bool:
    return not group.inputs and group.spot.type in ("Query", "Mutation")


def _insert(graph: Graph, step: Step, option: Option, conditions: frozenset[Condition]) -> None:
    """Add a leaf to its step, with the composites between the step's entry and the leaf."""
    chain = [option]
    while (via := chain[-1].arrival.via) is not None:
        chain.append(via)
    chain.reverse()
    if option.group.required or option.group.contexts:
        awaited = option.group.required, option.group.contexts
        step.dependents.setdefault(awaited, {})[chain[0].key] = None
    tree = step.tree
    for each in chain[:-1]:
        item = tree.item(each, graph.is_abstract(graph_type(graph, each)))
        tree = item.tree if item.tree is not None else tree
    leaf = tree.item(chain[-1], False)
    leaf.when = either(leaf.when, frozenset({conditions}))


def graph_type(graph: Graph, option: Option) -> str:
    """Printed type of the option's field in the supergraph."""
    fields = graph.supergraph.types[option.arrival.spot.type].fields
    return fields[option.name].type if option.name in fields else option.move.type
