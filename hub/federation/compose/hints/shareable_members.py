"""INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN: a shared field that returns other types by subgraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.federation.compose.hints.hint import Hint, hint
from hub.federation.compose.rules.shareable_members import returned
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """One hint per field."""
    for coordinate, found in returned(subgraphs).items():
        if len(set(found.values())) > 1:
            said = " ; ".join(f"{', '.join(sorted(types))} dans {name}" for name, types in found.items())
            yield hint(
                "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
                coordinate,
                found,
                f"ce que rend le champ dépend du sous-graphe qui répond ({said})",
            )
