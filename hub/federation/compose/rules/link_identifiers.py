"""INVALID_LINK_IDENTIFIER: every `@link` names a specification by its URL and version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per link. A version may be missing from the URL of a specification that is not Apollo's."""
    for subgraph in subgraphs:
        for link in subgraph.links:
            url = urlsplit(str(link.get("url")))
            if not (url.scheme and url.netloc and url.path.strip("/")):
                yield failure(
                    "INVALID_LINK_IDENTIFIER",
                    "schema",
                    [subgraph.name],
                    f"@link(url: « {link.get('url')} ») ne désigne pas une spécification",
                    "Donnez son adresse et sa version, comme « https://specs.apollo.dev/federation/v2.3 »",
                )
