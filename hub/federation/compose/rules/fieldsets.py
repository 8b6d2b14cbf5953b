"""Rules of the field sets of `@key`, `@requires` and `@provides`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hub.federation.compose.field_selections import SelectedField, field_sets, is_external, resolve_field_set
from hub.federation.compose.subgraph_model import Element, InputValue, Kind, Subgraph, named_type
from hub.federation.errors import RuleViolation

_DIRECTIVES = ("key", "requires", "provides")


def invalid_fields(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """KEY_, REQUIRES_, PROVIDES_INVALID_FIELDS: a field set selects what the subgraph does not have.

    PROVIDES_ON_NON_OBJECT_FIELD checks fields that return no object."""
    for subgraph in subgraphs:
        for field_set in field_sets(subgraph, *_DIRECTIVES):
            problem = resolve_field_set(subgraph, field_set).problem
            if problem is None or (field_set.directive == "provides" and not subgraph.is_composite(field_set.type)):
                continue
            yield RuleViolation(
                f"{field_set.directive.upper()}_INVALID_FIELDS",
                field_set.coordinate,
                [subgraph.name],
                f'in @{field_set.directive}(fields: "{field_set.text}"), {problem}',
                "Correct the field set, or declare the field in this subgraph",
            )


def invalid_fields_type(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """KEY_, REQUIRES_, PROVIDES_INVALID_FIELDS_TYPE: a field set is not a string.

    Federation 1 also took names and lists of strings, and still may."""
    for subgraph in subgraphs:
        if not subgraph.is_federation2:
            continue
        elements: list[tuple[str, Element]] = [(type_.name, type_) for type_ in subgraph.types.values()]
        elements.extend((coordinate, field) for _, field, coordinate in subgraph.output_fields())
        for coordinate, element in elements:
            for directive in element.directives:
                literal = dict(directive.arguments).get("fields", '"')
                if directive.is_federation(*_DIRECTIVES) and not literal.startswith('"'):
                    yield RuleViolation(
                        f"{directive.name.upper()}_INVALID_FIELDS_TYPE",
                        coordinate,
                        [subgraph.name],
                        f"in @{directive.name}, {literal} is not a string",
                        "Put the field set between quotes",
                    )


def key_fields_select_invalid_type(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """KEY_FIELDS_SELECT_INVALID_TYPE: a key has a field of an interface or union type."""
    for subgraph in subgraphs:
        for key in field_sets(subgraph, "key"):
            for selected in resolve_field_set(subgraph, key).fields:
                type_ = subgraph.types.get(named_type(selected.field.type))
                if type_ is not None and type_.kind in (Kind.INTERFACE, Kind.UNION):
                    yield RuleViolation(
                        "KEY_FIELDS_SELECT_INVALID_TYPE",
                        key.coordinate,
                        [subgraph.name],
                        f'the key has field "{selected.coordinate}" of the abstract type "{type_.name}"',
                        "Use a field whose type is a scalar, an enum or an object",
                    )


def provides_on_non_object_field(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """PROVIDES_ON_NON_OBJECT_FIELD: `@provides` is on a field that returns no object."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields():
            if field.has("provides") and not subgraph.is_composite(named_type(field.type)):
                yield RuleViolation(
                    "PROVIDES_ON_NON_OBJECT_FIELD",
                    coordinate,
                    [subgraph.name],
                    f'@provides is on a field of type "{field.type}", which has no fields',
                    "Remove @provides",
                )


def fields_has_args(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """KEY_, PROVIDES_FIELDS_HAS_ARGS: a field set selects a field that has arguments."""
    for subgraph in subgraphs:
        for field_set in field_sets(subgraph, "key", "provides"):
            for selected in resolve_field_set(subgraph, field_set).fields:
                if selected.field.arguments:
                    yield RuleViolation(
                        f"{field_set.directive.upper()}_FIELDS_HAS_ARGS",
                        field_set.coordinate,
                        [subgraph.name],
                        f'@{field_set.directive} selects "{selected.coordinate}", which has arguments',
                        "Use a field without arguments",
                    )


def directive_in_fields_arg(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """KEY_, REQUIRES_, PROVIDES_DIRECTIVE_IN_FIELDS_ARG: a field set applies a directive."""
    for subgraph in subgraphs:
        for field_set in field_sets(subgraph, *_DIRECTIVES):
            directives = resolve_field_set(subgraph, field_set).directives
            if directives:
                yield RuleViolation(
                    f"{field_set.directive.upper()}_DIRECTIVE_IN_FIELDS_ARG",
                    field_set.coordinate,
                    [subgraph.name],
                    f"the field set of @{field_set.directive} applies @{', @'.join(directives)}",
                    "Remove that directive",
                )


def fields_missing_external(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """REQUIRES_, PROVIDES_FIELDS_MISSING_EXTERNAL: a required or provided field is the subgraph's own.

    A leaf of the field set is `@external`, or below a field that is. Federation 1 did not demand it."""
    for subgraph in subgraphs:
        for field_set in field_sets(subgraph, "requires", "provides") if subgraph.is_federation2 else ():
            for selected in resolve_field_set(subgraph, field_set).fields:
                external = selected.below_external or is_external(subgraph, selected.type, selected.field)
                if selected.leaf and not external:
                    yield RuleViolation(
                        f"{field_set.directive.upper()}_FIELDS_MISSING_EXTERNAL",
                        field_set.coordinate,
                        [subgraph.name],
                        f'@{field_set.directive} selects "{selected.coordinate}", which this subgraph already resolves',
                        "Mark that field @external, or remove it from the field set",
                    )


def required_arguments(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """REQUIRES_INVALID_FIELDS: a field set passes an argument that the required field lacks where it is resolved, or
    leaves out one that is demanded there."""
    for subgraph in subgraphs:
        for field_set in field_sets(subgraph, "requires"):
            for selected in resolve_field_set(subgraph, field_set).fields:
                for problem, names in _argument_problems(selected, subgraphs):
                    yield RuleViolation(
                        "REQUIRES_INVALID_FIELDS",
                        field_set.coordinate,
                        [subgraph.name, *names],
                        f'@requires selects "{selected.coordinate}" {problem} in {", ".join(names)}',
                        "Give the field the same arguments in every subgraph",
                    )


def _argument_problems(selected: SelectedField, subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with the arguments that a field set passes to a field, and in which subgraphs."""
    resolving: dict[str, Mapping[str, InputValue]] = {}
    for subgraph in subgraphs:
        type_ = subgraph.types.get(selected.type.name)
        field = type_.fields.get(selected.field.name) if type_ is not None else None
        if field is not None and not field.has("external"):
            resolving[subgraph.name] = field.arguments
    for name in selected.arguments:
        lacking = [subgraph for subgraph, arguments in resolving.items() if name not in arguments]
        if lacking:
            yield f'with the argument "{name}", which it lacks', lacking
    for name in dict.fromkeys(name for arguments in resolving.values() for name in arguments):
        declared = {subgraph: arguments[name] for subgraph, arguments in resolving.items() if name in arguments}
        demanding = [subgraph for subgraph, argument in declared.items() if argument.type.endswith("!")]
        optional = len({argument.default for argument in declared.values()} - {None}) == 1 and all(
            argument.default for argument in declared.values()
        )
        passed = selected.arguments.get(name, optional)
        if len(declared) == len(resolving) and demanding and not passed:
            yield f'without a value of the argument "{name}", which it demands', demanding


OWN_RULES = (
    invalid_fields_type,
    invalid_fields,
    key_fields_select_invalid_type,
    provides_on_non_object_field,
    fields_has_args,
    directive_in_fields_arg,
    fields_missing_external,
)
RULES = (required_arguments,)
