"""TYPE_DEFINITION_INVALID: a subgraph that defines a type of GraphQL's or federation's own defines it with its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import (
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    specified_scalar_types,
)

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.specification import SCALARS
from hub.federation.compose.subgraph_model import Subgraph

_KINDS: dict[str, tuple[type[TypeDefinitionNode], str]] = {
    "_Any": (ScalarTypeDefinitionNode, "un scalaire"),
    "_FieldSet": (ScalarTypeDefinitionNode, "un scalaire"),
    "_Service": (ObjectTypeDefinitionNode, "un type objet"),
    "_Entity": (UnionTypeDefinitionNode, "une union"),
    **{f"federation__{name}": (ScalarTypeDefinitionNode, "un scalaire") for name in SCALARS},
    **dict.fromkeys(specified_scalar_types, (ScalarTypeDefinitionNode, "un scalaire")),
}


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per definition."""
    for subgraph in subgraphs:
        for node in subgraph.document.definitions:
            if isinstance(node, TypeDefinitionNode) and node.name.value in _KINDS:
                kind, said = _KINDS[node.name.value]
                if not isinstance(node, kind):
                    yield failure(
                        "TYPE_DEFINITION_INVALID",
                        node.name.value,
                        [subgraph.name],
                        f"ce type de GraphQL ou de la fédération est {said}",
                        "Retirez cette définition",
                    )
