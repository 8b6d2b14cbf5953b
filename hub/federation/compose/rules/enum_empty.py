"""EMPTY_MERGED_ENUM_TYPE: the subgraphs of an enum that is only received have at least one value in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.merger import positions
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per enum."""
    received, returned = positions(subgraphs, Kind.ENUM)
    for name in sorted(received - returned):
        values = {each.name: set(each.types[name].values) for each in subgraphs if name in each.types}
        if not set.intersection(*values.values()):
            yield failure(
                "EMPTY_MERGED_ENUM_TYPE",
                name,
                values,
                "aucune valeur de cette énumération n'est dans tous les sous-graphes",
                "Donnez-leur une valeur commune",
            )
