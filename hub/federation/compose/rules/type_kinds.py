"""TYPE_KIND_MISMATCH: a type is of the same kind in every subgraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph, Type


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per type of several kinds. An interface object stands for its interface."""
    kinds: dict[str, dict[str, Kind]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            kinds.setdefault(type_.name, {})[subgraph.name] = _kind(type_)
    for name, found in kinds.items():
        if len(set(found.values())) > 1:
            said = ", ".join(f"{kind} dans {subgraph}" for subgraph, kind in found.items())
            yield failure("TYPE_KIND_MISMATCH", name, found, f"ce type est {said}", "Donnez-lui une seule nature")


def _kind(type_: Type) -> Kind:
    return Kind.INTERFACE if type_.has("interfaceObject") else type_.kind
