"""INVALID_GRAPHQL: each subgraph's SDL is valid GraphQL, each directive in it is known.

A directive that nobody knows is refused rather than dropped: it may be a misspelt protection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.sdl_validation import errors
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per error of the SDL."""
    for subgraph in subgraphs:
        for error in errors(subgraph):
            place = error.locations[0] if error.locations else None
            where = f"ligne {place.line}, colonne {place.column}" if place else "schéma"
            yield StartRefused(
                "INVALID_GRAPHQL",
                f"Le schéma du sous-graphe « {subgraph.name} » n'est pas du GraphQL valide ({where}) : "
                f"{error.message} Corrigez-le.",
                f"subgraph {subgraph.name}: {error.message}",
                extensions={"coordinate": where, "subgraphs": [subgraph.name]},
            )
