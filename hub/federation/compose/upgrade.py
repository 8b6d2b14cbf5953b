"""A subgraph as Federation 2 reads it: without the directives and fields that have no effect.

Source: "Moving to Apollo Federation 2", backward compatibility.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from hub.federation.compose.external_selections import external_selections
from hub.federation.compose.field_selections import (
    FieldSet,
    field_set_coordinates,
    field_set_text,
    field_sets,
    resolve_field_set,
)
from hub.federation.compose.subgraph_model import (
    COMPOSITE_KINDS,
    AppliedDirective,
    Element,
    Kind,
    OutputField,
    Subgraph,
    Type,
    named_type,
)
from hub.federation.errors import RuleViolation

E = TypeVar("E", bound=Element)


def upgrade_subgraph(subgraph: Subgraph, subgraphs: Sequence[Subgraph]) -> Subgraph:
    """The upgraded subgraph of the `subgraphs` as written.

    Raises RuleViolation (TYPE_WITH_ONLY_UNUSED_EXTERNAL) for a type of Federation 1 that keeps no field."""
    if subgraph.is_federation2:
        return _with_own_keys(subgraph, _keys_of_extensions(subgraph))
    siblings = [sibling for sibling in subgraphs if sibling is not subgraph]
    types = {name: _without_ineffective_directives(subgraph, type_) for name, type_ in subgraph.types.items()}
    subgraph = replace(subgraph, types=types)
    subgraph = _with_own_keys(subgraph, _federation1_keys(subgraph, siblings))
    subgraph = _with_external_selections(subgraph)
    types = {
        name: replace(
            type_,
            extension=type_.extension and type_.kind not in COMPOSITE_KINDS,
            extension_keys=(),
            fields={field: _without_repeated_tags(name, output, siblings) for field, output in type_.fields.items()},
        )
        for name, type_ in subgraph.types.items()
    }
    return _without_unused_externals(replace(subgraph, types=types))


def is_federation1_extension(type_: Type) -> bool:
    """Whether Federation 1 takes the declarations of an object or interface for those of another subgraph's type."""
    return type_.kind in (Kind.OBJECT, Kind.INTERFACE) and (type_.extension or type_.has("extends"))


def _keys_of_extensions(subgraph: Subgraph) -> Iterator[str]:
    """Coordinates that the keys of extensions select: an extension has them itself, whatever `@external` says."""
    keys = [key for key in field_sets(subgraph, "key") if subgraph.types[key.type].has("extends")]
    for name, type_ in subgraph.types.items():
        texts = (field_set_text(key.values.get("fields")) for key in type_.extension_keys)
        keys.extend(FieldSet("key", name, name, text) for text in texts)
    for key in keys:
        yield from resolve_field_set(subgraph, key).coordinates


def _federation1_keys(subgraph: Subgraph, siblings: Sequence[Subgraph]) -> Iterator[str]:
    """Coordinates of the fields of an extension's own keys, else of the first keys that its siblings have."""
    for type_ in subgraph.types.values():
        if is_federation1_extension(type_):
            keyed = [subgraph] if type_.has("key") else [sibling for sibling in siblings if type_.name in sibling.types]
            for declaring in keyed:
                keys = [key for key in field_sets(declaring, "key") if key.type == type_.name]
                for key in keys if declaring is subgraph else keys[:1]:
                    for selected in resolve_field_set(declaring, key).fields:
                        if selected.type.name == type_.name:
                            yield selected.coordinate


def _with_own_keys(subgraph: Subgraph, coordinates: Iterator[str]) -> Subgraph:
    """The subgraph with these fields as its own."""
    own = set(coordinates)
    types = {
        name: replace(
            type_,
            fields={
                field: _without(output, {"external"}) if f"{name}.{field}" in own else output
                for field, output in type_.fields.items()
            },
        )
        for name, type_ in subgraph.types.items()
    }
    return replace(subgraph, types=types)


def _with_external_selections(subgraph: Subgraph) -> Subgraph:
    """The subgraph whose `@requires` and `@provides` select only what others resolve; those of nothing are left out."""
    types = {
        name: replace(
            type_,
            fields={
                field: replace(output, directives=tuple(_with_effect(subgraph, name, output)))
                for field, output in type_.fields.items()
            },
        )
        for name, type_ in subgraph.types.items()
    }
    return replace(subgraph, types=types)


def _with_effect(subgraph: Subgraph, type_name: str, field: OutputField) -> Iterator[AppliedDirective]:
    for directive in field.directives:
        if directive.is_federation("requires", "provides"):
            target = type_name if directive.name == "requires" else named_type(field.type)
            text = field_set_text(directive.values.get("fields"))
            field_set = FieldSet(directive.name, f"{type_name}.{field.name}", target, text)
            if text is not None and resolve_field_set(subgraph, field_set).problem is None:
                selections = external_selections(subgraph, field_set)
                if selections:
                    yield replace(directive, arguments=(("fields", json.dumps(selections, ensure_ascii=False)),))
                continue
        yield directive


def _without_unused_externals(subgraph: Subgraph) -> Subgraph:
    used = field_set_coordinates(subgraph, "key", "requires", "provides")
    referenced = {named_type(field.type) for type_ in subgraph.types.values() for field in type_.fields.values()}
    referenced.update(name for type_ in subgraph.types.values() for name in type_.members)
    upgraded: dict[str, Type] = {}
    for name, type_ in subgraph.types.items():
        implemented = {
            field
            for interface in type_.interfaces
            if interface in subgraph.types
            for field in subgraph.types[interface].fields
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
        fields[name] = _without(field, ineffective)
    return replace(_without(type_, {"key"} if interface else set()), fields=fields)


def _without_repeated_tags(type_name: str, field: OutputField, siblings: Sequence[Subgraph]) -> OutputField:
    """An external field without the tags that it has where it is resolved."""
    if not field.has("external"):
        return field
    declared = (sibling.types[type_name].fields.get(field.name) for sibling in siblings if type_name in sibling.types)
    tags = {tag for output in declared if output and not output.has("external") for tag in output.directives}
    directives = tuple(tag for tag in field.directives if not tag.is_federation("tag") or tag not in tags)
    return replace(field, directives=directives)


def _without(element: E, names: set[str]) -> E:
    directives = tuple(directive for directive in element.directives if not directive.is_federation(*names))
    return replace(element, directives=directives)
