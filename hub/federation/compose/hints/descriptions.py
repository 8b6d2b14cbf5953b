"""INCONSISTENT_DESCRIPTION: of several descriptions of an element, the first is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.federation.compose.hints import together
from hub.federation.compose.hints.hint import Hint, hint
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """One hint per element."""
    for coordinate, sides in together.elements(subgraphs):
        described = {name: each.description for name, each in sides.items() if each.description}
        if len(set(described.values())) > 1:
            said = f"les descriptions diffèrent ; celle de {next(iter(described))} est retenue"
            yield hint("INCONSISTENT_DESCRIPTION", coordinate, described, said)
