"""Hints about subgraphs that compose, each about a decision of the merge that authors may not expect.

A new hint is a function here and a row of HINTS. Source: Apollo's composition hints, level WARN and INFO.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.federation.compose.directive_merging import MERGE_STRATEGIES
from hub.federation.compose.field_selections import FIELD_SET_DIRECTIVES, field_set_coordinates
from hub.federation.compose.from_context import context_coordinates
from hub.federation.compose.merger import enum_positions
from hub.federation.compose.rules.shareable import list_runtime_types, runtime_types
from hub.federation.compose.subgraph_model import Element, InputValue, Kind, OutputField, Subgraph, Type


@dataclass(frozen=True, slots=True)
class Hint:
    """One remark; `message` is an English clause about what differs and what the supergraph has."""

    code: str
    coordinate: str
    subgraphs: tuple[str, ...]
    message: str


def _hint(code: str, coordinate: str, subgraphs: Iterable[str], message: str) -> Hint:
    return Hint(code, coordinate, tuple(sorted(set(subgraphs))), message)


def compatible_types(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE, INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE: merged types differ."""
    for coordinate, fields in _shared_fields(subgraphs):
        yield from _differing_types("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", coordinate, fields, "widest")
    for coordinate, input_fields, _ in _input_fields(subgraphs):
        yield from _differing_types("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", coordinate, input_fields, "narrowest")
    for coordinate, arguments, _ in _arguments(subgraphs):
        yield from _differing_types("INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE", coordinate, arguments, "narrowest")


def _differing_types(
    code: str, coordinate: str, elements: Mapping[str, OutputField | InputValue], choice: str
) -> Iterator[Hint]:
    if len({element.type for element in elements.values()}) > 1:
        listed = ", ".join(f'"{element.type}" in {subgraph}' for subgraph, element in elements.items())
        yield _hint(code, coordinate, elements, f"its type is {listed}; the supergraph has the {choice}")


def omitted_elements(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """INCONSISTENT_ARGUMENT_PRESENCE, INCONSISTENT_INPUT_OBJECT_FIELD, INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM,
    CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: only some subgraphs take an input, the supergraph omits it."""
    from_context = context_coordinates(subgraphs)
    for coordinate, arguments, lacking in _arguments(subgraphs):
        given_by_clients = [name for name, argument in arguments.items() if not argument.has("fromContext")]
        if coordinate in from_context and given_by_clients:
            yield _hint(
                "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
                coordinate,
                given_by_clients,
                "another subgraph takes the argument from a context, so that the supergraph does not have it",
            )
        elif lacking and coordinate not in from_context:
            yield _omission("INCONSISTENT_ARGUMENT_PRESENCE", coordinate, arguments, lacking)
    for coordinate, input_fields, lacking in _input_fields(subgraphs):
        if lacking:
            yield _omission("INCONSISTENT_INPUT_OBJECT_FIELD", coordinate, input_fields, lacking)
    input_enums, output_enums = enum_positions(subgraphs)
    for name, enums in _shared_types(subgraphs, Kind.ENUM):
        for value in dict.fromkeys(value for enum in enums.values() for value in enum.values):
            lacking = {subgraph for subgraph, enum in enums.items() if value not in enum.values}
            if lacking and name in input_enums - output_enums:
                holders = enums.keys() - lacking
                yield _omission("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", f"{name}.{value}", holders, lacking)


def _omission(code: str, coordinate: str, holders: Iterable[str], lacking: set[str]) -> Hint:
    message = f"it is missing in {', '.join(sorted(lacking))}, so that the supergraph does not have it"
    return _hint(code, coordinate, holders, message)


def default_presence(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """INCONSISTENT_DEFAULT_VALUE_PRESENCE: only some subgraphs give a default value, the supergraph has none."""
    for coordinate, values, lacking in (*_arguments(subgraphs), *_input_fields(subgraphs)):
        with_default = [subgraph for subgraph, value in values.items() if value.default is not None]
        if with_default and len(with_default) < len(values) and not lacking:
            message = f"only {', '.join(with_default)} gives a default value, so that the supergraph has none"
            yield _hint("INCONSISTENT_DEFAULT_VALUE_PRESENCE", coordinate, values, message)


def descriptions(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """INCONSISTENT_DESCRIPTION: an element has several descriptions, the supergraph has the first."""
    for coordinate, elements in _elements(subgraphs):
        texts = {subgraph: element.description for subgraph, element in elements.items() if element.description}
        if len(set(texts.values())) > 1:
            message = f"the descriptions differ; the supergraph has that of {next(iter(texts))}"
            yield _hint("INCONSISTENT_DESCRIPTION", coordinate, texts, message)


def entities(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """INCONSISTENT_ENTITY: a type has a key in only some of its subgraphs."""
    for name, types in _shared_types(subgraphs, Kind.OBJECT):
        keyless = [subgraph for subgraph, type_ in types.items() if not type_.has("key")]
        if keyless and len(keyless) < len(types):
            message = f"the type has no key in {', '.join(keyless)}, where its objects can't be completed"
            yield _hint("INCONSISTENT_ENTITY", name, types, message)


def overrides(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """FROM_SUBGRAPH_DOES_NOT_EXIST, OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, OVERRIDDEN_FIELD_CAN_BE_REMOVED,
    OVERRIDE_MIGRATION_IN_PROGRESS: the next step of a field's migration to another subgraph."""
    by_name = {subgraph.name: subgraph for subgraph in subgraphs}
    for subgraph in subgraphs:
        for type_, field, coordinate in subgraph.output_fields():
            for values in field.applied("override"):
                source = by_name.get(str(values.get("from")))
                if source is None:
                    message = f'@override names "{values.get("from")}", which is no subgraph'
                    yield _hint("FROM_SUBGRAPH_DOES_NOT_EXIST", coordinate, [subgraph.name], message)
                elif type_.name not in source.types or field.name not in source.types[type_.name].fields:
                    message = f"{source.name} does not have this field any more: @override can be removed"
                    yield _hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", coordinate, [subgraph.name], message)
                elif values.get("label") is not None:
                    message = f"the field moves to {subgraph.name}; afterwards, remove it from {source.name}"
                    names = [subgraph.name, source.name]
                    yield _hint("OVERRIDE_MIGRATION_IN_PROGRESS", coordinate, names, message)
                elif coordinate not in field_set_coordinates(source, *FIELD_SET_DIRECTIVES):
                    message = f"{subgraph.name} overrides the field: it can be removed here"
                    yield _hint("OVERRIDDEN_FIELD_CAN_BE_REMOVED", coordinate, [source.name], message)


def shareable_runtime_types(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN: subgraphs resolve a shared field to different types."""
    for coordinate, types in runtime_types(subgraphs).items():
        if len(set(types.values())) > 1:
            message = f"the subgraph that answers decides what the field can return: {list_runtime_types(types)}"
            yield _hint("INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", coordinate, types, message)


def merged_directives(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS: a directive's arguments differ and are merged."""
    for coordinate, elements in _elements(subgraphs):
        for name in MERGE_STRATEGIES:
            arguments = {
                subgraph: json.dumps(values, sort_keys=True)
                for subgraph, element in elements.items()
                for values in element.applied(name)
            }
            if len(set(arguments.values())) > 1:
                message = f"@{name} has different arguments; the supergraph merges them"
                yield _hint("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", coordinate, arguments, message)


def _shared_types(subgraphs: Sequence[Subgraph], kind: Kind) -> Iterator[tuple[str, dict[str, Type]]]:
    """Types of this kind that several subgraphs declare, by subgraph."""
    for name in dict.fromkeys(name for subgraph in subgraphs for name in subgraph.types):
        types = {subgraph.name: subgraph.types[name] for subgraph in subgraphs if name in subgraph.types}
        if len(types) > 1 and all(type_.kind is kind for type_ in types.values()):
            yield name, types


def _shared_fields(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, dict[str, OutputField]]]:
    """Fields that several subgraphs resolve, by subgraph."""
    fields: dict[str, dict[str, OutputField]] = {}
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields():
            if not field.has("external"):
                fields.setdefault(coordinate, {})[subgraph.name] = field
    yield from ((coordinate, by_subgraph) for coordinate, by_subgraph in fields.items() if len(by_subgraph) > 1)


def _arguments(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, dict[str, InputValue], set[str]]]:
    """Arguments of shared fields by subgraph, and the subgraphs that have the field without it."""
    for coordinate, fields in _shared_fields(subgraphs):
        for name in dict.fromkeys(name for field in fields.values() for name in field.arguments):
            holders = {subgraph: field.arguments[name] for subgraph, field in fields.items() if name in field.arguments}
            yield f"{coordinate}({name}:)", holders, fields.keys() - holders.keys()


def _input_fields(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, dict[str, InputValue], set[str]]]:
    """Input fields of shared types by subgraph, and the subgraphs that have the type without it."""
    for type_name, types in _shared_types(subgraphs, Kind.INPUT):
        for name in dict.fromkeys(name for type_ in types.values() for name in type_.input_fields):
            holders = {
                subgraph: type_.input_fields[name] for subgraph, type_ in types.items() if name in type_.input_fields
            }
            yield f"{type_name}.{name}", holders, types.keys() - holders.keys()


def _elements(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, dict[str, Element]]]:
    """Every element that can have a description, by subgraph."""
    elements: dict[str, dict[str, Element]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            elements.setdefault(type_.name, {})[subgraph.name] = type_
            for member in (*type_.fields.values(), *type_.input_fields.values(), *type_.values.values()):
                coordinate = f"{type_.name}.{member.name}"
                elements.setdefault(coordinate, {})[subgraph.name] = member
                for name, argument in member.arguments.items() if isinstance(member, OutputField) else ():
                    elements.setdefault(f"{coordinate}({name}:)", {})[subgraph.name] = argument
    yield from elements.items()


HINTS: tuple[Callable[[Sequence[Subgraph]], Iterator[Hint]], ...] = (
    compatible_types,
    omitted_elements,
    default_presence,
    descriptions,
    entities,
    overrides,
    shareable_runtime_types,
    merged_directives,
)
