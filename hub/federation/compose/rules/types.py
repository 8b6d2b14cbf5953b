"""Rules of what a type or field is in all subgraphs together: kind, type, enum values, definition, root fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.federation.compose.merger import enum_positions, is_merged
from hub.federation.compose.subgraph_model import Kind, Subgraph, Type
from hub.federation.compose.type_merging import merge_input_types, merge_output_types, possible_types
from hub.federation.compose.upgrade import is_federation1_extension
from hub.federation.errors import RuleViolation
from hub.federation.supergraph import ROOTS


def no_queries(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """NO_QUERIES: no subgraph has a root query field."""
    if not any(subgraph.types["Query"].fields for subgraph in subgraphs if "Query" in subgraph.types):
        yield RuleViolation(
            "NO_QUERIES",
            "Query",
            [subgraph.name for subgraph in subgraphs],
            "no subgraph has a root query field",
            "Add a field to the type Query of a subgraph",
        )


def type_kind_mismatch(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """TYPE_KIND_MISMATCH: a type has different kinds; an `@interfaceObject` counts as an interface."""
    kinds: dict[str, dict[str, Kind]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            kind = Kind.INTERFACE if type_.has("interfaceObject") else type_.kind
            kinds.setdefault(type_.name, {})[subgraph.name] = kind
    for name, by_subgraph in kinds.items():
        if len(set(by_subgraph.values())) > 1:
            listed = ", ".join(f'"{kind}" in {subgraph}' for subgraph, kind in by_subgraph.items())
            yield RuleViolation(
                "TYPE_KIND_MISMATCH", name, by_subgraph, f"its kind is {listed}", "Give it one kind everywhere"
            )


def field_type_mismatch(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """FIELD_TYPE_MISMATCH: a field or input field has types that can't be merged.

    Nullability may differ, and an abstract type may stand for its members; lists and names may not differ.
    EXTERNAL_TYPE_MISMATCH checks external fields."""
    possible = possible_types(subgraphs)
    output_types: dict[str, dict[str, str]] = {}
    input_types: dict[str, dict[str, str]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for field in type_.fields.values():
                if not field.has("external"):
                    output_types.setdefault(f"{type_.name}.{field.name}", {})[subgraph.name] = field.type
            for input_field in type_.input_fields.values():
                input_types.setdefault(f"{type_.name}.{input_field.name}", {})[subgraph.name] = input_field.type
    mismatches = [
        *(
            (coordinate, types)
            for coordinate, types in output_types.items()
            if merge_output_types(list(types.values()), possible) is None
        ),
        *(
            (coordinate, types)
            for coordinate, types in input_types.items()
            if merge_input_types(list(types.values())) is None
        ),
    ]
    for coordinate, types in mismatches:
        listed = ", ".join(f'"{type_name}" in {subgraph}' for subgraph, type_name in types.items())
        yield RuleViolation(
            "FIELD_TYPE_MISMATCH", coordinate, types, f"its type is {listed}", "Give it the same type everywhere"
        )


def enum_value_mismatch(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """ENUM_VALUE_MISMATCH: an enum that is both input and output lacks a value in some subgraph."""
    input_enums, output_enums = enum_positions(subgraphs)
    for name in sorted(input_enums & output_enums):
        values = {subgraph.name: subgraph.types[name].values for subgraph in subgraphs if name in subgraph.types}
        for value in dict.fromkeys(value for declared in values.values() for value in declared):
            lacking = [subgraph for subgraph, declared in values.items() if value not in declared]
            if lacking and not is_merged([declared.get(value) for declared in values.values()]):
                yield RuleViolation(
                    "ENUM_VALUE_MISMATCH",
                    f"{name}.{value}",
                    lacking,
                    "the value is missing, while the enum is both an input and an output",
                    "Give the enum the same values in every subgraph",
                )


def empty_merged_enum_type(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """EMPTY_MERGED_ENUM_TYPE: an enum that is only an input has no value that all its subgraphs know."""
    input_enums, output_enums = enum_positions(subgraphs)
    for name in sorted(input_enums - output_enums):
        values = {subgraph.name: subgraph.types[name].values for subgraph in subgraphs if name in subgraph.types}
        names = dict.fromkeys(value for declared in values.values() for value in declared)
        if not any(is_merged([declared.get(value) for declared in values.values()]) for value in names):
            yield RuleViolation(
                "EMPTY_MERGED_ENUM_TYPE",
                name,
                values,
                "no value of this enum is in all its subgraphs",
                "Give them a common value",
            )


def extension_with_no_base(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """EXTENSION_WITH_NO_BASE: a type other than a root type is extended, and no subgraph defines it.

    `@extends` alone makes no extension of Federation 2."""
    declarations: dict[str, dict[str, Type]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            declarations.setdefault(type_.name, {})[subgraph.name] = type_
    for name, types in declarations.items():
        if name not in ROOTS and all(type_.extension for type_ in types.values()):
            yield RuleViolation(
                "EXTENSION_WITH_NO_BASE",
                name,
                types,
                "the type is only extended, no subgraph defines it",
                "Define it in the subgraph that owns it",
            )


def federation1_extension_with_no_base(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """EXTENSION_WITH_NO_BASE: a subgraph of Federation 1 extends a type that no other defines."""
    for subgraph in subgraphs:
        if subgraph.is_federation2:
            continue
        bases = {
            type_.name
            for sibling in subgraphs
            if sibling is not subgraph
            for type_ in sibling.types.values()
            if not type_.extension
        }
        for type_ in subgraph.types.values():
            if is_federation1_extension(type_) and type_.name not in ROOTS and type_.name not in bases:
                yield RuleViolation(
                    "EXTENSION_WITH_NO_BASE",
                    type_.name,
                    [subgraph.name],
                    "the type is only extended, no other subgraph defines it",
                    "Define it in the subgraph that owns it",
                )


WRITTEN_RULES = (federation1_extension_with_no_base,)
RULES = (
    no_queries,
    type_kind_mismatch,
    field_type_mismatch,
    enum_value_mismatch,
    empty_merged_enum_type,
    extension_with_no_base,
)
