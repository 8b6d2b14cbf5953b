"""The text of a subgraph's schema as composition reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    parse,
    print_ast,
)


def composed_text(text: str) -> str:
    """SDL less `_entities`, `_service` and their types, which every composition adds itself."""
    kept = (_composed(definition) for definition in parse(text, no_location=True).definitions)
    return print_ast(DocumentNode(definitions=tuple(item for item in kept if item is not None))).rstrip() + "\n"


def _composed(definition: DefinitionNode) -> Any:
    if isinstance(definition, SchemaDefinitionNode):
        return SchemaExtensionNode(directives=definition.directives)
    if isinstance(definition, TypeDefinitionNode) and definition.name.value.startswith("_"):
        return None
    if isinstance(definition, ObjectTypeDefinitionNode) and definition.name.value == "Query":
        fields = tuple(field for field in definition.fields or () if not field.name.value.startswith("_"))
        return replace(definition, fields=fields) if fields else None
    return definition
