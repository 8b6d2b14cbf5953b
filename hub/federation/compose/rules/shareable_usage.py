"""INVALID_SHAREABLE_USAGE: `@shareable` stands on fields of objects, and once on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.model import Kind, Subgraph
from hub.federation.compose.rules.failure import failure


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field."""
    for subgraph in subgraphs:
        for type_, field, coordinate in subgraph.outputs():
            if type_.kind is Kind.INTERFACE and field.has("shareable"):
                yield failure(
                    "INVALID_SHAREABLE_USAGE",
                    coordinate,
                    [subgraph.name],
                    "@shareable n'a pas de sens sur le champ d'une interface, qui n'est pas fourni",
                    "Mettez-le sur les champs des types qui l'implémentent",
                )
