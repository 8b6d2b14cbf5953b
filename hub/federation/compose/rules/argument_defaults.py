"""FIELD_ARGUMENT_DEFAULT_MISMATCH: an argument has one default value, wherever it has one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Input, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per argument."""
    found: dict[str, dict[str, Input]] = {}
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            for name, argument in field.arguments.items() if not field.has("external") else ():
                found.setdefault(f"{coordinate}({name}:)", {})[subgraph.name] = argument
    for coordinate, holders in found.items():
        said = differing(holders)
        if said:
            yield failure(
                "FIELD_ARGUMENT_DEFAULT_MISMATCH",
                coordinate,
                holders,
                f"l'argument a la valeur par défaut {said}",
                "Donnez-lui la même partout",
            )


def differing(holders: dict[str, Input]) -> str | None:
    """The default values by subgraph, None if they don't contradict each other."""
    defaults = {name: each.default for name, each in holders.items() if each.default is not None}
    if len(set(defaults.values())) < 2:
        return None
    return ", ".join(f"« {default} » dans {name}" for name, default in defaults.items())
