"""A Federation 1 subgraph as Federation 2 reads it: what had no effect there is taken away.

Source: "Moving to Apollo Federation 2", backward compatibility. Fields of such a subgraph may be shared; the rule of
sharing knows that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from hub.federation.compose.field_selections import mentioned
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import FEDERATION, Element, Kind, Subgraph, Type, named

E = TypeVar("E", bound=Element)
_COMPOSITE = (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)


def upgraded(subgraph: Subgraph) -> Subgraph:
    """The subgraph itself if it is of Federation 2. Raises StartRefused (TYPE_WITH_ONLY_UNUSED_EXTERNAL) for a type
    that nothing is left of."""
    if subgraph.federated2:
        return subgraph
    types = {name: _effective(subgraph, type_) for name, type_ in subgraph.types.items()}
    subgraph = replace(subgraph, types=types)
    used = mentioned(subgraph, "key", "requires", "provides")
    referenced = {named(each.type) for type_ in types.values() for each in type_.fields.values()}
    referenced.update(name for type_ in types.values() for name in type_.members)
    kept: dict[str, Type] = {}
    for name, type_ in types.items():
        implemented = {field for each in type_.interfaces if each in types for field in types[each].fields}
        fields = {
            field: output
            for field, output in type_.fields.items()
            if not output.has("external") or f"{name}.{field}" in used or field in implemented
        }
        if type_.fields and not fields:
            if name not in referenced:
                continue
            raise failure(
                "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
                name,
                [subgraph.name],
                "le type n'a que des champs @external dont rien ne se sert",
                "Retirez-le de ce sous-graphe",
            )
        kept[name] = replace(type_, fields=fields)
    return replace(subgraph, types=kept)


def _effective(subgraph: Subgraph, type_: Type) -> Type:
    interface = type_.kind is Kind.INTERFACE
    fields = {}
    for name, field in type_.fields.items():
        dropped = set()
        target = subgraph.types.get(named(field.type))
        if interface:
            dropped |= {"external", "requires", "provides"}
        if target is None or target.kind not in _COMPOSITE:
            dropped.add("provides")
        if field.has("external"):
            dropped.add("tag")
        fields[name] = _without(field, dropped)
    return replace(_without(type_, {"key"} if interface else set()), fields=fields)


def _without(element: E, names: set[str]) -> E:
    directives = tuple(each for each in element.directives if each.spec != FEDERATION or each.name not in names)
    return replace(element, directives=directives)
