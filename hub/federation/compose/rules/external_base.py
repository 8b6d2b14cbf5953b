"""EXTERNAL_MISSING_ON_BASE: a field that one subgraph declares `@external` is resolved by another one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.field_selections import mentioned
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field that is external wherever it is declared."""
    external: dict[str, list[str]] = {}
    resolved: set[str] = set()
    for subgraph in subgraphs:
        keyed = mentioned(subgraph, "key")
        for type_, field, coordinate in subgraph.outputs():
            if field.has("external") and type_.kind is Kind.OBJECT:
                external.setdefault(coordinate, []).append(subgraph.name)
            if not field.has("external") or coordinate in keyed:
                resolved.add(coordinate)
    for coordinate, names in external.items():
        if coordinate not in resolved:
            yield failure(
                "EXTERNAL_MISSING_ON_BASE",
                coordinate,
                names,
                "le champ est @external partout où il est déclaré",
                "Déclarez-le sans @external dans le sous-graphe qui le fournit",
            )
