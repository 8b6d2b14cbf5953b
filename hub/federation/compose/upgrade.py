"""A Federation 1 subgraph as Federation 2 reads it: without the directives and fields that have no effect.

Source: "Moving to Apollo Federation 2", backward compatibility. Fields of such a subgraph may be shared; the rule of
sharing knows that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from hub.federation.compose.field_selections import field_set_coordinates
from hub.federation.compose.subgraph_model import Element, Kind, Subgraph, Type, named_type
from hub.federation.errors import RuleViolation

E = TypeVar("E", bound=Element)


def upgrade_subgraph(subgraph: Subgraph) -> Subgraph:
    """The upgraded subgraph, or itself if it is of Federation 2.

    Raises RuleViolation (TYPE_WITH_ONLY_UNUSED_EXTERNAL) for a type that keeps no field."""
    if subgraph.is_federation2:
        return subgraph
    types = {name: _without_ineffective_directives(subgraph, type_) for name, type_ in subgraph.types.items()}
    subgraph = replace(subgraph, types=types)
    used = field_set_coordinates(subgraph, "key", "requires", "provides")
    referenced = {named_type(field.type) for type_ in types.values() for field in type_.fields.values()}
    referenced.update(name for type_ in types.values() for name in type_.members)
    upgraded: dict[str, Type] = {}
    for name, type_ in types.items():
        implemented = {
            field for interface in type_.interfaces if interface in types for field in types[interface].fields
        }
        fields = {
            field: output
            for field, output in type_.fields.items()
            if not output.has("external") or f"{name}.{field}" in used or field in implemented
        }
        if type_.fields and not fields:
            if name not in referenced:
                continue
            raise RuleViolation(
                "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
                name,
                [subgraph.name],
                "the type only has @external fields that nothing uses",
                "Remove it from this subgraph",
            )
        upgraded[name] = replace(type_, fields=fields)
    return replace(subgraph, types=upgraded)


def _without_ineffective_directives(subgraph: Subgraph, type_: Type) -> Type:
    interface = type_.kind is Kind.INTERFACE
    fields = {}
    for name, field in type_.fields.items():
        ineffective = set()
        if interface:
            ineffective |= {"external", "requires", "provides"}
        if not subgraph.is_composite(named_type(field.type)):
            ineffective.add("provides")
        if field.has("external"):
            ineffective.add("tag")
        fields[name] = _without(field, ineffective)
    return replace(_without(type_, {"key"} if interface else set()), fields=fields)


def _without(element: E, names: set[str]) -> E:
    directives = tuple(directive for directive in element.directives if not directive.is_federation(*names))
    return replace(element, directives=directives)
