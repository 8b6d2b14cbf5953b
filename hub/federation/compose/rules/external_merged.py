"""MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: a directive of the supergraph stands where the field is resolved.

On an external field it would say nothing, and a protection that says nothing is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.merger import CARRIED
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import FEDERATION, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per directive."""
    for subgraph in subgraphs:
        for type_, field, coordinate in subgraph.outputs():
            if not field.has("external") or (type_.extension and not subgraph.federated2):
                continue
            for each in field.directives:
                if (each.spec == FEDERATION and each.name in CARRIED) or (each.spec, each.name) in subgraph.composed:
                    yield failure(
                        "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
                        coordinate,
                        [subgraph.name],
                        f"le champ est @external et porte @{each.name}, qui n'aurait pas d'effet",
                        f"Mettez @{each.name} dans le sous-graphe qui fournit le champ",
                    )
