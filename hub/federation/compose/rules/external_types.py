"""EXTERNAL_TYPE_MISMATCH: an `@external` field has the type that it has where it is resolved, or a narrower one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose import type_merging as agree
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Output, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field."""
    members = agree.possible(subgraphs)
    for coordinate, (external, resolved) in sides(subgraphs).items():
        one = agree.output([each.type for each in resolved.values()], members)
        wrong = [name for name, each in external.items() if one and agree.output([each.type, one], members) != one]
        if wrong:
            yield failure(
                "EXTERNAL_TYPE_MISMATCH",
                coordinate,
                wrong,
                f"le champ @external n'a pas le type « {one} » qu'il a dans {', '.join(resolved)}",
                "Donnez-lui ce type",
            )


def sides(subgraphs: Sequence[Subgraph]) -> dict[str, tuple[dict[str, Output], dict[str, Output]]]:
    """By coordinate: the field where it is external, and where it is resolved; only fields that have both."""
    found: dict[str, tuple[dict[str, Output], dict[str, Output]]] = {}
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            external, resolved = found.setdefault(coordinate, ({}, {}))
            (external if field.has("external") else resolved)[subgraph.name] = field
    return {coordinate: both for coordinate, both in found.items() if all(both)}
