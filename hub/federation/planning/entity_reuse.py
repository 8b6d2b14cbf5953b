"""Which entities an earlier answer of the same subgraph may know: the places of a plan where it was asked for the same.

A step need not ask about an entity of which its subgraph has told, in an earlier wave, every field that the step reads
of it (same name, same arguments), for the same representation. Such places are found when the plan is made; the values
are looked up in the response tree, which dies with the request, when the step's turn comes (`recall`). A mutation keeps
nothing for what runs after it. Where another fetch may have written under the same keys, nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from hub.federation.operations.operation import Condition
from hub.federation.planning.fetches import Item, Step, Tree
from hub.federation.planning.graph import Graph
from hub.federation.planning.query_plan import Entities, Known, Need, Source, Taken
from hub.federation.planning.search_state import Segment, Template

MOST = 16
"""Places per `_entities` field: each is walked when its turn comes."""

Items = dict[str, Item]


@dataclass(frozen=True, slots=True)
class _Place:
    """Objects of one concrete type that a step reads: those that it was given, if `top`."""

    step: Step
    path: tuple[Segment, ...]
    items: Items
    top: bool


class Places:
    """The places that the steps of a plan read; `wave` tells when each step has its turn."""

    def __init__(self, graph: Graph, steps: Sequence[Step], wave: Mapping[int, int]) -> None:
        self._graph, self._wave = graph, wave
        self._steps = sorted(steps, key=lambda each: (wave[each.number], each.number))
        self._found: dict[str, dict[str, list[_Place]]] = {}

    def known(self, steps: Sequence[Step], given: frozenset[Condition]) -> Known | None:
        """Where the entities of these steps may be known, which all read the same of them; `given` are conditions that
        hold when they are sent."""
        alike = {(step.inputs, step.required): step for step in reversed(steps) if _simple(step)}
        found = (self._taken(step, place, given) for step in alike.values() for place in self._before(step))
        taken = dict(islice((each for each in found if each is not None), MOST))
        return Known(Entities("", "", tuple(taken)), tuple(taken.values())) if taken else None

    def _before(self, step: Step) -> Iterator[_Place]:
        """The places of the step's type in its subgraph's earlier answers."""
        wave = self._wave[step.number]
        if any(each.subgraph == step.subgraph and self._wave[each.number] < wave for each in self._steps):
            for place in self._of(step.subgraph).get(step.type, ()):
                if self._wave[place.step.number] < wave and _unchanged(place, step):
                    yield place

    def _of(self, subgraph: str) -> dict[str, list[_Place]]:
        """The places of a subgraph by type."""
        if subgraph not in self._found:
            found = self._found[subgraph] = {}
            for step in self._steps:
                for type_, place in _places(step) if step.subgraph == subgraph else ():
                    found.setdefault(type_, []).append(place)
        return self._found[subgraph]

    def _taken(self, step: Step, place: _Place, given: frozenset[Condition]) -> tuple[Source, Taken] | None:
        """The place as a source of the step's representations, and what its objects answer; None if they can't."""
        taken = _taken(step.type, step.tree, Tree(False, {step.type: place.items}), given)
        inputs = _inputs(step.inputs, place)
        required = _same(step.required, place.step.required if place.top else ())
        if taken is None or inputs is None or required is None or self._disputed(step, place, taken):
            return None
        needs = (Need(required, (), frozenset()),) if required else ()
        return Source(place.path, step.type, step.type, inputs, required, needs), taken

    def _disputed(self, step: Step, place: _Place, taken: Taken) -> bool:
        """Whether an earlier fetch but the place's own writes what would be taken, or may null it."""
        path: tuple[Segment, ...] = place.path
        for other in self._steps:
            if other is place.step or self._wave[other.number] >= self._wave[step.number]:
                continue
            if other.path[: len(path)] == path:
                within, trees = _within(taken, other.path[len(path) :]), [other.tree]
            else:
                within, trees = taken, self._below(other, path)
            if within is not None and any(self._meet(tree, within) for tree in trees):
                return True
        return False

    def _below(self, step: Step, path: tuple[Segment, ...]) -> list[Tree]:
        """What the step reads at a path that begins at its own."""
        trees = [step.tree] if path[: len(step.path)] == step.path else []
        for type_, key in path[len(step.path) :]:
            items = (each.get(key) for tree in trees for each in self._items(tree, type_))
            trees = [each.tree for each in items if each is not None and each.tree is not None]
        return trees

    def _meet(self, tree: Tree, taken: Taken) -> bool:
        """Whether the tree has a key that is taken of the same object."""
        return any(
            items.keys() & {read for _, read, _ in fields}
            for type_, fields in taken.types
            for items in self._items(tree, type_)
        )

    def _items(self, tree: Tree, type_: str) -> Iterator[Items]:
        """What is read of objects of a concrete type, under its own name or that of an interface."""
        return (items for name, items in tree.types.items() if name == type_ or self._graph.is_abstract(name))


def _unchanged(place: _Place, step: Step) -> bool:
    """Whether no mutation runs between the place's answer and the step. Those of one subgraph may be one request: what
    one of them answers was told before the next."""
    mutated = place.step.root and place.step.type == "Mutation"
    return place.step.run == step.run and not (mutated and place.path[:1] != step.path[:1])


def _simple(step: Step) -> bool:
    """Whether it asks about objects of one concrete type, whose answer depends on their representation alone."""
    return step.only == step.type and step.tree.types.keys() == {step.type} and not step.contexts


def _places(step: Step) -> Iterator[tuple[str, _Place]]:
    """All objects that a step reads, with their concrete type."""
    stack = [(step.tree, step.path)]
    while stack:
        tree, path = stack.pop()
        top = tree is step.tree and not step.root
        for type_, items in tree.types.items():
            if not top or step.only == step.type:
                yield type_, _Place(step, path, items, top)
            stack.extend((item.tree, (*path, (type_, item.key))) for item in items.values() if item.tree is not None)


def _taken(static: str, wanted: Tree, held: Tree, given: frozenset[Condition]) -> Taken | None:
    """How objects that were read as `held` answer what is `wanted`; None if they don't. Depth is the document's."""
    types = []
    typed = wanted.abstract or wanted.types.keys() != {static}
    for type_, items in wanted.types.items():
        fields = []
        for item in items.values():
            if item.name == "__typename":
                typed = True
                continue
            found = _counterpart(item, held.types.get(type_, {}))
            if found is None or (item.tree is None) != (found.tree is None):
                return None
            below = None
            if item.tree is not None and found.tree is not None:
                below = _taken(item.type.strip("[]!"), item.tree, found.tree, given)
                if below is None:
                    return None
            elif not any(each <= given for each in item.when):
                return None
            fields.append((item.key, found.key, below))
        types.append((type_, tuple(fields)))
    return Taken(typed, tuple(types))


def _counterpart(item: Item, held: Items) -> Item | None:
    """The item that reads the same field with the same arguments."""
    same = (each for each in (held.get(item.key), *held.values()) if each is not None)
    return next((each for each in same if (each.name, each.arguments) == (item.name, item.arguments)), None)


def _within(taken: Taken, path: tuple[Segment, ...]) -> Taken | None:
    """What is taken of the objects at a path below."""
    found: Taken | None = taken
    for type_, key in path:
        fields = dict(found.types).get(type_, ()) if found is not None else ()
        found = next((below for _, read, below in fields if read == key), None)
    return found


def _inputs(wanted: tuple[Template, ...], place: _Place) -> tuple[Template, ...] | None:
    """The key as the place's objects have it: the one that the subgraph was given, or one that it told."""
    if place.top:
        given = _same(wanted, place.step.inputs)
        if given is not None:
            return given
    return _told(wanted, place.items)


def _told(wanted: tuple[Template, ...], items: Items) -> tuple[Template, ...] | None:
    found = []
    for each in wanted:
        item = next((item for item in items.values() if item.name == each.name and not item.arguments), None)
        if item is None or (item.tree is None) != (not each.selections):
            return None
        selections = []
        for type_, inner in each.selections:
            below = _told(inner, item.tree.types.get(type_, {})) if item.tree is not None else None
            if below is None:
                return None
            selections.append((type_, below))
        found.append(replace(each, key=item.key, selections=tuple(selections)))
    return tuple(found)


def _same(wanted: tuple[Template, ...], held: tuple[Template, ...]) -> tuple[Template, ...] | None:
    """Those of the held templates that represent as the wanted ones do; None if one is not among them."""
    by_name = {each.name: each for each in held}
    found = [by_name[each.name] for each in wanted if each.name in by_name]
    alike = len(found) == len(wanted) and all(map(_alike, wanted, found))
    return tuple(found) if alike else None


def _alike(one: Template, other: Template) -> bool:
    """Whether both make the same value of the same object, but for the response keys that they read."""
    left, right = dict(one.selections), dict(other.selections)
    return (
        (one.name, one.is_list) == (other.name, other.is_list)
        and left.keys() == right.keys()
        and all(len(left[name]) == len(right[name]) and _same(left[name], right[name]) is not None for name in left)
    )
