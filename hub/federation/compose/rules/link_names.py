"""LINK_IMPORT_NAME_MISMATCH: a directive of the supergraph has one name in every subgraph that applies it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.merger import CARRIED
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import FEDERATION, Subgraph
from hub.federation.link_specification import identity


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per directive. Only names that an import gives are compared: a prefix is no other name."""
    names: dict[tuple[str, str], dict[str, str]] = {}
    for subgraph in subgraphs:
        for local, (spec, name) in subgraph.linked.items():
            carried = (spec == FEDERATION and name in CARRIED) or (spec, name) in subgraph.composed
            if carried and "__" not in local:
                names.setdefault((identity(spec), name), {})[subgraph.name] = local
    for (_, name), found in names.items():
        if len(set(found.values())) > 1:
            said = ", ".join(f"@{local} dans {subgraph}" for subgraph, local in found.items())
            yield failure(
                "LINK_IMPORT_NAME_MISMATCH",
                f"@{name}",
                found,
                f"la directive s'appelle {said}",
                "Importez-la partout sous le même nom",
            )
