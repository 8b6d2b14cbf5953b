"""Rules of arguments and input fields: types, default values, required ones that some subgraph lacks.

Arguments and input fields that only some subgraphs have are left out of the supergraph.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.federation.compose.executable_directives import contradictory_arguments
from hub.federation.compose.from_context import context_coordinates
from hub.federation.compose.merger import is_merged
from hub.federation.compose.subgraph_model import InputValue, Kind, Subgraph, Type
from hub.federation.compose.type_merging import merge_input_types
from hub.federation.errors import RuleViolation


def argument_mismatch(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """FIELD_ARGUMENT_TYPE_MISMATCH, REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: subgraphs disagree on an argument.

    CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS checks arguments that a subgraph takes from a context."""
    arguments_by_field: dict[str, dict[str, dict[str, InputValue]]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for field in type_.fields.values():
                if not field.has("external"):
                    by_subgraph = arguments_by_field.setdefault(f"{type_.name}.{field.name}", {})
                    by_subgraph[subgraph.name] = dict(field.arguments)
    from_context = context_coordinates(subgraphs)
    for field_coordinate, by_subgraph in arguments_by_field.items():
        for name in dict.fromkeys(name for arguments in by_subgraph.values() for name in arguments):
            coordinate = f"{field_coordinate}({name}:)"
            if coordinate in from_context:
                continue
            holders = {subgraph: arguments[name] for subgraph, arguments in by_subgraph.items() if name in arguments}
            if merge_input_types([argument.type for argument in holders.values()]) is None:
                listed = ", ".join(f'"{argument.type}" in {subgraph}' for subgraph, argument in holders.items())
                yield RuleViolation(
                    "FIELD_ARGUMENT_TYPE_MISMATCH",
                    coordinate,
                    holders,
                    f"the type of the argument is {listed}",
                    "Give it the same type everywhere",
                )
            requiring = [subgraph for subgraph, argument in holders.items() if argument.is_required]
            lacking = sorted(by_subgraph.keys() - holders.keys())
            if requiring and lacking:
                yield RuleViolation(
                    "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
                    coordinate,
                    requiring,
                    f"the argument is required, and missing in {', '.join(lacking)}",
                    "Add it everywhere, or make it optional",
                )


def directive_argument_mismatch(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """FIELD_ARGUMENT_TYPE_MISMATCH: subgraphs disagree on an argument of a directive of operations."""
    for coordinate, types in contradictory_arguments(subgraphs):
        listed = ", ".join(f'"{type_}" in {subgraph}' for subgraph, type_ in types.items())
        yield RuleViolation(
            "FIELD_ARGUMENT_TYPE_MISMATCH",
            coordinate,
            types,
            f"the type of the argument is {listed}",
            "Give it the same type everywhere",
        )


def field_argument_default_mismatch(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """FIELD_ARGUMENT_DEFAULT_MISMATCH: an argument has different default values."""
    arguments: dict[str, dict[str, InputValue]] = {}
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields():
            for name, argument in field.arguments.items() if not field.has("external") else ():
                arguments.setdefault(f"{coordinate}({name}:)", {})[subgraph.name] = argument
    yield from _default_mismatches("FIELD_ARGUMENT_DEFAULT_MISMATCH", arguments)


def input_field_default_mismatch(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INPUT_FIELD_DEFAULT_MISMATCH: an input field has different default values."""
    input_fields: dict[str, dict[str, InputValue]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for field in type_.input_fields.values():
                input_fields.setdefault(f"{type_.name}.{field.name}", {})[subgraph.name] = field
    yield from _default_mismatches("INPUT_FIELD_DEFAULT_MISMATCH", input_fields)


def _default_mismatches(code: str, values: dict[str, dict[str, InputValue]]) -> Iterator[RuleViolation]:
    """One violation per coordinate whose default values contradict each other."""
    for coordinate, by_subgraph in values.items():
        defaults = {subgraph: value.default for subgraph, value in by_subgraph.items() if value.default is not None}
        if len(set(defaults.values())) > 1:
            listed = ", ".join(f"{default} in {subgraph}" for subgraph, default in defaults.items())
            problem = f"its default value is {listed}"
            yield RuleViolation(code, coordinate, by_subgraph, problem, "Give it the same one everywhere")


def required_input_field_missing(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH: an input field is required, and missing in another subgraph."""
    for type_name, types in _input_types(subgraphs):
        for name in dict.fromkeys(name for type_ in types.values() for name in type_.input_fields):
            lacking = sorted(subgraph for subgraph, type_ in types.items() if name not in type_.input_fields)
            requiring = [
                subgraph
                for subgraph, type_ in types.items()
                if name in type_.input_fields and type_.input_fields[name].is_required
            ]
            merged = is_merged([type_.input_fields.get(name) for type_ in types.values()])
            if lacking and requiring and not merged:
                yield RuleViolation(
                    "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
                    f"{type_name}.{name}",
                    [*requiring, *lacking],
                    f"the input field is required in {', '.join(requiring)} and missing in {', '.join(lacking)}",
                    "Add it everywhere, or make it optional",
                )


def empty_merged_input_type(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """EMPTY_MERGED_INPUT_TYPE: an input type has no field that all its subgraphs know."""
    for name, types in _input_types(subgraphs):
        fields = dict.fromkeys(field for type_ in types.values() for field in type_.input_fields)
        if not any(is_merged([type_.input_fields.get(field) for type_ in types.values()]) for field in fields):
            yield RuleViolation(
                "EMPTY_MERGED_INPUT_TYPE",
                name,
                [subgraph.name for subgraph in subgraphs if name in subgraph.types],
                "no field of this input type is in all its subgraphs",
                "Give them a common field",
            )


def _input_types(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, dict[str, Type]]]:
    """Each name of an input type, with the input types of that name by subgraph."""
    for name in dict.fromkeys(name for subgraph in subgraphs for name in subgraph.types):
        types = {subgraph.name: subgraph.types[name] for subgraph in subgraphs if name in subgraph.types}
        input_types = {subgraph: type_ for subgraph, type_ in types.items() if type_.kind is Kind.INPUT}
        if input_types:
            yield name, input_types


RULES = (
    argument_mismatch,
    directive_argument_mismatch,
    field_argument_default_mismatch,
    input_field_default_mismatch,
    required_input_field_missing,
    empty_merged_input_type,
)
