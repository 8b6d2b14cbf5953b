"""Selections while a document is normalised: what is built at each position, and its frozen form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from graphql import FieldNode, FragmentSpreadNode, GraphQLArgument, GraphQLNamedType, InlineFragmentNode

from hub.federation.operations.operation import ClientDirective, Condition, Field, Occurrence, Selections

EMPTY_KEY = "__empty"
"""Response key of the `__typename` that keeps an otherwise empty selection valid; never projected."""


@dataclass(slots=True)
class Shape:
    """The value under a response path, for all concrete types: a leaf's printed type, a composite's list wrapping."""

    wrapping: str = ""
    children: dict[str, Shape] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Definition:
    """A field of a type: the named type of its value and the concrete ones, how that is wrapped, its arguments."""

    below: GraphQLNamedType
    wrapping: str
    types: tuple[str, ...]
    args: Mapping[str, GraphQLArgument]


@dataclass(slots=True)
class Entry:
    """A field of a concrete type under some conditions; `place` is that of the objects below it, `start` the offset of
    its first node in the document."""

    key: str
    type: str
    name: str
    arguments: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]
    place: Place | None
    start: int
    occurrences: list[Occurrence] = field(default_factory=list)


@dataclass(slots=True)
class SelectedFields:
    """The fields selected on an object under any conditions: (concrete type, response key) → name, arguments, fields
    below."""

    fields: dict[tuple[str, str], tuple[str, tuple[tuple[str, str], ...], SelectedFields]] = field(default_factory=dict)


@dataclass(slots=True)
class Place:
    """An object position under construction: entries per concrete type, in the client's order.

    Positions of one object under several conditions share `selected`.
    """

    types: dict[str, dict[tuple[str, tuple[Condition, ...]], Entry]]
    selected: SelectedFields = field(default_factory=SelectedFields)


@dataclass(slots=True)
class Work:
    """A node of the document for some concrete types; `above` is the type that the document selects it of, `around` the
    directives of the schema on the fragments around it."""

    node: FieldNode | FragmentSpreadNode | InlineFragmentNode
    place: Place
    shape: Shape
    types: tuple[str, ...]
    above: GraphQLNamedType
    conditions: tuple[Condition, ...]
    around: tuple[tuple[ClientDirective, ...], ...] = ()


def freeze(place: Place, root_type: str, renamed: Mapping[str, str] = MappingProxyType({})) -> Selections:
    """The frozen tree, built from the leaves up without recursion; `renamed` gives variables other names."""
    order: list[Place] = [place]
    for current in order:
        for entries in current.types.values():
            order.extend(entry.place for entry in entries.values() if entry.place is not None)
    frozen: dict[int, dict[str, Selections]] = {}
    for current in reversed(order):
        frozen[id(current)] = {
            type_name: Selections(
                type_name,
                tuple(
                    Field(
                        entry.key,
                        entry.type,
                        entry.name,
                        tuple([(argument, renamed.get(name, name)) for argument, name in entry.arguments])
                        if renamed
                        else entry.arguments,
                        entry.conditions,
                        tuple(frozen[id(entry.place)].values()) if entry.place is not None else (),
                        occurrences=tuple(dict.fromkeys(entry.occurrences)) if entry.occurrences else (),
                        start=entry.start,
                    )
                    for entry in entries.values()
                )
                or (() if current is place else (Field(EMPTY_KEY, type_name, "__typename"),)),
            )
            for type_name, entries in current.types.items()
        }
    return frozen[id(place)][root_type]
