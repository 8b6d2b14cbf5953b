"""A subgraph's SDL as GraphQL sees it: federation's own definitions added, extensions without base as definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    ExecutableDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    build_ast_schema,
    parse,
    print_ast,
    validate_schema,
)
from graphql.validation.validate import validate_sdl

from hub.federation.compose import literals
from hub.federation.compose.specification import SCALARS, specified
from hub.federation.compose.subgraph_model import Subgraph

_BASE: dict[type[Node], type[TypeDefinitionNode]] = {
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
    UnionTypeExtensionNode: UnionTypeDefinitionNode,
    EnumTypeExtensionNode: EnumTypeDefinitionNode,
    InputObjectTypeExtensionNode: InputObjectTypeDefinitionNode,
    ScalarTypeExtensionNode: ScalarTypeDefinitionNode,
}
_LINK = """
directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
scalar _Any
type _Service { sdl: String }
scalar _Entity
"""


def errors(subgraph: Subgraph) -> list[GraphQLError]:
    """What GraphQL refuses in the SDL; the schema is only looked at if its text is right."""
    executable = [each for each in subgraph.document.definitions if isinstance(each, ExecutableDefinitionNode)]
    if executable:
        return [GraphQLError("An operation is no part of a schema.", each) for each in executable]
    document = completed(subgraph)
    found = validate_sdl(document)
    if found:
        return found
    schema = build_ast_schema(document, assume_valid_sdl=True)
    found = [each for each in validate_schema(schema) if not each.message.startswith("Query root type must be")]
    return found or literals.errors(document, schema)


def completed(subgraph: Subgraph) -> DocumentNode:
    """The document with every definition that it may leave out."""
    nodes: list[DefinitionNode] = []
    based = {node.name.value for node in subgraph.document.definitions if isinstance(node, TypeDefinitionNode)}
    for node in subgraph.document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and node.name.value in {*subgraph.local, "link"}:
            continue  # the specification's own is added: rules compare the two
        base = _BASE.get(type(node))
        name = getattr(getattr(node, "name", None), "value", "")
        nodes.append(_as(base, node) if base is not None and name not in based else node)
        based.add(name)
    nodes.extend(_directives(subgraph))
    nodes.extend(
        node
        for node in parse(_LINK, no_location=True).definitions
        if not isinstance(node, TypeDefinitionNode) or node.name.value not in based
    )
    nodes.extend(parse(f"scalar {name}", no_location=True).definitions[0] for name in _scalars() if name not in based)
    return DocumentNode(definitions=tuple(nodes))


def _directives(subgraph: Subgraph) -> Iterator[DirectiveDefinitionNode]:
    known = specified(subgraph.version)
    for local, name in subgraph.local.items():
        text = print_ast(known[name].node).replace(f"@{name}", f"@{local}", 1)
        for scalar in SCALARS:
            text = re.sub(rf"\b{scalar}\b", f"federation__{scalar}", text)
        (node,) = parse(text, no_location=True).definitions
        assert isinstance(node, DirectiveDefinitionNode)
        yield node


def _scalars() -> tuple[str, ...]:
    return tuple(f"federation__{name}" for name in SCALARS)


def _as(base: type[Any], node: Any) -> Any:
    values = {key: getattr(node, key, None) for key in base.keys}
    return base(**values)
