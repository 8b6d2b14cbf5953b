"""The model of a supergraph: which subgraph resolves each field, by which keys, and the schema that clients see.

`hub.federation.supergraph_reader` reads it from a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from graphql import DocumentNode, GraphQLSchema

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
    """A key of an entity in one subgraph, with one entry of `selections` per concrete type that has it."""

    text: str
    selections: tuple[Selections, ...]
    resolvable: bool


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument from a context: its name and type in the subgraph, and per concrete type that sets the context, the
    selection of the leaf that is read from the nearest object above of that type."""

    name: str
    type: str
    selections: tuple[Selections, ...]


@dataclass(frozen=True, slots=True)
class FieldJoin:
    """A field in one subgraph: its type there, the field sets that it requires and provides, its context arguments.

    With the `label` of a progressive override, a field that `overrides` is resolved here while the label is on, any
    other while it is off.
    """

    type: str
    external: bool = False
    label: str | None = None
    overrides: bool = False
    requires: tuple[Selections, ...] = ()
    provides: tuple[Selections, ...] = ()
    contexts: tuple[ContextArgument, ...] = ()

    @property
    def reads(self) -> tuple[Selections, ...]:
        """The selections that resolving the field reads from other fields."""
        return (*self.requires, *(selections for argument in self.contexts for selections in argument.selections))


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
    """The supergraph. `schema` holds every type and field, inaccessible ones included."""

    text: str
    document: DocumentNode
    """The text, parsed."""

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
            join for type_ in self.types.values() for field in type_.fields.values() for join in field.joins.values()
        )
        return frozenset(join.label for join in joins if join.label is not None)

    @cached_property
    def client_schema(self) -> GraphQLSchema:
        """The client schema, made once."""
        return visible_schema(self.document, self.inaccessible)
