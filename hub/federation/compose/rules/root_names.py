"""ROOT_QUERY_USED, ROOT_MUTATION_USED and ROOT_SUBSCRIPTION_USED: the name of a root type means the root type.

A subgraph may give its root types other names: the supergraph has the usual ones, which must then be free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import SchemaDefinitionNode, SchemaExtensionNode, TypeDefinitionNode

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per root type."""
    for subgraph in subgraphs:
        nodes = subgraph.document.definitions
        names = {node.name.value for node in nodes if isinstance(node, TypeDefinitionNode)}
        for node in nodes:
            if not isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
                continue
            for entry in node.operation_types or ():
                usual = entry.operation.value.capitalize()
                if entry.type.name.value != usual and usual in names:
                    yield failure(
                        f"ROOT_{usual.upper()}_USED",
                        usual,
                        [subgraph.name],
                        f"la racine est « {entry.type.name.value} », et un autre type porte le nom « {usual} »",
                        "Renommez ce type, ou faites-en la racine",
                    )
