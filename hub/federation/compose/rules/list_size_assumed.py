"""LIST_SIZE_INVALID_ASSUMED_SIZE: no list has fewer than no items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            for values in field.applied("listSize"):
                if (values.get("assumedSize") or 0) < 0:
                    yield failure(
                        "LIST_SIZE_INVALID_ASSUMED_SIZE",
                        coordinate,
                        [subgraph.name],
                        "assumedSize est négatif",
                        "Donnez le nombre d'éléments attendus",
                    )
