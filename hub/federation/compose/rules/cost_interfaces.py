"""COST_APPLIED_TO_INTERFACE_FIELD: what a field costs is said of the types that have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs(Kind.INTERFACE):
            if field.has("cost"):
                yield failure(
                    "COST_APPLIED_TO_INTERFACE_FIELD",
                    coordinate,
                    [subgraph.name],
                    "@cost n'a pas d'effet sur le champ d'une interface",
                    "Mettez-le sur les champs des types qui l'implémentent",
                )
