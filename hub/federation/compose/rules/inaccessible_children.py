"""ONLY_INACCESSIBLE_CHILDREN: a type that clients see has a field, a value or a member that they see."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.visibility import holders
from hub.federation.supergraph import Supergraph


def check(supergraph: Supergraph) -> Iterator[StartRefused]:
    """One failure per type."""
    for type_ in supergraph.schema.type_map.values():
        children: list[str] = []
        match type_:
            case GraphQLObjectType() | GraphQLInterfaceType() | GraphQLInputObjectType():
                children = [f"{type_.name}.{name}" for name in type_.fields]
            case GraphQLEnumType():
                children = [f"{type_.name}.{name}" for name in type_.values]
            case GraphQLUnionType():
                children = [each.name for each in type_.types]
        if children and type_.name not in supergraph.inaccessible and supergraph.inaccessible.issuperset(children):
            yield failure(
                "ONLY_INACCESSIBLE_CHILDREN",
                type_.name,
                holders(supergraph, type_.name),
                "le type est visible et tout ce qu'il contient est @inaccessible",
                "Marquez le type @inaccessible, ou montrez l'un de ses éléments",
            )
