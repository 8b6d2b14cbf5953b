"""CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: an argument from a context is one wherever it is required.

Clients can't give it: a subgraph that requires it of them would never get it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.context_arguments import fed
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per argument and subgraph."""
    contextual = fed(subgraphs)
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            for argument in field.arguments.values():
                required = argument.type.endswith("!") and argument.default is None
                if required and not argument.has("fromContext") and f"{coordinate}({argument.name}:)" in contextual:
                    yield failure(
                        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
                        f"{coordinate}({argument.name}:)",
                        [subgraph.name],
                        "l'argument vient d'un contexte dans un autre sous-graphe, et est obligatoire dans celui-ci",
                        "Mettez-y @fromContext, ou rendez-le facultatif",
                    )
