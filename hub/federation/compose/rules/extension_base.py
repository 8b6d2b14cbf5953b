"""EXTENSION_WITH_NO_BASE: a type that is extended is defined in some subgraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph, Type
from hub.federation.supergraph import ROOTS


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per type; root types need no definition."""
    found: dict[str, dict[str, Type]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            found.setdefault(type_.name, {})[subgraph.name] = type_
    for name, holders in found.items():
        if name not in ROOTS and all(type_.extension for type_ in holders.values()):
            yield failure(
                "EXTENSION_WITH_NO_BASE",
                name,
                holders,
                "le type n'est qu'étendu, aucun sous-graphe ne le définit",
                "Définissez-le dans le sous-graphe à qui il appartient",
            )
