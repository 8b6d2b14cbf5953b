"""KEY_, REQUIRES_ and PROVIDES_DIRECTIVE_IN_FIELDS_ARG: a field set applies no directive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.field_selections import field_sets, follow
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field set."""
    for subgraph in subgraphs:
        for each in field_sets(subgraph, "key", "requires", "provides"):
            directives = follow(subgraph, each).directives
            if directives:
                yield failure(
                    f"{each.directive.upper()}_DIRECTIVE_IN_FIELDS_ARG",
                    each.coordinate,
                    [subgraph.name],
                    f"l'ensemble de champs de @{each.directive} contient @{', @'.join(directives)}",
                    "Retirez cette directive",
                )
