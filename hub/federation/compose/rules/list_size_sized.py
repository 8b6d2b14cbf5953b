"""LIST_SIZE_INVALID_SIZED_FIELD: sized fields are fields of what the field returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.field_selections import has_fields
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph, named


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field that is named."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            for values in field.applied("listSize"):
                target = named(field.type)
                known = subgraph.types[target].fields if has_fields(subgraph, target) else {}
                for name in values.get("sizedFields") or ():
                    if name not in known:
                        yield failure(
                            "LIST_SIZE_INVALID_SIZED_FIELD",
                            coordinate,
                            [subgraph.name],
                            f"sizedFields nomme « {name} », qui n'est pas un champ de « {target} »",
                            "Nommez des listes de ce que le champ renvoie",
                        )
