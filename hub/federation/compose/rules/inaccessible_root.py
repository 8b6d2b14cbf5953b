"""QUERY_ROOT_TYPE_INACCESSIBLE: clients see the root of queries."""

from __future__ import annotations

from collections.abc import Iterator

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.visibility import holders
from hub.federation.supergraph import Supergraph


def check(supergraph: Supergraph) -> Iterator[StartRefused]:
    """One failure at most."""
    if "Query" in supergraph.inaccessible:
        yield failure(
            "QUERY_ROOT_TYPE_INACCESSIBLE",
            "Query",
            holders(supergraph, "Query"),
            "la racine des requêtes est @inaccessible",
            "Retirez la directive, ou cachez les champs un à un",
        )
