"""NO_CONTEXT_IN_SELECTION: `@fromContext` names a context, and selects something of what sets it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.context_arguments import contextual
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per argument."""
    for subgraph in subgraphs:
        for each in contextual(subgraph):
            if each.context is None or not each.written:
                yield failure(
                    "NO_CONTEXT_IN_SELECTION",
                    each.coordinate,
                    [subgraph.name],
                    "@fromContext ne dit pas de quel contexte il prend quoi",
                    "Écrivez « $contexte { champ } »",
                )
