"""Where a plan may reuse entities that an earlier answer of the same subgraph holds.

A step need not fetch an entity if its subgraph has answered, in an earlier wave, every field that the step reads of it
(same name, same arguments), for the same representation. The plan names such places; when the step is executed its
values are looked up in the response tree of the request (`execution.entity_store`). Nothing is reused across a
mutation, nor where another fetch may have written under the same keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from hub.federation.budget import Budget
from hub.federation.operations.operation import Condition
from hub.federation.planning.fetches import Item, Step, Tree
from hub.federation.planning.graph import Graph
from hub.federation.planning.query_plan import Entities, Need, Reuse, Source, StoredSelection
from hub.federation.planning.search_state import Segment, Template

MAX_PLACES = 16
"""Places per `_entities` field: each is walked when the step is executed."""

MAX_COMPARED = 2_000
"""Comparisons of places and writers for one plan, a step of the budget each; then no further place is looked for."""

Items = dict[str, Item]


@dataclass(frozen=True, slots=True)
class _Place:
    """Objects of one concrete type that a step reads; `entity`: they are the entities that the step asks for."""

    step: Step
    path: tuple[Segment, ...]
    items: Items
    entity: bool


class Places:
    """The places that the steps of a plan read; `wave` gives the wave of each step by number."""

    def __init__(self, graph: Graph, steps: Sequence[Step], wave: Mapping[int, int], budget: Budget) -> None:
        self._graph, self._wave, self._budget = graph, wave, budget
        self._steps = sorted(steps, key=lambda step: (wave[step.number], step.number))
        self._by_subgraph: dict[str, dict[str, list[_Place]]] = {}
        self._left = MAX_COMPARED
        self._at: dict[tuple[Segment, ...], list[Step]] = {}
        self._at_or_below: dict[tuple[Segment, ...], list[Step]] = {}
        for step in self._steps:
            self._at.setdefault(step.path, []).append(step)
            for length in range(len(step.path) + 1):
                self._at_or_below.setdefault(step.path[:length], []).append(step)

    def reuse(self, steps: Sequence[Step], conditions: frozenset[Condition]) -> Reuse | None:
        """Where the entities of these steps, which all read the same fields, may be in the response tree already.

        `conditions` hold whenever the steps are sent.
        """
        distinct = {(step.inputs, step.required): step for step in reversed(steps) if _reusable(step)}
        earlier = ((step, place) for step in distinct.values() for place in self._earlier_places(step))
        candidates = (self._stored(step, place, conditions) for step, place in earlier)
        stored = dict(islice((pair for pair in candidates if pair is not None), MAX_PLACES))
        return Reuse(Entities("", "", tuple(stored)), tuple(stored.values())) if stored else None

    def _earlier_places(self, step: Step) -> Iterator[_Place]:
        """The places of the step's type in its subgraph's earlier answers, as long as comparisons are left."""
        wave = self._wave[step.number]
        earlier = (before for before in self._steps if self._wave[before.number] < wave)
        if any(before.subgraph == step.subgraph for before in earlier):
            for place in self._places_of(step.subgraph).get(step.type, ()):
                self._compare(1, step.type)
                if self._left < 0:
                    return
                if self._wave[place.step.number] < wave and _unchanged(place, step):
                    yield place

    def _compare(self, count: int, type_: str) -> None:
        """Pay for comparisons of objects of a type."""
        self._left -= count
        self._budget.spend(count, type_)

    def _places_of(self, subgraph: str) -> dict[str, list[_Place]]:
        """The places of a subgraph by type."""
        if subgraph not in self._by_subgraph:
            by_type = self._by_subgraph[subgraph] = {}
            for step in self._steps:
                for type_, place in _places(step) if step.subgraph == subgraph else ():
                    by_type.setdefault(type_, []).append(place)
        return self._by_subgraph[subgraph]

    def _stored(
        self, step: Step, place: _Place, conditions: frozenset[Condition]
    ) -> tuple[Source, StoredSelection] | None:
        """The place as a source of the step's representations, and how its objects answer; None if they can't."""
        selection = _stored_selection(step.type, step.tree, Tree(False, {step.type: place.items}), conditions)
        if selection is None:
            return None
        inputs = _key_at(step.inputs, place)
        required = _same_templates(step.required, place.step.required if place.entity else ())
        if inputs is None or required is None or self._overwritten(step, place, selection):
            return None
        needs = (Need(required, (), frozenset()),) if required else ()
        return Source(place.path, step.type, step.type, inputs, required, needs), selection

    def _overwritten(self, step: Step, place: _Place, selection: StoredSelection) -> bool:
        """Whether an earlier fetch, but the place's own, writes the selection or may null it."""
        path: tuple[Segment, ...] = place.path
        self._compare(len(self._at_or_below.get(path, ())), step.type)
        above = (writer for length in range(len(path)) for writer in self._at.get(path[:length], ()))
        return any(
            below is not None and any(self._overlaps(tree, below) for tree in trees)
            for writers, is_above in ((self._at_or_below.get(path, ()), False), (above, True))
            for writer in writers
            if writer is not place.step and self._wave[writer.number] < self._wave[step.number]
            for below, trees in [self._written(writer, path, selection, is_above=is_above)]
        )

    def _written(
        self, writer: Step, path: tuple[Segment, ...], selection: StoredSelection, *, is_above: bool
    ) -> tuple[StoredSelection | None, list[Tree]]:
        """What a step writes of the objects at a path, above or below its own, and the part of the selection there."""
        if is_above:
            return selection, self._trees_at(writer, path)
        return _selection_at(selection, writer.path[len(path) :]), [writer.tree]

    def _trees_at(self, step: Step, path: tuple[Segment, ...]) -> list[Tree]:
        """What the step reads at a path that begins at its own."""
        trees = [step.tree] if path[: len(step.path)] == step.path else []
        for type_, key in path[len(step.path) :]:
            items = (items.get(key) for tree in trees for items in self._items(tree, type_))
            trees = [item.tree for item in items if item is not None and item.tree is not None]
        return trees

    def _overlaps(self, tree: Tree, selection: StoredSelection) -> bool:
        """Whether the tree has a key that the selection reads of the same object."""
        return any(
            items.keys() & {read for _, read, _ in fields}
            for type_, fields in selection.types
            for items in self._items(tree, type_)
        )

    def _items(self, tree: Tree, type_: str) -> Iterator[Items]:
        """What is read of objects of a concrete type, under its own name or that of an interface."""
        return (items for name, items in tree.types.items() if name == type_ or self._graph.is_abstract(name))


def _unchanged(place: _Place, step: Step) -> bool:
    """Whether no mutation runs between the place's answer and the step. Mutations of one subgraph may be one request:
    one was answered before the next ran."""
    mutated = place.step.root and place.step.type == "Mutation"
    return place.step.run == step.run and not (mutated and place.path[:1] != step.path[:1])


def _reusable(step: Step) -> bool:
    """Whether the step asks for entities of one concrete type whose answer depends on their representation alone."""
    return step.only == step.type and step.tree.types.keys() == {step.type} and not step.contexts


def _places(step: Step) -> Iterator[tuple[str, _Place]]:
    """All objects that a step reads, with their concrete type."""
    stack = [(step.tree, step.path)]
    while stack:
        tree, path = stack.pop()
        entity = tree is step.tree and not step.root
        for type_, items in tree.types.items():
            if not entity or step.only == step.type:
                yield type_, _Place(step, path, items, entity)
            stack.extend((item.tree, (*path, (type_, item.key))) for item in items.values() if item.tree is not None)


def _stored_selection(
    static_type: str, requested: Tree, stored: Tree, conditions: frozenset[Condition]
) -> StoredSelection | None:
    """How objects that were read as `stored` answer the `requested` tree; None if they don't. Depth is the
    document's."""
    types = []
    typed = requested.abstract or requested.types.keys() != {static_type}
    for type_, items in requested.types.items():
        fields = []
        for item in items.values():
            if item.name == "__typename":
                typed = True
                continue
            twin = _same_field(item, stored.types.get(type_, {}))
            if twin is None or (item.tree is None) != (twin.tree is None):
                return None
            below = None
            if item.tree is not None and twin.tree is not None:
                below = _stored_selection(item.type.strip("[]!"), item.tree, twin.tree, conditions)
                if below is None:
                    return None
            if item.when and not any(conjunction <= conditions for conjunction in item.when):
                return None
            fields.append((item.key, twin.key, below))
        types.append((type_, tuple(fields)))
    return StoredSelection(typed, tuple(types))


def _same_field(item: Item, stored: Items) -> Item | None:
    """The stored item that reads the same field with the same arguments."""
    identity = _identity(item)
    twin = stored.get(item.key)
    if twin is not None and _identity(twin) == identity:
        return twin
    same_name = (twin for twin in stored.values() if twin.name == item.name)
    return next((twin for twin in same_name if _identity(twin) == identity), None)


def _identity(item: Item) -> tuple[object, ...]:
    return item.name, item.arguments, item.occurrences


def _selection_at(selection: StoredSelection, path: tuple[Segment, ...]) -> StoredSelection | None:
    """The part of a selection that is read of the objects at a path below."""
    current: StoredSelection | None = selection
    for type_, key in path:
        fields = dict(current.types).get(type_, ()) if current is not None else ()
        current = next((below for _, read, below in fields if read == key), None)
    return current


def _key_at(key: tuple[Template, ...], place: _Place) -> tuple[Template, ...] | None:
    """The key as the place's objects have it: as the subgraph was given it, or as it answered it."""
    if place.entity:
        same = _same_templates(key, place.step.inputs)
        if same is not None:
            return same
    return _answered_key(key, place.items)


def _answered_key(key: tuple[Template, ...], items: Items) -> tuple[Template, ...] | None:
    """The key's templates under the response keys of these items; None if one of its fields was not read."""
    answered = []
    for template in key:
        item = next((item for item in items.values() if item.name == template.name and not item.arguments), None)
        if item is None or (item.tree is None) != (not template.selections):
            return None
        selections = []
        for type_, inner in template.selections:
            below = _answered_key(inner, item.tree.types.get(type_, {})) if item.tree is not None else None
            if below is None:
                return None
            selections.append((type_, below))
        answered.append(replace(template, key=item.key, selections=tuple(selections)))
    return tuple(answered)


def _same_templates(first: tuple[Template, ...], second: tuple[Template, ...]) -> tuple[Template, ...] | None:
    """The templates of the second that represent as those of the first do; None if one has no such twin."""
    by_name = {template.name: template for template in second}
    twins = [by_name[template.name] for template in first if template.name in by_name]
    return tuple(twins) if len(twins) == len(first) and all(map(_same_value, first, twins)) else None


def _same_value(first: Template, second: Template) -> bool:
    """Whether both make the same value of the same object, whatever response keys they read."""
    left, right = dict(first.selections), dict(second.selections)
    return (
        (first.name, first.is_list) == (second.name, second.is_list)
        and left.keys() == right.keys()
        and all(
            len(left[name]) == len(right[name]) and _same_templates(left[name], right[name]) is not None
            for name in left
        )
    )
