"""ENUM_VALUE_MISMATCH: an enum that is both received and returned has the same values in every subgraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.merger import positions
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per value that some subgraph with the enum does not know."""
    received, returned = positions(subgraphs, Kind.ENUM)
    for name in sorted(received & returned):
        holders = {each.name: each.types[name].values for each in subgraphs if name in each.types}
        for value in dict.fromkeys(value for values in holders.values() for value in values):
            without = [subgraph for subgraph, values in holders.items() if value not in values]
            if without:
                yield failure(
                    "ENUM_VALUE_MISMATCH",
                    f"{name}.{value}",
                    without,
                    "cette valeur manque, alors que l'énumération sert en entrée et en sortie",
                    "Donnez les mêmes valeurs à l'énumération dans tous les sous-graphes",
                )
