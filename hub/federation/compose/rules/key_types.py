"""KEY_FIELDS_SELECT_INVALID_TYPE: a key is made of scalars, enums, objects and lists of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.field_selections import field_sets, follow
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph, named


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field of an interface or union type in a key."""
    for subgraph in subgraphs:
        for each in field_sets(subgraph, "key"):
            for selected in follow(subgraph, each).selected:
                target = subgraph.types.get(named(selected.field.type))
                if target is not None and target.kind in (Kind.INTERFACE, Kind.UNION):
                    yield failure(
                        "KEY_FIELDS_SELECT_INVALID_TYPE",
                        each.coordinate,
                        [subgraph.name],
                        f"la clé contient « {selected.coordinate} », de type abstrait « {target.name} »",
                        "Prenez un champ de type scalaire, énumération ou objet",
                    )
