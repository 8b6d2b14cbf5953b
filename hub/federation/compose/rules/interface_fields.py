"""INTERFACE_FIELD_NO_IMPLEM: a type of the supergraph has every field of the interfaces that it implements anywhere.

Valid subgraphs may break this together: one adds a field to the interface, another has a type without it.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLInterfaceType, GraphQLObjectType

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.supergraph import Supergraph


def check(supergraph: Supergraph) -> Iterator[StartRefused]:
    """One failure per missing field."""
    for type_ in supergraph.schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) or type_.name.startswith("__"):
            continue
        for interface in type_.interfaces:
            for name in interface.fields:
                if name not in type_.fields:
                    holders = supergraph.types[interface.name].fields[name].joins
                    yield failure(
                        "INTERFACE_FIELD_NO_IMPLEM",
                        f"{type_.name}.{name}",
                        [*holders, *supergraph.types[type_.name].joins],
                        f"« {interface.name} » a ce champ dans {', '.join(holders)}, qui manque au type partout",
                        "Ajoutez le champ au type, ou retirez-le de l'interface",
                    )
