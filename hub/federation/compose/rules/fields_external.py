"""REQUIRES_ and PROVIDES_FIELDS_MISSING_EXTERNAL: what is required or provided belongs to another subgraph.

A leaf of the field set is `@external`, or stands below a field that is. Key fields of a type extension never are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.field_selections import field_sets, follow, is_external
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field that a field set selects; Federation 1 did not ask for it."""
    for subgraph in subgraphs:
        for each in field_sets(subgraph, "requires", "provides") if subgraph.federated2 else ():
            for selected in follow(subgraph, each).selected:
                if selected.leaf and not selected.covered and not is_external(subgraph, selected.type, selected.field):
                    yield failure(
                        f"{each.directive.upper()}_FIELDS_MISSING_EXTERNAL",
                        each.coordinate,
                        [subgraph.name],
                        f"@{each.directive} contient « {selected.coordinate} », que ce sous-graphe fournit déjà",
                        "Marquez ce champ @external, ou retirez-le de l'ensemble",
                    )
