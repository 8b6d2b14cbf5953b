"""What one subgraph declares, once names of directives are resolved through `@link` and extensions joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from graphql import DocumentNode, parse_value

from hub.federation.compose.specification import Version
from hub.federation.operations.literals import literal

FEDERATION = "federation"
"""`Applied.spec` of every directive of Apollo Federation (tag and inaccessible included)."""


class Kind(StrEnum):
    """Kinds of GraphQL types, by their SDL keyword."""

    SCALAR = "scalar"
    OBJECT = "type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Applied:
    """A directive as applied. `spec` is FEDERATION, empty for GraphQL's own, else the URL of its `@link`;
    `name` is its name in that specification, `arguments` are printed literals."""

    spec: str
    name: str
    arguments: tuple[tuple[str, str], ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """Arguments as JSON values."""
        return {name: literal(parse_value(text)) for name, text in self.arguments}


@dataclass(frozen=True, slots=True)
class Element:
    """Anything that bears a description and directives."""

    name: str
    description: str | None = None
    directives: tuple[Applied, ...] = ()

    def applied(self, name: str) -> Iterator[dict[str, Any]]:
        """Arguments of each application of a federation directive."""
        return (each.values for each in self.directives if each.spec == FEDERATION and each.name == name)

    def has(self, name: str) -> bool:
        """Whether a federation directive is applied."""
        return any(each.spec == FEDERATION and each.name == name for each in self.directives)


@dataclass(frozen=True, slots=True)
class Input(Element):
    """Argument or input field: printed type and default."""

    type: str = ""
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Output(Element):
    """Field of an object or interface: printed type."""

    type: str = ""
    arguments: Mapping[str, Input] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Type(Element):
    """One named type; only the collection of its kind is filled. `extension`: all its declarations are extensions."""

    kind: Kind = Kind.OBJECT
    fields: Mapping[str, Output] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    values: Mapping[str, Element] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    extension: bool = False


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph. `version` is that of Federation, `FEDERATION_1` without a link to federation v2; `links` holds the
    arguments of each `@link`, `local` the federation directives by their name here, `linked` the specification and true
    name of every directive of a linked specification. `definitions` holds the printed
    definition of each directive of a linked specification, by (spec, name); `composed` those of `@composeDirective`;
    `composing` the names that it was given."""

    name: str
    url: str
    types: Mapping[str, Type]
    document: DocumentNode
    version: Version
    links: tuple[Mapping[str, Any], ...] = ()
    local: Mapping[str, str] = field(default_factory=dict)
    linked: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    composed: frozenset[tuple[str, str]] = frozenset()
    composing: tuple[str, ...] = ()
    definitions: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def federated2(self) -> bool:
        """Whether the schema links to federation v2."""
        return self.version >= (2, 0)

    def outputs(self, *kinds: Kind) -> Iterator[tuple[Type, Output, str]]:
        """Fields of the types of these kinds (objects and interfaces unless said), with their coordinates."""
        for type_ in self.types.values():
            if type_.kind in (kinds or (Kind.OBJECT, Kind.INTERFACE)):
                for each in type_.fields.values():
                    yield type_, each, f"{type_.name}.{each.name}"


def named(type_: str) -> str:
    """The named type inside a printed type."""
    return type_.replace("[", "").replace("]", "").replace("!", "")
