"""Rules of `@context` and `@fromContext`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from graphql import (
    DirectiveDefinitionNode,
    FieldNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    parse,
)

from hub.federation.compose.field_selections import FieldSet, resolve_field_set
from hub.federation.compose.from_context import (
    ContextArgument,
    context_arguments,
    context_coordinates,
    context_types,
)
from hub.federation.compose.subgraph_model import Kind, Subgraph, Type, named_type
from hub.federation.compose.type_merging import possible_types
from hub.federation.errors import RuleViolation
from hub.federation.operations.normalise import braced

_CONTEXT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def context_name_invalid(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """CONTEXT_NAME_INVALID: a context's name is not a letter followed by letters and digits.

    The supergraph puts the subgraph's name and two underscores before it."""
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for values in type_.applied("context"):
                if not _CONTEXT_NAME.fullmatch(values["name"]):
                    yield RuleViolation(
                        "CONTEXT_NAME_INVALID",
                        type_.name,
                        [subgraph.name],
                        f'"{values["name"]}" is no name of a context',
                        "Use letters and digits only, a letter first",
                    )


def context_not_set(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """CONTEXT_NOT_SET: no type sets the context, or the argument can't take a value from one.

    A field of an interface, or one that implements it, would be queried with the interface's arguments; a default value
    would never be used."""
    for subgraph in subgraphs:
        problems = [
            (argument.coordinate, _argument_problem(subgraph, argument)) for argument in context_arguments(subgraph)
        ]
        problems.extend((coordinate, _DIRECTIVE_ARGUMENT) for coordinate in _directive_arguments(subgraph))
        for coordinate, problem in problems:
            if problem is not None:
                yield RuleViolation("CONTEXT_NOT_SET", coordinate, [subgraph.name], *problem)


_DIRECTIVE_ARGUMENT = ("@fromContext has no effect on an argument of a directive", "Remove it")


def _argument_problem(subgraph: Subgraph, argument: ContextArgument) -> tuple[str, str] | None:
    """Problem and remedy."""
    interfaces = [subgraph.types[name] for name in argument.type.interfaces if name in subgraph.types]
    if argument.type.kind is not Kind.OBJECT:
        return "@fromContext has no effect on a field of an interface", "Put it on one of an object type"
    implemented = next((type_.name for type_ in interfaces if argument.field.name in type_.fields), None)
    if implemented is not None:
        return f'the field is one of the interface "{implemented}"', "Use a field that the interface does not have"
    if argument.argument.default is not None:
        return "the argument has a default value, which would never be used", "Remove the default value"
    if argument.context is not None and not context_types(subgraph, argument.context):
        return f'no type sets the context "{argument.context}"', "Put @context on a type above this field"
    return None


def _directive_arguments(subgraph: Subgraph) -> Iterator[str]:
    """Coordinates of arguments of directives that have `@fromContext`."""
    for node in subgraph.document.definitions:
        for argument in (node.arguments or ()) if isinstance(node, DirectiveDefinitionNode) else ():
            names = (subgraph.federation_names.get(directive.name.value) for directive in argument.directives or ())
            if "fromContext" in names:
                yield f"@{node.name.value}({argument.name.value}:)"  # type: ignore[attr-defined]


def no_context_in_selection(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """NO_CONTEXT_IN_SELECTION: `@fromContext` names no context, or selects nothing on it."""
    for subgraph in subgraphs:
        for argument in context_arguments(subgraph):
            if argument.context is None or not argument.selection:
                yield RuleViolation(
                    "NO_CONTEXT_IN_SELECTION",
                    argument.coordinate,
                    [subgraph.name],
                    "@fromContext does not give a context and a selection",
                    'Write "$context { field }"',
                )


def context_invalid_selection(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """CONTEXT_INVALID_SELECTION: `@fromContext` does not select, on each type that sets the context, one field of the
    argument's nullable type, or one such field per fragment on an object type.

    Stricter than Apollo's composition: a nested selection also has one field, other than `__typename`, and nothing is
    selected on Mutation, which would be executed again."""
    for subgraph in subgraphs:
        for argument in context_arguments(subgraph):
            locations = context_types(subgraph, argument.context) if argument.selection else []
            problems = (_selection_problem(subgraph, argument, location, locations) for location in locations)
            problem = next((problem for problem in problems if problem is not None), None)
            if problem is not None:
                yield RuleViolation(
                    "CONTEXT_INVALID_SELECTION",
                    argument.coordinate,
                    [subgraph.name],
                    f'in @fromContext(field: "${argument.context}{argument.selection}"), {problem}',
                    'Select one field of the argument\'s type, without "!"',
                )


def _selection_problem(
    subgraph: Subgraph, argument: ContextArgument, location: Type, locations: Sequence[Type]
) -> str | None:
    """The problem of the selection on `location`, one of the `locations` that set the context."""
    field_set = FieldSet("fromContext", argument.coordinate, location.name, argument.selection)
    resolved = resolve_field_set(subgraph, field_set)
    if resolved.problem is not None:
        return resolved.problem
    if resolved.directives:
        return f"directive @{resolved.directives[0]} has no effect"
    if location.name == "Mutation":
        return "a mutation would be executed once more"
    operation = parse(braced(argument.selection), no_location=True).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    nodes = operation.selection_set.selections
    fragments = [node for node in nodes if isinstance(node, InlineFragmentNode)]
    if not fragments:
        return _branch_problem(subgraph, location, nodes, argument.argument.type)
    if len(fragments) < len(nodes):
        return "several fields of one type are selected"
    problem = _fragments_problem(subgraph, fragments, locations)
    if problem is not None:
        return problem
    possible = possible_types([subgraph]).get(location.name, {location.name})
    branches = [
        (subgraph.types[node.type_condition.name.value], node.selection_set.selections)
        for node in fragments
        if node.type_condition and node.type_condition.name.value in possible
    ]
    if not branches:
        return f'no fragment is on "{location.name}"'
    problems = (_branch_problem(subgraph, type_, branch, argument.argument.type) for type_, branch in branches)
    return next((problem for problem in problems if problem), None)


def _fragments_problem(
    subgraph: Subgraph, fragments: Sequence[InlineFragmentNode], locations: Sequence[Type]
) -> str | None:
    conditions = [node.type_condition.name.value if node.type_condition else "" for node in fragments]
    if len(set(conditions)) < len(conditions):
        return "several fields of one type are selected"
    possible = possible_types([subgraph])
    reachable = {name for location in locations for name in possible.get(location.name, {location.name})}
    for name in conditions:
        if name not in subgraph.types or subgraph.types[name].kind is not Kind.OBJECT:
            return "a fragment is not on an object type"
        if name not in reachable:
            return f'the fragment on "{name}" never applies'
    return None


def _branch_problem(subgraph: Subgraph, type_: Type, nodes: Sequence[SelectionNode], expected: str) -> str | None:
    """Why the selection is not one leaf field of the expected type; each list on the way adds a list to its type."""
    selected_type = "{}"
    while True:
        if type_.has("interfaceObject"):
            return f'"{type_.name}" is an @interfaceObject'
        node = nodes[0] if len(nodes) == 1 else None
        if not isinstance(node, FieldNode) or node.name.value not in type_.fields:
            return "several fields are selected, or none"
        printed = type_.fields[node.name.value].type
        selected_type = selected_type.format(printed.replace("!", "").replace(named_type(printed), "{}"))
        if node.selection_set is None:
            selected_type = selected_type.format(named_type(printed))
            if selected_type == expected:
                return None
            return f'the field has the type "{selected_type}", the argument "{expected}"'
        type_, nodes = subgraph.types[named_type(printed)], node.selection_set.selections


def context_no_resolvable_key(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """CONTEXT_NO_RESOLVABLE_KEY: an object with an argument from a context has no resolvable key.

    The context's value is only known after the object is: the field is fetched in a request of its own."""
    for subgraph in subgraphs:
        for type_ in {argument.type.name: argument.type for argument in context_arguments(subgraph)}.values():
            keys = [key for key in type_.applied("key") if key.get("resolvable") is not False]
            if type_.kind is Kind.OBJECT and not keys:
                yield RuleViolation(
                    "CONTEXT_NO_RESOLVABLE_KEY",
                    type_.name,
                    [subgraph.name],
                    "a field takes an argument from a context, and the type has no resolvable key",
                    "Give it a key that this subgraph resolves",
                )


def contextual_argument_not_contextual(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: one subgraph takes an argument from a context, another
    requires it of clients, who can't give it."""
    from_context = context_coordinates(subgraphs)
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields():
            for argument in field.arguments.values():
                argument_coordinate = f"{coordinate}({argument.name}:)"
                if argument_coordinate not in from_context or argument.has("fromContext"):
                    continue
                if argument.is_required:
                    yield RuleViolation(
                        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
                        argument_coordinate,
                        [subgraph.name],
                        "another subgraph takes the argument from a context, this one requires it",
                        "Add @fromContext to it, or make it optional",
                    )


OWN_RULES = (
    context_name_invalid,
    context_not_set,
    no_context_in_selection,
    context_invalid_selection,
    context_no_resolvable_key,
)
RULES = (contextual_argument_not_contextual,)
