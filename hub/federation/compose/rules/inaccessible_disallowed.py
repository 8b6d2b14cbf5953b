"""DISALLOWED_INACCESSIBLE: GraphQL's own types, federation's, and arguments of directives are not hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    specified_scalar_types,
)

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.compose.subgraph_reader import is_machinery


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per element."""
    for subgraph in subgraphs:
        for coordinate, directives in _protected(subgraph):
            if any(subgraph.local.get(each.name.value) == "inaccessible" for each in directives):
                yield failure(
                    "DISALLOWED_INACCESSIBLE",
                    coordinate,
                    [subgraph.name],
                    "cet élément de GraphQL ou d'une spécification porte @inaccessible",
                    "Retirez la directive",
                )


def _protected(subgraph: Subgraph) -> Iterator[tuple[str, Sequence[ConstDirectiveNode]]]:
    for node in subgraph.document.definitions:
        if isinstance(node, DirectiveDefinitionNode):
            for argument in node.arguments or ():
                yield f"@{node.name.value}({argument.name.value}:)", argument.directives or ()
        elif isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            name = node.name.value
            if is_machinery(name) or name in specified_scalar_types:
                yield name, node.directives or ()
