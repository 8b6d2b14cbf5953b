"""What a random supergraph is made of: types with their fields, and which subgraph resolves, keys, provides or requires
what. `draw` makes one, `sdl` prints it, `store` fills it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

LEAVES = ("String", "Int", "Float", "Boolean", "ID", "Hue")
HUES = ("RED", "GREEN", "BLUE")
NODE = "Node"
"""The interface with a key, which one subgraph knows as an object only."""
TWIN, PAIR = "V2", "W"
"""A value whose fields have the names of another's, `V0`, and the union of both."""

Wrapper = tuple[bool, ...]
"""Whether a type is non-null, from the innermost out: two are a list, three a list of lists."""


def printed(name: str, wrapper: Wrapper) -> str:
    """A type as SDL has it."""
    text = name + "!" * wrapper[0]
    for non_null in wrapper[1:]:
        text = f"[{text}]{'!' * non_null}"
    return text


@dataclass(frozen=True)
class Argument:
    """An argument of a field; `default` is a literal, or nothing."""

    name: str
    type: str
    default: str = ""

    def sdl(self) -> str:
        """Its definition."""
        return f"{self.name}: {self.type}{f' = {self.default}' if self.default else ''}"


@dataclass
class Field:
    """A field. `strict` is what its data obey; `homes` the subgraphs that resolve it, with their types; `targets` the
    objects that it may give; `moved` the subgraph that it was overridden in, under a label perhaps."""

    name: str
    type_name: str
    strict: Wrapper = (False,)
    homes: dict[str, tuple[str, Wrapper]] = field(default_factory=dict)
    arguments: tuple[Argument, ...] = ()
    targets: tuple[str, ...] = ()
    requires: str = ""
    context: tuple[tuple[str, str], ...] = ()
    provides: dict[str, str] = field(default_factory=dict)
    shared: bool = False
    moved: str = ""
    label: str = ""
    hidden: bool = False

    @property
    def leaf(self) -> bool:
        """Whether it has no fields below."""
        return self.type_name in LEAVES

    @property
    def wrapper(self) -> Wrapper:
        """What clients see: non-null where every subgraph says so."""
        return tuple(all(levels) for levels in zip(*(wrapper for _, wrapper in self.homes.values()), strict=True))

    @property
    def type(self) -> str:
        """The type that clients see."""
        return printed(self.type_name, self.wrapper)


@dataclass
class Type:
    """An entity, a value, an interface, a union, the root or the mutation.

    `keys` by subgraph; of a `stub` the key that a subgraph has without resolving it; `lost`: per key field the subgraph
    that does not resolve it, and the one that overrides it, if it is not external; `members` and `common` fields are
    those of an abstract type, `parent` the interface that an interface may implement, `hollow` the subgraphs that have
    an interface without types.
    """

    name: str
    kind: str
    homes: list[str] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    stubs: dict[str, str] = field(default_factory=dict)
    lost: dict[str, tuple[str, str]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    common: dict[str, str] = field(default_factory=dict)
    parent: str = ""
    hollow: list[str] = field(default_factory=list)

    def keyed(self, home: str) -> list[str]:
        """Names of the key fields of a subgraph."""
        keys = [*self.keys.get(home, ()), *([self.stubs[home]] if home in self.stubs else ())]
        return list(dict.fromkeys(name for key in keys for name in fields_of(key)))


def fields_of(key: str) -> list[str]:
    """The fields of a key, without what is nested in them."""
    return key.split("{", maxsplit=1)[0].split()


@dataclass
class Model:
    """A supergraph. `external`: (subgraph, type, field) declared there for others' sake; `setting`: (subgraph, type)
    that sets the subgraph's context; `on`: labels of moves that are made."""

    subgraphs: tuple[str, ...]
    types: dict[str, Type] = field(default_factory=dict)
    external: set[tuple[str, str, str]] = field(default_factory=set)
    setting: set[tuple[str, str]] = field(default_factory=set)
    on: frozenset[str] = frozenset()

    def of(self, *kinds: str) -> list[Type]:
        """Types of these kinds, in their order."""
        return [type_ for type_ in self.types.values() if type_.kind in kinds]

    def implemented(self, name: str, home: str) -> list[str]:
        """The interfaces that an object type implements in a subgraph."""
        return [interface.name for interface in self.of("interface") if name in interface.members.get(home, ())]

    def parent(self, interface: Type) -> Type | None:
        """The interface that another one implements: if it says all that this one does, in some subgraph."""
        above = self.types.get(interface.parent)
        if above is None:
            return None
        own_fields = {name for home in interface.members for name in self.above(home, interface)}
        parent_fields = {name for home in above.members for name in self.above(home, above)}
        parent_fields |= {f"c_{above.name}"} if above.hollow else set()
        return above if parent_fields <= own_fields else None

    def field(self, type_: str, name: str) -> Field:
        """A field of an object type, its own or an interface object's."""
        own = self.types[type_].fields
        return own[name] if name in own else self.types[NODE].fields[name]

    def declared(self, home: str, type_: Type) -> bool:
        """Whether a subgraph has the type."""
        if type_.kind in ("root", "mutation"):
            return any(home in field.homes for field in type_.fields.values())
        has_type = any(home in homes for homes in (type_.homes, type_.stubs, type_.members, type_.hollow))
        return has_type or any(external[:2] == (home, type_.name) for external in self.external)

    def resolved(self, home: str, type_: Type, name: str) -> bool:
        """Whether a subgraph says the field of itself."""
        if name in type_.lost and home == type_.lost[name][0]:
            return False
        return name in type_.keyed(home) or home in type_.fields[name].homes

    def shown(self, home: str, type_: Type) -> Iterator[Field]:
        """Fields of an object type that a subgraph declares."""
        for declared in type_.fields.values():
            stands = home == declared.moved or (home, type_.name, declared.name) in self.external
            stands |= declared.name in type_.keyed(home)
            if stands or self.resolved(home, type_, declared.name):
                yield declared

    def above(self, home: str, interface: Type) -> list[str]:
        """Common fields of an interface that all its types declare in a subgraph."""
        members = [self.types[name] for name in interface.members[home]]
        shown = [{field.name for field in self.shown(home, member)} for member in members]
        return [name for name in interface.common if all(name in names for names in shown)]
