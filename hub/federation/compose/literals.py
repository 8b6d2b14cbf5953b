"""Literals of an SDL against their types: directives' arguments, default values. graphql-core leaves them unchecked."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    ValueNode,
    Visitor,
    print_ast,
    visit,
)
from graphql.utilities import value_from_ast


def errors(document: DocumentNode, schema: GraphQLSchema) -> list[GraphQLError]:
    """One error per literal that its type refuses."""
    typed = [*_applied(document, schema), *_defaults(schema)]
    return [
        GraphQLError(f"Expected value of type '{type_}', found {print_ast(node)}.", node)
        for node, type_ in typed
        if value_from_ast(node, type_) is Undefined
    ]


def _applied(document: DocumentNode, schema: GraphQLSchema) -> list[tuple[ValueNode, GraphQLInputType]]:
    found: list[tuple[ValueNode, GraphQLInputType]] = []

    class Collector(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            definition = schema.get_directive(node.name.value)
            if definition is not None:
                arguments = definition.args
                found.extend((each.value, arguments[each.name.value].type) for each in node.arguments or ())

    visit(document, Collector())
    return found


def _defaults(schema: GraphQLSchema) -> Iterator[tuple[ValueNode, GraphQLInputType]]:
    for type_ in schema.type_map.values():
        given = []
        if isinstance(type_, GraphQLInputObjectType):
            given = list(type_.fields.values())
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            given = [each for field in type_.fields.values() for each in field.args.values()]
        for each in given:
            if each.ast_node is not None and each.ast_node.default_value is not None:
                yield each.ast_node.default_value, each.type
