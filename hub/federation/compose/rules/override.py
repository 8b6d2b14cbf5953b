"""OVERRIDE_FROM_SELF_ERROR and OVERRIDE_COLLISION: an override takes a field from another subgraph, and only once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.model import Subgraph
from hub.federation.compose.rules.failure import failure


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per override. An override from a subgraph that does not exist has no effect and is no error."""
    takers: dict[str, list[str]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for field in type_.fields.values():
                coordinate = f"{type_.name}.{field.name}"
                for values in field.applied("override"):
                    takers.setdefault(coordinate, []).append(subgraph.name)
                    if values.get("from") == subgraph.name:
                        yield failure(
                            "OVERRIDE_FROM_SELF_ERROR",
                            coordinate,
                            [subgraph.name],
                            "@override désigne son propre sous-graphe",
                            "Donnez dans « from » le nom du sous-graphe qui fournissait le champ",
                        )
    for coordinate, names in takers.items():
        if len(names) > 1:
            yield failure(
                "OVERRIDE_COLLISION",
                coordinate,
                names,
                "plusieurs sous-graphes reprennent ce champ par @override",
                "Ne gardez qu'un seul @override",
            )
