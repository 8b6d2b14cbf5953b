"""EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE: a field that another subgraph resolves provides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            if field.has("external") and field.has("provides"):
                yield failure(
                    "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
                    coordinate,
                    [subgraph.name],
                    "le champ est @external et porte @provides",
                    "Ne gardez que l'une des deux directives",
                )
