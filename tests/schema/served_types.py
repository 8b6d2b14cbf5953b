"""The served SDLs, read plainly: coordinates, categories and directives; and the policy files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    TypeNode,
    parse,
    value_from_ast_untyped,
)

from schema.categories import Category, Level
from schema.subgraphs import OWN, SUBGRAPHS, served_sdl

SERVED = (*SUBGRAPHS, *OWN)

POLICIES = Path(__file__).parents[2] / "schema" / "policies"

FEDERATION = """
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
directive @composeDirective(name: String!) repeatable on SCHEMA
directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @inaccessible on OBJECT | FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
directive @external on OBJECT | FIELD_DEFINITION
directive @requires(fields: String!) on FIELD_DEFINITION
directive @cost(weight: Int!) on FIELD_DEFINITION | ARGUMENT_DEFINITION
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],
  requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
"""


@dataclass(frozen=True)
class Coordinate:
    """A field of an object type in one subgraph that resolves it."""

    subgraph: str
    type: ObjectTypeDefinitionNode
    field: FieldDefinitionNode

    @property
    def name(self) -> str:
        return f"{self.type.name.value}.{self.field.name.value}"

    @property
    def categories(self) -> list[tuple[Category, Level]]:
        applied = [arguments for name, arguments in directives(self.field) if name == "category"]
        return [(Category(arguments["name"]), Level(arguments.get("level", "FULL"))) for arguments in applied]

    @property
    def category(self) -> Category:
        return self.categories[0][0]

    @property
    def level(self) -> Level:
        return self.categories[0][1]

    @property
    def nullable(self) -> bool:
        return not isinstance(self.field.type, NonNullTypeNode)


def directives(node: Any) -> list[tuple[str, dict[str, Any]]]:
    """Directives of a node: name and arguments."""
    return [
        (d.name.value, {a.name.value: value_from_ast_untyped(a.value) for a in d.arguments or ()})
        for d in node.directives or ()
    ]


def directive(node: Any, name: str) -> dict[str, Any] | None:
    """Arguments of the directive of that name, if the node has it."""
    return next((arguments for applied, arguments in directives(node) if applied == name), None)


@cache
def document(subgraph: str) -> DocumentNode:
    return parse(served_sdl(subgraph))


def definitions(kind: str) -> Iterator[tuple[str, Any]]:
    """Definitions of one kind with their subgraph."""
    for subgraph in SERVED:
        for node in document(subgraph).definitions:
            if node.kind == kind:
                yield subgraph, node


@cache
def coordinates() -> tuple[Coordinate, ...]:
    return tuple(
        Coordinate(subgraph, node, field)
        for subgraph, node in definitions("object_type_definition")
        for field in node.fields
        if directive(field, "external") is None
    )


@cache
def classified() -> dict[str, tuple[Category, Level]]:
    """Category and level by coordinate; a coordinate of several subgraphs counts once."""
    return {item.name: (item.category, item.level) for item in coordinates()}


def type_name(type_: TypeNode) -> str:
    while not hasattr(type_, "name"):
        type_ = type_.type  # type: ignore[attr-defined]
    return str(type_.name.value)


def described(subgraph: str) -> Iterator[tuple[str, StringValueNode | None]]:
    """Every element of a subgraph that a reader of the schema sees, with its description."""
    for node in document(subgraph).definitions:
        if node.kind == "schema_extension":
            continue
        name = node.name.value  # type: ignore[attr-defined]
        if name != "Query":
            yield name, node.description  # type: ignore[attr-defined]
        if node.kind == "directive_definition":
            continue
        for part in (*(getattr(node, "fields", None) or ()), *(getattr(node, "values", None) or ())):
            yield f"{name}.{part.name.value}", part.description
            for argument in getattr(part, "arguments", None) or ():
                yield f"{name}.{part.name.value}({argument.name.value}:)", argument.description


def policy(name: str) -> dict[str, Any]:
    return tomllib.loads((POLICIES / f"{name}.toml").read_text(encoding="utf-8"))
