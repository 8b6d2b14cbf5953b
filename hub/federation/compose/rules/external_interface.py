"""EXTERNAL_ON_INTERFACE: no field of an interface is `@external`, since none is resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs(Kind.INTERFACE):
            if field.has("external"):
                yield failure(
                    "EXTERNAL_ON_INTERFACE",
                    coordinate,
                    [subgraph.name],
                    "@external n'a pas de sens sur le champ d'une interface",
                    "Mettez-le sur les champs des types qui l'implémentent",
                )
