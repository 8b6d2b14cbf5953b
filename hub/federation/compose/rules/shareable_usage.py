"""INVALID_SHAREABLE_USAGE: `@shareable` stands on fields of objects, and once on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import ConstDirectiveNode, ObjectTypeDefinitionNode, ObjectTypeExtensionNode

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field or declaration of a type."""
    for subgraph in subgraphs:
        for coordinate, directives in _declarations(subgraph):
            if sum(subgraph.local.get(each.name.value) == "shareable" for each in directives) > 1:
                yield failure(
                    "INVALID_SHAREABLE_USAGE",
                    coordinate,
                    [subgraph.name],
                    "@shareable y est plusieurs fois",
                    "Ne le mettez qu'une fois",
                )
        for type_, field, coordinate in subgraph.outputs():
            if type_.kind is Kind.INTERFACE and field.has("shareable"):
                yield failure(
                    "INVALID_SHAREABLE_USAGE",
                    coordinate,
                    [subgraph.name],
                    "@shareable n'a pas de sens sur le champ d'une interface, qui n'est pas fourni",
                    "Mettez-le sur les champs des types qui l'implémentent",
                )


def _declarations(subgraph: Subgraph) -> Iterator[tuple[str, Sequence[ConstDirectiveNode]]]:
    for node in subgraph.document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode):
            yield node.name.value, node.directives or ()
            for field in node.fields or ():
                yield f"{node.name.value}.{field.name.value}", field.directives or ()
