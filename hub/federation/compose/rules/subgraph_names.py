"""INVALID_SUBGRAPH_NAME: every subgraph has a name of its own, also as a value of `join__Graph`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.merger import graph_name
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per name that an earlier subgraph bears."""
    seen: set[str] = set()
    for subgraph in subgraphs:
        name = graph_name(subgraph.name)
        if name in seen:
            yield failure(
                "INVALID_SUBGRAPH_NAME",
                subgraph.name,
                [subgraph.name],
                "deux sous-graphes portent ce nom, ou des noms qui ne diffèrent que par leurs signes",
                "Renommez-en un",
            )
        seen.add(name)
