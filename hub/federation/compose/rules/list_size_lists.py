"""LIST_SIZE_APPLIED_TO_NON_LIST: a size is said of a list, or of lists among the fields below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph, named


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field, and per field below that is no list."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            for values in field.applied("listSize"):
                below = subgraph.types.get(named(field.type))
                sized = values.get("sizedFields") or ()
                known = [below.fields[name] for name in sized if below is not None and name in below.fields]
                scalar = [f"{named(field.type)}.{each.name}" for each in known if not each.type.startswith("[")]
                if not sized and not field.type.startswith("["):
                    scalar = [coordinate]
                for each in scalar:
                    yield failure(
                        "LIST_SIZE_APPLIED_TO_NON_LIST",
                        coordinate,
                        [subgraph.name],
                        f"@listSize dit la taille de « {each} », qui n'est pas une liste",
                        "Retirez-le, ou nommez des listes dans sizedFields",
                    )
