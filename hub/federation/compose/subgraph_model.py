"""The declarations of one subgraph, with directive names resolved through `@link` and type extensions merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from graphql import DocumentNode, parse_value

from hub.federation.compose.specification import UPGRADED, DirectiveSpec, Version, federation_directives
from hub.federation.operations.literals import literal

FEDERATION = "federation"
"""`AppliedDirective.spec` of every directive of Apollo Federation (tag and inaccessible included)."""


class Kind(StrEnum):
    """Kinds of GraphQL types, by their SDL keyword."""

    SCALAR = "scalar"
    OBJECT = "type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"


COMPOSITE_KINDS = (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)
"""Kinds of types whose values have sub-selections."""


@dataclass(frozen=True, slots=True)
class AppliedDirective:
    """A directive as applied. `spec` is FEDERATION, empty for GraphQL's own, else the URL of its `@link`;
    `name` is its name in that specification, `arguments` are printed literals."""

    spec: str
    name: str
    arguments: tuple[tuple[str, str], ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """Arguments as JSON values."""
        return {name: literal(parse_value(text)) for name, text in self.arguments}

    def is_federation(self, *names: str) -> bool:
        """Whether this is a federation directive of one of these names."""
        return self.spec == FEDERATION and self.name in names


@dataclass(frozen=True, slots=True)
class Element:
    """A schema element that has a description and directives."""

    name: str
    description: str | None = None
    directives: tuple[AppliedDirective, ...] = ()

    def applied(self, name: str) -> Iterator[dict[str, Any]]:
        """Arguments of each application of a federation directive."""
        return (directive.values for directive in self.directives if directive.is_federation(name))

    def has(self, name: str) -> bool:
        """Whether a federation directive is applied."""
        return any(directive.is_federation(name) for directive in self.directives)


@dataclass(frozen=True, slots=True)
class InputValue(Element):
    """An argument or input field: printed type and default."""

    type: str = ""
    default: str | None = None

    @property
    def is_required(self) -> bool:
        """Whether clients must give a value."""
        return self.type.endswith("!") and self.default is None


@dataclass(frozen=True, slots=True)
class OutputField(Element):
    """A field of an object or interface: printed type."""

    type: str = ""
    arguments: Mapping[str, InputValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Type(Element):
    """One named type; only the collection of its kind is filled. `extension`: all its declarations are extensions;
    `extension_keys`: the keys that its extensions bear."""

    kind: Kind = Kind.OBJECT
    fields: Mapping[str, OutputField] = field(default_factory=dict)
    input_fields: Mapping[str, InputValue] = field(default_factory=dict)
    values: Mapping[str, Element] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    extension: bool = False
    extension_keys: tuple[AppliedDirective, ...] = ()


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph. `version` is that of Federation, FEDERATION_1 without a link to federation v2; `links` holds the
    arguments of each `@link`.

    Names in this subgraph → meaning: `federation_names` → federation directive, `federation_scalars` → scalar of its
    arguments, `linked_directives` → (spec, name) of every directive of a linked specification. By (spec, name):
    `definitions` holds the printed definitions of linked directives, `composed` those of `@composeDirective`, whose
    arguments are `composed_names`."""

    name: str
    url: str
    types: Mapping[str, Type]
    document: DocumentNode
    version: Version
    links: tuple[Mapping[str, Any], ...] = ()
    federation_names: Mapping[str, str] = field(default_factory=dict)
    federation_scalars: Mapping[str, str] = field(default_factory=dict)
    linked_directives: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    composed: frozenset[tuple[str, str]] = frozenset()
    composed_names: tuple[str, ...] = ()
    definitions: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def is_federation2(self) -> bool:
        """Whether the schema links to federation v2."""
        return self.version >= (2, 0)

    @property
    def specification(self) -> Mapping[str, DirectiveSpec]:
        """Federation's directives of the version that the subgraph is read as."""
        return federation_directives(self.version if self.is_federation2 else UPGRADED)

    def output_fields(self, *kinds: Kind) -> Iterator[tuple[Type, OutputField, str]]:
        """Fields of the types of these kinds (by default objects and interfaces), with their coordinates."""
        for type_ in self.types.values():
            if type_.kind in (kinds or (Kind.OBJECT, Kind.INTERFACE)):
                for output in type_.fields.values():
                    yield type_, output, f"{type_.name}.{output.name}"

    def is_composite(self, type_name: str) -> bool:
        """Whether values of the type have sub-selections."""
        return type_name in self.types and self.types[type_name].kind in COMPOSITE_KINDS


def named_type(type_: str) -> str:
    """The named type inside a printed type."""
    return type_.replace("[", "").replace("]", "").replace("!", "")
