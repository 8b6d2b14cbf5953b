"""UNKNOWN_FEDERATION_LINK_VERSION and UNKNOWN_LINK_VERSION: linked versions of Apollo's specifications are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.specification import APOLLO, LATEST
from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.link_specification import identity, version


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per link."""
    for subgraph in subgraphs:
        for link in subgraph.links:
            url = str(link.get("url"))
            found = version(url)
            if identity(url) == f"{APOLLO}federation" and (found is None or not (2, 0) <= found <= LATEST):
                yield failure(
                    "UNKNOWN_FEDERATION_LINK_VERSION",
                    "schema",
                    [subgraph.name],
                    f"@link(url: « {url} ») désigne une version inconnue de la fédération",
                    f"Prenez une version de v2.0 à v{LATEST[0]}.{LATEST[1]}",
                )
            elif identity(url) == f"{APOLLO}link" and found != (1, 0):
                yield failure(
                    "UNKNOWN_LINK_VERSION",
                    "schema",
                    [subgraph.name],
                    f"@link(url: « {url} ») désigne une version inconnue de @link",
                    "Prenez la version v1.0",
                )
