"""KEY_, REQUIRES_ and PROVIDES_UNSUPPORTED_ON_INTERFACE: what federation directives may not stand on an interface.

`@key` may from version 2.3 of federation on (interfaces that are entities).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per directive."""
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            if type_.kind is Kind.INTERFACE and type_.has("key") and subgraph.version < (2, 3):
                yield failure(
                    "KEY_UNSUPPORTED_ON_INTERFACE",
                    type_.name,
                    [subgraph.name],
                    "une interface n'a de clé qu'à partir de la version 2.3 de la fédération",
                    "Liez la version v2.3 ou une plus récente",
                )
        for _, field, coordinate in subgraph.outputs(Kind.INTERFACE):
            for name in ("requires", "provides"):
                if field.has(name):
                    yield failure(
                        f"{name.upper()}_UNSUPPORTED_ON_INTERFACE",
                        coordinate,
                        [subgraph.name],
                        f"@{name} n'a pas d'effet sur le champ d'une interface",
                        "Mettez-le sur les champs des types qui l'implémentent",
                    )
