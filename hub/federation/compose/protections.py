"""What restricts access to a type or field because another one is restricted that it may stand for.

Source: Apollo's composition, which gives an interface what restricts its implementations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hub.federation.compose.directive_merging import ACCESS_DIRECTIVES
from hub.federation.compose.subgraph_model import Element, Kind, Subgraph, Type
from hub.federation.compose.type_merging import possible_types


def protections(subgraphs: Sequence[Subgraph]) -> Mapping[str, Sequence[Element]]:
    """By coordinate, elements with the access directives alone that it also has: an interface those of its object
    types, its fields those of theirs, and the fields of object types those of the interface objects for them."""
    possible = possible_types(subgraphs)
    unions = {name for subgraph in subgraphs for name, type_ in subgraph.types.items() if type_.kind is Kind.UNION}
    implementing = {name: objects for name, objects in possible.items() if name not in unions}
    protecting: dict[str, list[Element]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            if type_.kind is Kind.OBJECT:
                relatives = _relatives(type_, implementing)
                for suffix, element in _protected(type_):
                    for name in relatives:
                        protecting.setdefault(f"{name}{suffix}", []).append(element)
    return protecting


def _relatives(type_: Type, implementing: Mapping[str, frozenset[str]]) -> set[str]:
    """Interfaces of the type; of an interface object, its object types and their other interfaces."""
    objects = {type_.name}
    if type_.has("interfaceObject"):
        objects = set(implementing.get(type_.name, ()))
    interfaces = {name for name, implementers in implementing.items() if not implementers.isdisjoint(objects)}
    return (objects | interfaces) - {type_.name}


def _protected(type_: Type) -> Iterator[tuple[str, Element]]:
    """The type and its fields that have access directives, each with what follows the type's name."""
    if not type_.has("interfaceObject"):
        yield from _with_access("", type_)
    for field in type_.fields.values():
        if not field.has("external"):
            yield from _with_access(f".{field.name}", field)


def _with_access(suffix: str, element: Element) -> Iterator[tuple[str, Element]]:
    directives = tuple(directive for directive in element.directives if directive.is_federation(*ACCESS_DIRECTIVES))
    if directives:
        yield suffix, Element(element.name, directives=directives)
