"""CONTEXT_NO_RESOLVABLE_KEY: an object with an argument from a context can be entered by a key.

The context is known after the object was found: its field is asked in a request of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.context_arguments import contextual
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per type."""
    for subgraph in subgraphs:
        for type_ in {each.type.name: each.type for each in contextual(subgraph)}.values():
            keys = [key for key in type_.applied("key") if key.get("resolvable") is not False]
            if type_.kind is Kind.OBJECT and not keys:
                yield failure(
                    "CONTEXT_NO_RESOLVABLE_KEY",
                    type_.name,
                    [subgraph.name],
                    "un champ y prend un argument d'un contexte, mais le type n'a pas de clé résoluble",
                    "Donnez-lui une clé que ce sous-graphe sait résoudre",
                )
