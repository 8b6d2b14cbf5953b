"""OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE: what is overridden requires and provides nothing, what overrides resolves.

Nor does an override reach a field of an interface object, or one that an interface object stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Output, Subgraph, Type


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per override."""
    by_name = {subgraph.name: subgraph for subgraph in subgraphs}
    for subgraph in subgraphs:
        for type_, field, coordinate in subgraph.outputs():
            for values in field.applied("override"):
                source = by_name.get(str(values.get("from")))
                problem = _problem(type_, field, source) if source is not subgraph else None
                if problem is not None:
                    names = [subgraph.name, *([source.name] if source else [])]
                    yield failure(
                        "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
                        coordinate,
                        names,
                        problem,
                        "Retirez @override ou l'autre directive",
                    )


def _problem(type_: Type, field: Output, source: Subgraph | None) -> str | None:
    if type_.has("interfaceObject"):
        return "@override ne s'applique pas à un champ d'un type @interfaceObject"
    if source is None:
        return None
    if type_.name not in source.types:
        for interface in type_.interfaces:
            other = source.types.get(interface)
            if other is not None and other.has("interfaceObject") and field.name in other.fields:
                return f"dans {source.name}, le champ est celui de « {interface} », un type @interfaceObject"
        return None
    overridden = source.types[type_.name].fields.get(field.name)
    if overridden is None:
        return None
    if field.has("external"):
        return "le champ est @external et porte @override"
    for name in ("requires", "provides"):
        if overridden.has(name):
            return f"le champ repris porte @{name} dans {source.name}"
    return None
