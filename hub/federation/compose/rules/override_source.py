"""OVERRIDE_FROM_SELF_ERROR and OVERRIDE_SOURCE_HAS_OVERRIDE: a field is taken from a subgraph that resolves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per override. An override from a subgraph that does not exist has no effect and is no error."""
    takers: dict[str, dict[str, str]] = {}
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            for values in field.applied("override"):
                takers.setdefault(coordinate, {})[subgraph.name] = str(values.get("from"))
    for coordinate, taken in takers.items():
        for name, source in taken.items():
            if source == name:
                yield failure(
                    "OVERRIDE_FROM_SELF_ERROR",
                    coordinate,
                    [name],
                    "@override désigne son propre sous-graphe",
                    "Donnez dans « from » le nom du sous-graphe qui fournissait le champ",
                )
            elif source in taken:
                yield failure(
                    "OVERRIDE_SOURCE_HAS_OVERRIDE",
                    coordinate,
                    [name, source],
                    f"{name} reprend ce champ à {source}, qui le reprend lui aussi par @override",
                    "Ne gardez qu'un seul @override",
                )
