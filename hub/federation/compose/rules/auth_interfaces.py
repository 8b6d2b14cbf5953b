"""AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: authorisation directives stand on what is resolved, not on interfaces.

Whoever asks through a concrete type would pass beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.directive_merging import SECURED
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Element, Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per directive."""
    for subgraph in subgraphs:
        elements: list[tuple[str, Element]] = [
            (type_.name, type_)
            for type_ in subgraph.types.values()
            if type_.kind is Kind.INTERFACE or type_.has("interfaceObject")
        ]
        elements.extend((coordinate, field) for _, field, coordinate in subgraph.outputs(Kind.INTERFACE))
        for coordinate, element in elements:
            for name in SECURED:
                if element.has(name):
                    yield failure(
                        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
                        coordinate,
                        [subgraph.name],
                        f"@{name} est sur une interface ou l'un de ses champs",
                        "Mettez-la sur les types qui l'implémentent et sur leurs champs",
                    )
