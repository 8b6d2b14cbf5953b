"""What clients see of a supergraph, by coordinate: for the rules of `@inaccessible`."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    ValueNode,
    get_named_type,
)

from hub.federation.supergraph import Supergraph


def visible(supergraph: Supergraph, coordinate: str) -> bool:
    """Whether neither the element nor what holds it is inaccessible."""
    field = coordinate.partition("(")[0]
    return supergraph.inaccessible.isdisjoint((coordinate, field, field.partition(".")[0]))


def holders(supergraph: Supergraph, coordinate: str) -> tuple[str, ...]:
    """Subgraphs that have the element; all for one that the supergraph does not say it of."""
    name, _, field = coordinate.partition("(")[0].partition(".")
    type_ = supergraph.types.get(name)
    if type_ is None:
        return tuple(supergraph.endpoints)
    return tuple(type_.fields[field].joins if field in type_.fields else type_.joins)


def references(supergraph: Supergraph) -> Iterator[tuple[str, str]]:
    """Each field, argument and input field, with its named type."""
    for type_ in supergraph.schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            for name, each in type_.fields.items():
                yield f"{type_.name}.{name}", get_named_type(each.type).name
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not type_.name.startswith("__"):
            for name, output in type_.fields.items():
                yield f"{type_.name}.{name}", get_named_type(output.type).name
                for argument, given in output.args.items():
                    yield f"{type_.name}.{name}({argument}:)", get_named_type(given.type).name


def defaults(supergraph: Supergraph) -> Iterator[tuple[str, GraphQLInputType, ValueNode]]:
    """Each argument and input field that has a default value, with its type and that value."""
    for type_ in supergraph.schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            for name, each in type_.fields.items():
                if each.ast_node is not None and each.ast_node.default_value is not None:
                    yield f"{type_.name}.{name}", each.type, each.ast_node.default_value
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not type_.name.startswith("__"):
            for name, output in type_.fields.items():
                for argument, given in output.args.items():
                    if given.ast_node is not None and given.ast_node.default_value is not None:
                        yield f"{type_.name}.{name}({argument}:)", given.type, given.ast_node.default_value
