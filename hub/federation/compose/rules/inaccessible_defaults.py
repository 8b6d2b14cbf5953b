"""DEFAULT_VALUE_USES_INACCESSIBLE: no default value that clients see holds what is hidden from them."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import EnumValueNode, ObjectFieldNode, ValueNode, get_named_type
from graphql.type import GraphQLEnumType, GraphQLInputObjectType, GraphQLType

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.visibility import defaults, holders, visible
from hub.federation.supergraph import Supergraph


def check(supergraph: Supergraph) -> Iterator[StartRefused]:
    """One failure per argument or input field."""
    for coordinate, type_, value in defaults(supergraph):
        used = sorted(_used(type_, value) & supergraph.inaccessible)
        if used and visible(supergraph, coordinate):
            yield failure(
                "DEFAULT_VALUE_USES_INACCESSIBLE",
                coordinate,
                holders(supergraph, coordinate),
                f"sa valeur par défaut emploie {', '.join(used)}, qui est @inaccessible",
                "Changez la valeur par défaut, ou cachez aussi cet élément",
            )


def _used(type_: GraphQLType, value: ValueNode) -> set[str]:
    """Coordinates of the enum values and input fields in a literal."""
    found: set[str] = set()
    stack: list[tuple[GraphQLType, object]] = [(type_, value)]
    while stack:
        expected, node = stack.pop()
        named = get_named_type(expected)
        if isinstance(node, EnumValueNode) and isinstance(named, GraphQLEnumType):
            found.add(f"{named.name}.{node.value}")
        elif isinstance(named, GraphQLInputObjectType):
            for entry in getattr(node, "fields", ()):
                assert isinstance(entry, ObjectFieldNode)
                found.add(f"{named.name}.{entry.name.value}")
                if entry.name.value in named.fields:
                    stack.append((named.fields[entry.name.value].type, entry.value))
        stack.extend((expected, each) for each in getattr(node, "values", ()))
    return found
