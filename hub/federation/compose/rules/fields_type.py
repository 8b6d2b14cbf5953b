"""KEY_, REQUIRES_ and PROVIDES_INVALID_FIELDS_TYPE: the field set of a directive is given as a string.

Federation 1 took names and lists of strings too: its subgraphs still may.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import FEDERATION, Element, Subgraph

_DIRECTIVES = ("key", "requires", "provides")


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per directive."""
    for subgraph in subgraphs:
        if not subgraph.federated2:
            continue
        elements: list[tuple[str, Element]] = [(type_.name, type_) for type_ in subgraph.types.values()]
        elements.extend((coordinate, field) for _, field, coordinate in subgraph.outputs())
        for coordinate, element in elements:
            for each in element.directives:
                given = dict(each.arguments).get("fields", '"')
                if each.spec == FEDERATION and each.name in _DIRECTIVES and not given.startswith('"'):
                    yield failure(
                        f"{each.name.upper()}_INVALID_FIELDS_TYPE",
                        coordinate,
                        [subgraph.name],
                        f"dans @{each.name}, « fields: {given} » n'est pas une chaîne",
                        "Mettez l'ensemble de champs entre guillemets",
                    )
