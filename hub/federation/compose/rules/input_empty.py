"""EMPTY_MERGED_INPUT_TYPE: the subgraphs of an input type have at least one of its fields in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per input type."""
    for name in dict.fromkeys(name for subgraph in subgraphs for name in subgraph.types):
        types = {each.name: each.types[name] for each in subgraphs if name in each.types}
        inputs = [set(type_.inputs) for type_ in types.values() if type_.kind is Kind.INPUT]
        if inputs and not set.intersection(*inputs):
            yield failure(
                "EMPTY_MERGED_INPUT_TYPE",
                name,
                types,
                "aucun champ de ce type d'entrée n'est dans tous les sous-graphes",
                "Donnez-leur un champ commun",
            )
