"""LIST_SIZE_INVALID_SLICING_ARGUMENT: what bounds a list is a whole number that its field takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per argument that is named."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            for values in field.applied("listSize"):
                for name in values.get("slicingArguments") or ():
                    if name not in field.arguments or field.arguments[name].type.removesuffix("!") != "Int":
                        yield failure(
                            "LIST_SIZE_INVALID_SLICING_ARGUMENT",
                            coordinate,
                            [subgraph.name],
                            f"slicingArguments nomme « {name} », qui n'est pas un argument Int du champ",
                            "Nommez les arguments qui bornent la liste",
                        )
