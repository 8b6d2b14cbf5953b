"""INPUT_FIELD_DEFAULT_MISMATCH: an input field has one default value, wherever it has one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.argument_defaults import differing
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Input, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per input field."""
    found: dict[str, dict[str, Input]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for value in type_.inputs.values():
                found.setdefault(f"{type_.name}.{value.name}", {})[subgraph.name] = value
    for coordinate, holders in found.items():
        said = differing(holders)
        if said:
            yield failure(
                "INPUT_FIELD_DEFAULT_MISMATCH",
                coordinate,
                holders,
                f"le champ d'entrée a la valeur par défaut {said}",
                "Donnez-lui la même partout",
            )
