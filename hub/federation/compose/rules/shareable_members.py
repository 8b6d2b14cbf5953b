"""SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES: a shared field can return some same type wherever it is resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.merger import overridden
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph, named


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field whose subgraphs have no returned type in common."""
    for coordinate, found in returned(subgraphs).items():
        if len(found) > 1 and not frozenset.intersection(*found.values()):
            said = " ; ".join(f"{', '.join(sorted(types))} dans {name}" for name, types in found.items())
            yield failure(
                "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
                coordinate,
                found,
                f"le champ partagé ne peut rien rendre de commun ({said})",
                "Donnez-lui des types communs, ou ne le partagez pas",
            )


def returned(subgraphs: Sequence[Subgraph]) -> dict[str, dict[str, frozenset[str]]]:
    """By field of an abstract type somewhere: the concrete types that each resolving subgraph may return."""
    gone = overridden(subgraphs)
    found: dict[str, dict[str, frozenset[str]]] = {}
    abstract: set[str] = set()
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs(Kind.OBJECT):
            target = subgraph.types.get(named(field.type))
            composite = target is not None and target.kind in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)
            if target is None or not composite or field.has("external") or (subgraph.name, coordinate) in gone:
                continue
            if target.kind is not Kind.OBJECT:
                abstract.add(coordinate)
            if not target.has("interfaceObject"):
                found.setdefault(coordinate, {})[subgraph.name] = _members(subgraph, target.name)
    return {coordinate: each for coordinate, each in found.items() if coordinate in abstract}


def _members(subgraph: Subgraph, name: str) -> frozenset[str]:
    type_ = subgraph.types[name]
    if type_.kind is Kind.UNION:
        return frozenset(type_.members)
    if type_.kind is Kind.OBJECT:
        return frozenset((name,))
    implementers = (each for each in subgraph.types.values() if each.kind is Kind.OBJECT and name in each.interfaces)
    return frozenset(each.name for each in implementers)
