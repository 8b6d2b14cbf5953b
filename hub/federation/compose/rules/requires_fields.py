"""REQUIRES_INVALID_FIELDS: the field set of `@requires` selects fields that exist in the subgraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.field_selections import field_sets, follow
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field set."""
    for subgraph in subgraphs:
        for each in field_sets(subgraph, "requires"):
            problem = follow(subgraph, each).problem
            if problem is not None:
                yield failure(
                    "REQUIRES_INVALID_FIELDS",
                    each.coordinate,
                    [subgraph.name],
                    f"dans @requires(fields: « {each.text} »), {problem}",
                    "Corrigez l'ensemble de champs ou déclarez le champ dans ce sous-graphe",
                )
