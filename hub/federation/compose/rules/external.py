"""Rules of `@external` fields: another subgraph resolves them, alike, and something here uses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.federation.compose.field_selections import FIELD_SET_DIRECTIVES, field_set_coordinates
from hub.federation.compose.from_context import context_coordinates
from hub.federation.compose.interface_objects import interface_object_fields
from hub.federation.compose.merger import MERGED_DIRECTIVES
from hub.federation.compose.subgraph_model import InputValue, Kind, OutputField, Subgraph
from hub.federation.compose.type_merging import merge_input_types, merge_output_types, possible_types
from hub.federation.errors import RuleViolation


def external_unused(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """EXTERNAL_UNUSED: no field set and no interface of the subgraph uses an external field; Federation 1 allows it."""
    for subgraph in subgraphs:
        if not subgraph.is_federation2:
            continue
        used = field_set_coordinates(subgraph, *FIELD_SET_DIRECTIVES)
        for type_ in subgraph.types.values():
            implemented = {
                name
                for interface in type_.interfaces
                if interface in subgraph.types
                for name in subgraph.types[interface].fields
            }
            for field in type_.fields.values():
                coordinate = f"{type_.name}.{field.name}"
                if field.has("external") and coordinate not in used and field.name not in implemented:
                    yield RuleViolation(
                        "EXTERNAL_UNUSED",
                        coordinate,
                        [subgraph.name],
                        "the field is @external, and no @key, @requires, @provides, @fromContext or interface uses it",
                        "Remove it from this subgraph, or remove @external if the subgraph resolves it",
                    )


def external_missing_on_base(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """EXTERNAL_MISSING_ON_BASE: a field is external wherever it is declared."""
    external: dict[str, list[str]] = {}
    resolved: set[str] = set()
    for subgraph in subgraphs:
        for type_, field, coordinate in subgraph.output_fields():
            if not field.has("external"):
                resolved.add(coordinate)
            elif type_.kind is Kind.OBJECT:
                external.setdefault(coordinate, []).append(subgraph.name)
    for interface_object in interface_object_fields(subgraphs):
        if not interface_object.field.has("external"):
            resolved.add(interface_object.coordinate)
    for coordinate, names in external.items():
        if coordinate not in resolved:
            yield RuleViolation(
                "EXTERNAL_MISSING_ON_BASE",
                coordinate,
                names,
                "the field is @external in every subgraph that declares it",
                "Declare it without @external in the subgraph that resolves it",
            )


def external_type_mismatch(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """EXTERNAL_TYPE_MISMATCH: an external field's type is not that of the resolved field, nor a narrower one where the
    subgraphs that resolve it differ."""
    possible = possible_types(subgraphs)
    for coordinate, (external, resolved) in _external_and_resolved(subgraphs).items():
        types = [field.type for field in resolved.values()]
        expected = merge_output_types(types, possible)
        narrower_allowed = len(set(types)) > 1
        mismatched = [
            subgraph
            for subgraph, field in external.items()
            if expected
            and field.type != expected
            and not (narrower_allowed and merge_output_types([field.type, expected], possible) == expected)
        ]
        if mismatched:
            yield RuleViolation(
                "EXTERNAL_TYPE_MISMATCH",
                coordinate,
                mismatched,
                f'the @external field does not have the type "{expected}" that it has in {", ".join(resolved)}',
                "Give it that type",
            )


def external_argument_mismatch(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """EXTERNAL_ARGUMENT_MISSING, EXTERNAL_ARGUMENT_TYPE_MISMATCH, EXTERNAL_ARGUMENT_DEFAULT_MISMATCH: an external field
    lacks an argument of the resolved field, or has it otherwise."""
    from_context = context_coordinates(subgraphs)
    for field_coordinate, (external, resolved) in _external_and_resolved(subgraphs).items():
        first, *more_fields = resolved.values()
        for name, argument in first.arguments.items():
            coordinate = f"{field_coordinate}({name}:)"
            if coordinate in from_context or not all(name in field.arguments for field in more_fields):
                continue
            type_ = merge_input_types([field.arguments[name].type for field in resolved.values()])
            for subgraph, field in external.items():
                problem = _argument_problem(field.arguments.get(name), argument, type_)
                if problem is not None:
                    code, description, remedy = problem
                    yield RuleViolation(code, coordinate, [subgraph, *resolved], description, remedy)


def _argument_problem(
    external: InputValue | None, resolved: InputValue, type_: str | None
) -> tuple[str, str, str] | None:
    """Code, problem and remedy. `type_` is the merged type of the argument where it is resolved."""
    if external is None:
        return (
            "EXTERNAL_ARGUMENT_MISSING",
            "the @external field lacks this argument of the resolved field",
            "Add the argument",
        )
    if type_ is not None and merge_input_types([external.type, type_]) != type_:
        return (
            "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
            f'the argument has the type "{external.type}" on the @external field, "{type_}" where it is resolved',
            "Give it that type",
        )
    if external.default != resolved.default:
        return (
            "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
            "the argument does not have the default value that it has where the field is resolved",
            "Give it that default value",
        )
    return None


def external_on_interface(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """EXTERNAL_ON_INTERFACE: a field of an interface is external, although none is resolved."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields(Kind.INTERFACE):
            if field.has("external"):
                yield RuleViolation(
                    "EXTERNAL_ON_INTERFACE",
                    coordinate,
                    [subgraph.name],
                    "@external has no meaning on a field of an interface",
                    "Put it on the fields of the implementing types",
                )


def external_collision(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE: an external field has `@provides`."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields():
            if field.has("external") and field.has("provides"):
                yield RuleViolation(
                    "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
                    coordinate,
                    [subgraph.name],
                    "the field is @external and has @provides",
                    "Keep one of the two directives",
                )


def merged_directive_on_external(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: a directive of the supergraph is on an external field.

    It would have no effect there, which must not happen to a protection."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields():
            if not field.has("external"):
                continue
            for directive in field.directives:
                composed = (directive.spec, directive.name) in subgraph.composed
                if composed or directive.is_federation(*MERGED_DIRECTIVES):
                    yield RuleViolation(
                        "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
                        coordinate,
                        [subgraph.name],
                        f"the field is @external and has @{directive.name}, which would have no effect",
                        f"Put @{directive.name} in the subgraph that resolves the field",
                    )


def _external_and_resolved(
    subgraphs: Sequence[Subgraph],
) -> dict[str, tuple[dict[str, OutputField], dict[str, OutputField]]]:
    """By coordinate and subgraph, the field where it is external and where it is resolved; only fields with both."""
    fields: dict[str, tuple[dict[str, OutputField], dict[str, OutputField]]] = {}
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields():
            external, resolved = fields.setdefault(coordinate, ({}, {}))
            (external if field.has("external") else resolved)[subgraph.name] = field
    return {coordinate: pair for coordinate, pair in fields.items() if all(pair)}


OWN_RULES = (external_unused, external_on_interface, external_collision)
RULES = (
    external_missing_on_base,
    external_type_mismatch,
    external_argument_mismatch,
    merged_directive_on_external,
)
