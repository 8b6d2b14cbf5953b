"""A supergraph as planning sees it: which subgraph resolves what, by which keys, and the schema that clients see.

`hub.federation.supergraph_reader` makes one of a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from graphql import GraphQLSchema

from hub.federation.client_schema import visible_schema
from hub.federation.operations.operation import Selections

ROOTS = ("Query", "Mutation")
"""Types that are entered without a key."""


@dataclass(frozen=True, slots=True)
class Directive:
    """An applied directive of a linked specification: its URL, its true name, its arguments as JSON values."""

    spec: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A subgraph by name, and the URL that the supergraph gives for it."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an entity in one subgraph. `selections` has one entry per concrete type that bears it."""

    text: str
    selections: tuple[Selections, ...]
    resolvable: bool


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument that no client gives: its name and type in the subgraph, and what it is of the nearest object above
    whose type sets the context, one selection of one leaf per such concrete type."""

    name: str
    type: str
    selections: tuple[Selections, ...]


@dataclass(frozen=True, slots=True)
class FieldJoin:
    """A field in one subgraph: its type there, what it requires of the entity, what it provides below itself, which
    arguments it takes from objects above. Under a label of a progressive override it is resolved here if the label is
    on, where it `overrides`, else if it is off."""

    type: str
    external: bool = False
    label: str | None = None
    overrides: bool = False
    requires: tuple[Selections, ...] = ()
    provides: tuple[Selections, ...] = ()
    contexts: tuple[ContextArgument, ...] = ()

    @property
    def reads(self) -> tuple[Selections, ...]:
        """All that resolving the field reads of other fields."""
        return (*self.requires, *(each for argument in self.contexts for each in argument.selections))


@dataclass(frozen=True, slots=True)
class TypeJoin:
    """A type in one subgraph. `members`: concrete types that an abstract type can be there (an object: itself)."""

    keys: tuple[Key, ...] = ()
    members: frozenset[str] = frozenset()
    interface_object: bool = False


@dataclass(frozen=True, slots=True)
class SuperField:
    """A field of an object or interface, with one join per subgraph that declares it."""

    name: str
    type: str
    joins: Mapping[str, FieldJoin]


@dataclass(frozen=True, slots=True)
class SuperType:
    """A named output type, with one join per subgraph that declares it."""

    name: str
    kind: str
    joins: Mapping[str, TypeJoin]
    fields: Mapping[str, SuperField] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Supergraph:
    """The model that planning works on. `schema` holds every type and field, inaccessible ones included."""

    text: str
    endpoints: Mapping[str, Endpoint]
    types: Mapping[str, SuperType]
    schema: GraphQLSchema
    directives: Mapping[str, tuple[Directive, ...]]
    """By coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`, `Input.field`."""

    inaccessible: frozenset[str]
    """Coordinates that the client schema hides."""

    constants: Mapping[str, tuple[str, Any]]
    """Literals of the field sets' arguments, by variable: (type, value)."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.text.encode()).hexdigest()

    @cached_property
    def labels(self) -> frozenset[str]:
        """Labels of all progressive overrides."""
        joins = (
            join for type_ in self.types.values() for each in type_.fields.values() for join in each.joins.values()
        )
        return frozenset(join.label for join in joins if join.label is not None)

    @cached_property
    def client_schema(self) -> GraphQLSchema:
        """The client schema, made once."""
        return visible_schema(self.text, self.inaccessible)
