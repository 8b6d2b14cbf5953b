"""GraphQL's own validation of a subgraph's SDL, with federation's definitions added and orphan extensions accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    ExecutableDefinitionNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
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
    Undefined,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    ValueNode,
    Visitor,
    build_ast_schema,
    is_input_type,
    parse,
    print_ast,
    validate_schema,
    visit,
)
from graphql.utilities import value_from_ast
from graphql.validation.validate import validate_sdl

from hub.federation.compose.own_definitions import own_definitions
from hub.federation.compose.specification import LINK, SCALARS, DirectiveSpec
from hub.federation.compose.subgraph_model import Subgraph

_DEFINITION_OF_EXTENSION: dict[type[Node], type[TypeDefinitionNode]] = {
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
    UnionTypeExtensionNode: UnionTypeDefinitionNode,
    EnumTypeExtensionNode: EnumTypeDefinitionNode,
    InputObjectTypeExtensionNode: InputObjectTypeDefinitionNode,
    ScalarTypeExtensionNode: ScalarTypeDefinitionNode,
}
_LINK_DEFINITIONS = f"""
{LINK.definition}
scalar link__Import
enum link__Purpose {{ SECURITY EXECUTION }}
scalar _Any
type _Service {{ sdl: String }}
scalar _Entity
"""


def sdl_errors(subgraph: Subgraph) -> list[GraphQLError]:
    """Errors of the SDL's text, else of the schema that it makes, else of the literals in it."""
    executable = [node for node in subgraph.document.definitions if isinstance(node, ExecutableDefinitionNode)]
    if executable:
        return [GraphQLError("An operation is no part of a schema.", node) for node in executable]
    document = complete_document(subgraph)
    if errors := validate_sdl(document):
        return errors
    schema = build_ast_schema(document, assume_valid_sdl=True)
    if errors := _misplaced_defaults(schema):
        return errors
    query = schema.query_type.name if schema.query_type is not None else "Query"
    accepted = ("Query root type must be provided.", f"Type {query} must define one or more fields.")
    errors = [error for error in validate_schema(schema) if error.message not in accepted]
    return errors or _literal_errors(document, schema)


def complete_document(subgraph: Subgraph) -> DocumentNode:
    """The subgraph's document with every definition that it may leave out."""
    nodes: list[DefinitionNode] = []
    own = {node.name.value for node in own_definitions(subgraph)}
    specified = {*subgraph.federation_names, *_link_names(subgraph)} - own
    defined = {node.name.value for node in subgraph.document.definitions if isinstance(node, TypeDefinitionNode)}
    for node in subgraph.document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and node.name.value in specified:
            continue
        definition = _DEFINITION_OF_EXTENSION.get(type(node))
        name = getattr(getattr(node, "name", None), "value", "")
        nodes.append(_copy_as(definition, node) if definition is not None and name not in defined else node)
        defined.add(name)
    nodes.extend(node for node in _federation_definitions(subgraph) if node.name.value in specified)
    nodes.extend(
        node
        for node in _parsed(_LINK_DEFINITIONS)
        if (node.name.value not in defined if isinstance(node, TypeDefinitionNode) else LINK.name in specified)
    )
    scalars = {*(f"federation__{name}" for name in SCALARS), *subgraph.federation_scalars} - {"_FieldSet"}
    nodes.extend(node for name in scalars if name not in defined for node in _parsed(f"scalar {name}"))
    return DocumentNode(definitions=tuple(nodes))


def _link_names(subgraph: Subgraph) -> set[str]:
    """The name of `@link`, unless the subgraph links nothing and gives it another meaning."""
    nodes = subgraph.document.definitions
    defined = any(isinstance(node, DirectiveDefinitionNode) and node.name.value == LINK.name for node in nodes)
    return set() if defined and not subgraph.links else {LINK.name}


def _federation_definitions(subgraph: Subgraph) -> Iterator[DirectiveDefinitionNode]:
    for local_name, name in subgraph.federation_names.items():
        yield _directive_definition(subgraph.specification[name], local_name)


@lru_cache(maxsize=128)
def _directive_definition(directive: DirectiveSpec, local_name: str) -> DirectiveDefinitionNode:
    """The definition of a directive under the name that a subgraph gives to it, its scalars as they are linked."""
    text = directive.definition.replace(f"@{directive.name}", f"@{local_name}", 1)
    for scalar in SCALARS:
        text = re.sub(rf"\b{scalar}\b", f"federation__{scalar}", text)
    (node,) = _parsed(text)
    assert isinstance(node, DirectiveDefinitionNode)
    return node


@lru_cache(maxsize=128)
def _parsed(text: str) -> tuple[DefinitionNode, ...]:
    """The definitions of a text that is ours but for names; nothing changes their nodes."""
    return tuple(parse(text, no_location=True).definitions)


def _copy_as(node_type: type[Any], node: Any) -> Any:
    return node_type(**{key: getattr(node, key, None) for key in node_type.keys})


def _literal_errors(document: DocumentNode, schema: GraphQLSchema) -> list[GraphQLError]:
    """One error per directive argument or default value that its type refuses, which graphql-core doesn't check."""
    literals = [*_directive_arguments(document, schema), *_default_values(schema)]
    return [
        GraphQLError(f"Expected value of type '{type_}', found {print_ast(node)}.", node)
        for node, type_ in literals
        if value_from_ast(node, type_) is Undefined
    ]


def _misplaced_defaults(schema: GraphQLSchema) -> list[GraphQLError]:
    """Errors of default values of what has no input type, which graphql-core's validation can't coerce."""
    return [
        GraphQLError(f"The type of {print_ast(node)} must be Input Type but got {type_}.", node)
        for node, type_ in _default_values(schema)
        if not is_input_type(type_)
    ]


def _directive_arguments(document: DocumentNode, schema: GraphQLSchema) -> list[tuple[ValueNode, GraphQLInputType]]:
    literals: list[tuple[ValueNode, GraphQLInputType]] = []

    class Collector(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            definition = schema.get_directive(node.name.value)
            if definition is not None:
                types = definition.args
                literals.extend((entry.value, types[entry.name.value].type) for entry in node.arguments or ())

    visit(document, Collector())
    return literals


def _default_values(schema: GraphQLSchema) -> Iterator[tuple[ValueNode, GraphQLInputType]]:
    for type_ in schema.type_map.values():
        inputs = []
        if isinstance(type_, GraphQLInputObjectType):
            inputs = list(type_.fields.values())
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            inputs = [argument for field in type_.fields.values() for argument in field.args.values()]
        for value in inputs:
            if value.ast_node is not None and value.ast_node.default_value is not None:
                yield value.ast_node.default_value, value.type
