"""The state of the planner's search: object positions, candidate fetches that hold them, options to read a field."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.federation.operations.operation import Condition, Field, Selections
from hub.federation.planning.graph import Move, Node

Segment = tuple[str, str]
"""One step of a response path: concrete type of the object, response key."""


@dataclass(eq=False, slots=True)
class Level:
    """A response path for all its concrete types. `names`: response key → (name, arguments) of the fields under it;
    `assumed`: the type that an object is taken for if nothing tells its own."""

    path: tuple[Segment, ...]
    names: dict[str, set[tuple[str, tuple[tuple[str, str], ...]]]] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    assumed: str = ""


@dataclass(eq=False, slots=True)
class Position:
    """An object position for one concrete type, with the arrivals that can hold it.

    `selected`: the selections on it; `typed`: numbers of the groups whose objects get their type from another group;
    `keys`: response key by (name, arguments); `options`: known options by (name, arguments).
    """

    level: Level
    type: str
    parent: Position | None = None
    entry: Field | None = None
    arrivals: list[Arrival] = field(default_factory=list)
    children: dict[str, Level] = field(default_factory=dict)
    selected: list[Selections] = field(default_factory=list)
    typed: set[int] = field(default_factory=set)
    keys: dict[tuple[str, tuple[tuple[str, str], ...]], str] = field(default_factory=dict)
    options: dict[tuple[str, tuple[tuple[str, str], ...]], list[Option]] = field(default_factory=dict)

    def below(self, entry: Field, key: str) -> list[tuple[Selections, Position]]:
        """The positions below a composite field, with its selections on each."""
        level = self.children.get(key)
        if level is None:
            level = self.children[key] = Level((*self.level.path, (self.type, key)))
        children = []
        for selections in entry.selections:
            child = level.positions.get(selections.type)
            if child is None:
                child = level.positions[selections.type] = Position(level, selections.type, self, entry)
            if not any(selected is selections for selected in child.selected):
                child.selected.append(selections)
            children.append((selections, child))
        return children

    def key_of(self, field: Field) -> str:
        """Response key of a required field: the client's if it selects the same field, else an unused one."""
        identity = (field.name, field.arguments)
        if identity in self.keys:
            return self.keys[identity]
        key = field.name
        if self.level.names.get(key, {identity}) != {identity}:
            key = f"__{self.type}_{field.name}"
            while self.level.names.get(key, {identity}) != {identity}:
                key += "_"
        self.register(key, field)
        return key

    def register(self, key: str, field: Field) -> None:
        """Remember which field a response key stands for."""
        identity = (field.name, field.arguments)
        self.keys.setdefault(identity, key)
        self.level.names.setdefault(key, set()).add(identity)


@dataclass(eq=False, slots=True)
class Group:
    """A candidate fetch: of root fields, or of entities, from `origin` by the key `inputs`.

    `closure`: the set of all groups that it needs, itself included, as bits by number; `type`: the entity's name in the
    subgraph; `only`: the concrete type of the objects that it completes, None for all; `sources`: the options that read
    its inputs.
    """

    number: int
    subgraph: str
    position: Position
    closure: int
    depth: int
    type: str
    only: str | None = None
    origin: Arrival | None = None
    inputs: tuple[Template, ...] = ()
    required: tuple[Template, ...] = ()
    contexts: tuple[ContextSource, ...] = ()
    sources: tuple[Option, ...] = ()


@dataclass(eq=False, slots=True)
class Arrival:
    """A group that holds the object of a position. `via`: the option of the field above, None at the group's entry;
    `untyped`: held as an interface object, whose concrete type the subgraph does not know."""

    position: Position
    group: Group
    node: Node
    via: Option | None = None
    untyped: bool = False


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
    """One field of a representation: its name, the response key to read, nested templates per concrete type.

    `typed`: objects below carry their `__typename`, since their type is abstract.
    """

    name: str
    key: str
    selections: tuple[tuple[str, tuple[Template, ...]], ...] = ()
    is_list: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class ContextSource:
    """Where an argument from a context is read: `depth` segments down the path, by a template of one leaf.

    `coordinate` stands for the variable that carries the argument, of this `type` in the subgraph.
    """

    coordinate: str
    type: str
    depth: int
    template: Template


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the operation with every option to read it, and the conditions on its whole path.

    A composite field is a leaf if its objects are read for themselves; `assumed`: the type that these are taken for, at
    their path.
    """

    options: tuple[Option, ...]
    conditions: tuple[Condition, ...]
    assumed: tuple[tuple[tuple[Segment, ...], str], ...] = ()
