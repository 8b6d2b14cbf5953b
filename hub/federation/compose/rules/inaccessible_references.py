"""REFERENCED_INACCESSIBLE: what clients see refers to no type that is hidden from them."""

from __future__ import annotations

from collections.abc import Iterator

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.visibility import holders, references, visible
from hub.federation.supergraph import Supergraph


def check(supergraph: Supergraph) -> Iterator[StartRefused]:
    """One failure per field, argument or input field."""
    for coordinate, type_name in references(supergraph):
        if type_name in supergraph.inaccessible and visible(supergraph, coordinate):
            yield failure(
                "REFERENCED_INACCESSIBLE",
                coordinate,
                holders(supergraph, coordinate),
                f"cet élément visible est du type « {type_name} », qui est @inaccessible",
                "Marquez-le @inaccessible lui aussi, ou rendez le type visible",
            )
