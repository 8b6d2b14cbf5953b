"""NO_QUERIES: some subgraph has a root query field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure if there is none at all."""
    if not any(subgraph.types["Query"].fields for subgraph in subgraphs if "Query" in subgraph.types):
        yield failure(
            "NO_QUERIES",
            "Query",
            [subgraph.name for subgraph in subgraphs],
            "aucun sous-graphe n'a de champ de requête à la racine",
            "Ajoutez un champ au type Query d'un sous-graphe",
        )
