"""EXTERNAL_UNUSED: an `@external` field serves a key, a requirement, a provision or an interface of its subgraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.field_selections import USES, mentioned
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field; Federation 1 schemas often keep such fields, and may."""
    for subgraph in subgraphs:
        if not subgraph.federated2:
            continue
        used = mentioned(subgraph, *USES)
        for type_ in subgraph.types.values():
            implemented = {
                name
                for interface in type_.interfaces
                if interface in subgraph.types
                for name in subgraph.types[interface].fields
            }
            for field in type_.fields.values():
                coordinate = f"{type_.name}.{field.name}"
                if field.has("external") and coordinate not in used and field.name not in implemented:
                    yield failure(
                        "EXTERNAL_UNUSED",
                        coordinate,
                        [subgraph.name],
                        "le champ est @external mais rien ne s'en sert (@key, @requires, @provides, @fromContext, "
                        "interface)",
                        "Retirez-le de ce sous-graphe, ou retirez @external s'il le fournit",
                    )
