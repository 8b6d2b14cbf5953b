"""INVALID_LINK_DIRECTIVE_USAGE: what a `@link` to federation imports is in that version of federation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.specification import APOLLO, SCALARS, specified
from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.link_specification import identity


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per import."""
    for subgraph in subgraphs:
        offered = {*SCALARS, *(f"@{name}" for name in specified(subgraph.version))}
        for link in subgraph.links:
            if identity(str(link.get("url"))) != f"{APOLLO}federation":
                continue
            for entry in link.get("import") or ():
                name = str(entry.get("name") if isinstance(entry, Mapping) else entry)
                if name not in offered:
                    yield failure(
                        "INVALID_LINK_DIRECTIVE_USAGE",
                        "schema",
                        [subgraph.name],
                        f"@link(url: « {link['url']} ») importe « {name} », que cette version n'a pas",
                        "Corrigez le nom ou la version",
                    )
