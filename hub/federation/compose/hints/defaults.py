"""INCONSISTENT_DEFAULT_VALUE_PRESENCE: a default value that only some subgraphs give is not in the supergraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.federation.compose.hints import together
from hub.federation.compose.hints.hint import Hint, hint
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """One hint per argument or input field."""
    for coordinate, having, without in (*together.arguments(subgraphs), *together.inputs(subgraphs)):
        giving = [name for name, each in having.items() if each.default is not None]
        if giving and len(giving) < len(having) and not without:
            said = f"la valeur par défaut n'est que dans {', '.join(giving)}, le supergraphe n'en a donc pas"
            yield hint("INCONSISTENT_DEFAULT_VALUE_PRESENCE", coordinate, having, said)
