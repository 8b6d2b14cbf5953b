"""INCONSISTENT_ENTITY: a type that is an entity in only some of its subgraphs can't be entered in the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.federation.compose.hints import together
from hub.federation.compose.hints.hint import Hint, hint
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """One hint per type."""
    for name, sides in together.types(subgraphs, Kind.OBJECT):
        without = [key for key, type_ in sides.items() if not type_.has("key")]
        if without and len(without) < len(sides):
            said = f"le type n'a pas de clé dans {', '.join(without)} : ses objets ne s'y complètent pas"
            yield hint("INCONSISTENT_ENTITY", name, sides, said)
