"""What the search works on: places in the response, the fetches that can hold an object there, ways to read a field."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.federation.operations.operation import Condition, Field, Selections
from hub.federation.planning.graph import Move, Node

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
    """An object position for one concrete type, and the fetches that can hold it. `selected` is what is asked of it,
    `typed` the groups whose objects have got their type from another one."""

    level: Level
    type: str
    parent: Spot | None = None
    entry: Field | None = None
    arrivals: list[Arrival] = field(default_factory=list)
    children: dict[str, Level] = field(default_factory=dict)
    selected: list[Selections] = field(default_factory=list)
    typed: set[int] = field(default_factory=set)
    keys: dict[tuple[str, tuple[tuple[str, str], ...]], str] = field(default_factory=dict)
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[Option]] = field(default_factory=dict)

    def below(self, entry: Field, key: str) -> list[tuple[Selections, Spot]]:
        """The spots below a composite field, with what it asks of each."""
        level = self.children.get(key)
        if level is None:
            level = self.children[key] = Level((*self.level.path, (self.type, key)))
        found = []
        for selections in entry.selections:
            child = level.spots.setdefault(selections.type, Spot(level, selections.type, self, entry))
            if not any(each is selections for each in child.selected):
                child.selected.append(selections)
            found.append((selections, child))
        return found

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
    it needs, itself included. `type` names the entity in the subgraph; `only` is the concrete type of the objects that
    are asked about, None for all of them."""

    number: int
    subgraph: str
    spot: Spot
    closure: frozenset[int]
    depth: int
    type: str
    only: str | None = None
    origin: Arrival | None = None
    inputs: tuple[Template, ...] = ()
    required: tuple[Template, ...] = ()
    contexts: tuple[Given, ...] = ()
    sources: tuple[Option, ...] = ()


@dataclass(eq=False, slots=True)
class Arrival:
    """A group that holds the object of a spot. `via` is the option of the field above, None where the group begins;
    `untyped`: held as an interface object, of a type that the subgraph can't tell."""

    spot: Spot
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
    """One field of a representation: its name there, the response key to read, nested templates per concrete type, and
    whether the objects below say theirs: an abstract type's do, for whoever is given them."""

    name: str
    key: str
    selections: tuple[tuple[str, tuple[Template, ...]], ...] = ()
    is_list: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """An argument that an object above gives: its coordinate, which stands for the variable that carries it, its type
    in the subgraph, the segments of the path that lead to that object, and what is read there: one leaf."""

    coordinate: str
    type: str
    depth: int
    template: Template


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the operation with every way to read it. `conditions` are those on its whole way down."""

    options: tuple[Option, ...]
    conditions: tuple[Condition, ...]
