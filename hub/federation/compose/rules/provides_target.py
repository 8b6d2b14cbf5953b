"""PROVIDES_ON_NON_OBJECT_FIELD: `@provides` stands on a field that returns objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.field_selections import has_fields
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph, named


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            if field.has("provides") and not has_fields(subgraph, named(field.type)):
                yield failure(
                    "PROVIDES_ON_NON_OBJECT_FIELD",
                    coordinate,
                    [subgraph.name],
                    f"@provides est sur un champ de type « {field.type} », qui n'a pas de champs",
                    "Retirez @provides",
                )
