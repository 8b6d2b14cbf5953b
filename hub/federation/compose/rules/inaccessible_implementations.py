"""IMPLEMENTED_BY_INACCESSIBLE: what implements a field or argument that clients see is seen by them."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLInterfaceType, GraphQLObjectType

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.visibility import holders, visible
from hub.federation.supergraph import Supergraph


def check(supergraph: Supergraph) -> Iterator[StartRefused]:
    """One failure per field or argument."""
    hidden = supergraph.inaccessible
    for type_ in supergraph.schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) or type_.name in hidden:
            continue
        for interface in type_.interfaces:
            for name, field in interface.fields.items():
                pairs = [(f"{type_.name}.{name}", f"{interface.name}.{name}")]
                pairs.extend((f"{pairs[0][0]}({each}:)", f"{pairs[0][1]}({each}:)") for each in field.args)
                for own, implemented in pairs:
                    if own in hidden and visible(supergraph, implemented):
                        yield failure(
                            "IMPLEMENTED_BY_INACCESSIBLE",
                            own,
                            holders(supergraph, own),
                            f"il est @inaccessible et implémente « {implemented} », qui est visible",
                            "Cachez ou montrez les deux",
                        )
