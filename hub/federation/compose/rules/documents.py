"""Rules of each subgraph's document: its name, its GraphQL, its root types, its copies of federation definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from graphql import (
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    specified_scalar_types,
    validate_schema,
)

from hub.federation.compose.merger import graph_name
from hub.federation.compose.sdl_validation import sdl_errors
from hub.federation.compose.specification import SCALARS
from hub.federation.compose.subgraph_model import Subgraph, named_type
from hub.federation.compose.subgraph_reader import invalid_graphql as graphql_violation
from hub.federation.compose.subgraph_reader import is_protocol_type
from hub.federation.errors import RuleViolation
from hub.federation.supergraph import Supergraph

RESERVED_NAMES = ("", "_")
_SPECIFIED_TYPES: dict[str, tuple[type[TypeDefinitionNode], str]] = {
    "_Any": (ScalarTypeDefinitionNode, "a scalar"),
    "_FieldSet": (ScalarTypeDefinitionNode, "a scalar"),
    "_Service": (ObjectTypeDefinitionNode, "an object type"),
    "_Entity": (UnionTypeDefinitionNode, "a union"),
    **{f"federation__{name}": (ScalarTypeDefinitionNode, "a scalar") for name in SCALARS},
    **dict.fromkeys(specified_scalar_types, (ScalarTypeDefinitionNode, "a scalar")),
}


def invalid_subgraph_name(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INVALID_SUBGRAPH_NAME: two subgraphs have the same name, or the same value of `join__Graph`."""
    names: set[str] = set()
    for subgraph in subgraphs:
        name = graph_name(subgraph.name)
        if name in names:
            yield RuleViolation(
                "INVALID_SUBGRAPH_NAME",
                subgraph.name,
                [subgraph.name],
                "another subgraph has this name, or one that only differs in case or punctuation",
                "Rename one of the two",
            )
        names.add(name)


def reserved_subgraph_name(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INVALID_SUBGRAPH_NAME: a subgraph has no name, or the one that routers keep for themselves."""
    for subgraph in subgraphs:
        if subgraph.name in RESERVED_NAMES or subgraph.name.startswith("__"):
            yield RuleViolation(
                "INVALID_SUBGRAPH_NAME",
                f'"{subgraph.name}"',
                [subgraph.name],
                "this name is reserved",
                "Rename the subgraph",
            )


def type_definition_invalid(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """TYPE_DEFINITION_INVALID: a subgraph defines a type of GraphQL's or federation's own with another kind."""
    for subgraph in subgraphs:
        for node in subgraph.document.definitions:
            if isinstance(node, TypeDefinitionNode) and node.name.value in _SPECIFIED_TYPES:
                node_type, kind = _SPECIFIED_TYPES[node.name.value]
                if not isinstance(node, node_type):
                    yield RuleViolation(
                        "TYPE_DEFINITION_INVALID",
                        node.name.value,
                        [subgraph.name],
                        f"this type of GraphQL or federation is {kind}",
                        "Remove this definition",
                    )


def specification_type_used(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """TYPE_DEFINITION_INVALID: clients would see a type whose name belongs to federation or to a specification."""
    for subgraph in subgraphs:
        for coordinate, printed in _typed_elements(subgraph):
            if is_protocol_type(named_type(printed)):
                yield RuleViolation(
                    "TYPE_DEFINITION_INVALID",
                    coordinate,
                    [subgraph.name],
                    f'its type is "{printed}", a name of federation or of a specification, which clients do not see',
                    "Give the type another name",
                )


def _typed_elements(subgraph: Subgraph) -> Iterator[tuple[str, str]]:
    """Coordinates of what has a type, and the types as they are printed."""
    for _, field, coordinate in subgraph.output_fields():
        yield coordinate, field.type
        yield from ((f"{coordinate}({name}:)", argument.type) for name, argument in field.arguments.items())
    for type_ in subgraph.types.values():
        yield from ((f"{type_.name}.{name}", value.type) for name, value in type_.input_fields.items())
        yield from ((type_.name, name) for name in (*type_.members, *type_.interfaces))


def root_type_name_used(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """ROOT_QUERY_USED, ROOT_MUTATION_USED, ROOT_SUBSCRIPTION_USED: another type has the usual name of a root type.

    A subgraph may name its root types otherwise: the supergraph has the usual names, which must then be free."""
    for subgraph in subgraphs:
        nodes = subgraph.document.definitions
        names = {node.name.value for node in nodes if isinstance(node, TypeDefinitionNode | TypeExtensionNode)}
        for node in nodes:
            if not isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
                continue
            for entry in node.operation_types or ():
                usual = entry.operation.value.capitalize()
                if entry.type.name.value != usual and {usual, entry.type.name.value} <= names:
                    yield RuleViolation(
                        f"ROOT_{usual.upper()}_USED",
                        usual,
                        [subgraph.name],
                        f'the root type is "{entry.type.name.value}", and another type is named "{usual}"',
                        "Rename that type, or make it the root type",
                    )


def invalid_graphql(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INVALID_GRAPHQL: the SDL is not valid GraphQL, or applies an unknown directive.

    An unknown directive is refused rather than dropped: it may be a misspelt protection."""
    for subgraph in subgraphs:
        yield from (graphql_violation(subgraph.name, error) for error in sdl_errors(subgraph))


def invalid_merged_graphql(supergraph: Supergraph) -> Iterator[RuleViolation]:
    """INVALID_GRAPHQL: valid subgraphs make a schema that is not valid, for types become weaker where they differ."""
    arguments: dict[str, Any] = {**supergraph.schema.to_kwargs(), "assume_valid": False}
    for error in validate_schema(GraphQLSchema(**arguments)):
        coordinate = re.search(r"\w+\.\w+(\(\w+:\))?", error.message)
        yield RuleViolation(
            "INVALID_GRAPHQL",
            coordinate[0] if coordinate else "schema",
            supergraph.endpoints,
            f"the merged schema is not valid GraphQL: {error.message.removesuffix('.')}",
            "Give the element the same type in every subgraph",
        )


RULES = (reserved_subgraph_name, type_definition_invalid, specification_type_used, root_type_name_used)
GRAPHQL_RULES = (invalid_graphql,)
MERGED_RULES = (invalid_merged_graphql,)
NAME_RULES = (invalid_subgraph_name,)
