"""The schema that clients see: without inaccessible elements and federation, with descriptions and deprecations."""

from __future__ import annotations

from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLSchema,
    SchemaDefinitionNode,
    build_ast_schema,
    parse,
    print_ast,
)

from hub.federation.legacy_supergraph import changed

INTERNAL_PREFIXES = ("join__", "link__", "core__", "context__")
"""Prefixes of the names of federation's own definitions."""


def visible_schema(text: str, hidden: frozenset[str]) -> GraphQLSchema:
    """The client schema of a supergraph's text, without the elements at the `hidden` coordinates."""
    document = without_internal(parse(text, no_location=True))
    visible: list[Any] = []
    for node in document.definitions:
        name = node.name.value if not isinstance(node, SchemaDefinitionNode) else ""  # type: ignore[attr-defined]
        if not isinstance(node, DirectiveDefinitionNode) and name not in hidden:
            visible.append(_visible(node, name, hidden))
    used = _used_types(DocumentNode(definitions=tuple(visible)))
    leaves = ("enum_type_definition", "scalar_type_definition")
    definitions = tuple(node for node in visible if node.kind not in leaves or node.name.value in used)
    return build_ast_schema(DocumentNode(definitions=definitions))


def _visible(node: Any, name: str, hidden: frozenset[str]) -> Any:
    """The definition without hidden parts and without directives other than GraphQL's own."""
    changes: dict[str, Any] = {"directives": _standard(node)}
    for attribute in ("fields", "values"):
        parts = getattr(node, attribute, None)
        if parts is not None:
            changes[attribute] = tuple(
                _visible_part(part, f"{name}.{part.name.value}", hidden)
                for part in parts
                if f"{name}.{part.name.value}" not in hidden
            )
    for attribute in ("interfaces", "types"):
        parts = getattr(node, attribute, None)
        if parts is not None:
            changes[attribute] = tuple(part for part in parts if part.name.value not in hidden)
    return changed(node, **changes)


def _visible_part(node: Any, coordinate: str, hidden: frozenset[str]) -> Any:
    changes: dict[str, Any] = {"directives": _standard(node)}
    if getattr(node, "arguments", None) is not None:
        changes["arguments"] = tuple(
            changed(argument, directives=_standard(argument))
            for argument in node.arguments
            if f"{coordinate}({argument.name.value}:)" not in hidden
        )
    return changed(node, **changes)


def _standard(node: Any) -> tuple[Any, ...]:
    standard = ("deprecated", "specifiedBy", "oneOf")
    return tuple(directive for directive in node.directives or () if directive.name.value in standard)


def _used_types(document: DocumentNode) -> set[str]:
    """Names of the types of all fields, arguments and input fields."""
    names = set()
    for node in document.definitions:
        if not isinstance(node, DirectiveDefinitionNode):
            for part in getattr(node, "fields", None) or ():
                for typed in (part, *(getattr(part, "arguments", None) or ())):
                    names.add(print_ast(typed.type).strip("[]!"))
    return names


def without_internal(document: DocumentNode) -> DocumentNode:
    """The document without the definitions of link and join."""
    return DocumentNode(
        definitions=tuple(
            node
            for node in document.definitions
            if isinstance(node, SchemaDefinitionNode)
            or not (
                node.name.value.startswith(INTERNAL_PREFIXES)  # type: ignore[attr-defined]
                or (isinstance(node, DirectiveDefinitionNode) and node.name.value in ("link", "core"))
            )
        )
    )
