"""KEY_FIELDS_HAS_ARGS and PROVIDES_FIELDS_HAS_ARGS: keys and provisions select fields without arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.field_selections import field_sets, follow
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field that a field set selects."""
    for subgraph in subgraphs:
        for each in field_sets(subgraph, "key", "provides"):
            for selected in follow(subgraph, each).selected:
                if selected.field.arguments:
                    yield failure(
                        f"{each.directive.upper()}_FIELDS_HAS_ARGS",
                        each.coordinate,
                        [subgraph.name],
                        f"@{each.directive} contient « {selected.coordinate} », qui a des arguments",
                        "Prenez un champ sans arguments",
                    )
