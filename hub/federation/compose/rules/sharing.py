"""INVALID_FIELD_SHARING: a field that several subgraphs resolve is marked `@shareable` in each of them.

Key fields are shareable by themselves, and so is every field of a Federation 1 subgraph. External and overridden fields
are not resolved, but for external ones that `@provides` gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.field_selections import mentioned
from hub.federation.compose.merger import overridden
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field."""
    gone = overridden(subgraphs)
    resolved: dict[str, dict[str, bool]] = {}
    for subgraph in subgraphs:
        keyed, provided = mentioned(subgraph, "key"), mentioned(subgraph, "provides")
        for type_ in subgraph.types.values():
            for field in type_.fields.values() if type_.kind is Kind.OBJECT else ():
                coordinate = f"{type_.name}.{field.name}"
                key = coordinate in keyed
                external = field.has("external") and not key
                if (external and coordinate not in provided) or (subgraph.name, coordinate) in gone:
                    continue
                shared = key or external or field.has("shareable") or not subgraph.federated2
                resolved.setdefault(coordinate, {})[subgraph.name] = shared
    for coordinate, found in resolved.items():
        alone = [subgraph for subgraph, shared in found.items() if not shared]
        if len(found) > 1 and alone:
            yield failure(
                "INVALID_FIELD_SHARING",
                coordinate,
                found,
                f"plusieurs sous-graphes fournissent ce champ, sans @shareable dans {', '.join(alone)}",
                "Ajoutez @shareable partout, ou ne le laissez qu'à un sous-graphe",
            )
