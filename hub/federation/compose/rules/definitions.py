"""The rule of a subgraph's own definitions of federation's directives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import (
    DirectiveDefinitionNode,
    InputValueDefinitionNode,
    NonNullTypeNode,
    ScalarTypeDefinitionNode,
    TypeNode,
    print_ast,
)

from hub.federation.compose.own_definitions import own_definitions
from hub.federation.compose.specification import LINK, SCALARS
from hub.federation.compose.subgraph_model import Subgraph, named_type
from hub.federation.errors import RuleViolation


def directive_definition_invalid(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """DIRECTIVE_DEFINITION_INVALID: a subgraph defines a federation directive otherwise than the specification.

    It may leave out optional arguments, locations and `repeatable`, and give a scalar of federation another type."""
    for subgraph in subgraphs:
        for node in own_definitions(subgraph):
            if node.name.value == LINK.name:
                problem = _shape_problem(node, LINK.node)
            else:
                specified = subgraph.specification[subgraph.federation_names[node.name.value]].node
                problem = _shape_problem(node, specified) or _arguments_problem(subgraph, node, specified)
            if problem is not None:
                yield RuleViolation(
                    "DIRECTIVE_DEFINITION_INVALID",
                    f"@{node.name.value}",
                    [subgraph.name],
                    f"the directive is not defined as specified: {problem}",
                    "Remove this definition, which @link already provides",
                )


def _shape_problem(node: DirectiveDefinitionNode, specified: DirectiveDefinitionNode) -> str | None:
    """What is wrong with the names of the arguments, the locations and `repeatable`."""
    arguments = {argument.name.value for argument in node.arguments or ()}
    expected = {argument.name.value: argument for argument in specified.arguments or ()}
    for name in sorted(arguments - expected.keys()):
        return f'argument "{name}" is unknown'
    for name, argument in expected.items():
        if isinstance(argument.type, NonNullTypeNode) and name not in arguments:
            return f'argument "{name}" is missing'
    locations = {location.value for location in node.locations}
    unknown = locations - {location.value for location in specified.locations}
    if unknown:
        return f"it can't be applied on {', '.join(sorted(unknown))}"
    if node.repeatable and not specified.repeatable:
        return "it is not repeatable"
    return None


def _arguments_problem(
    subgraph: Subgraph, node: DirectiveDefinitionNode, specified: DirectiveDefinitionNode
) -> str | None:
    expected = {argument.name.value: argument for argument in specified.arguments or ()}
    for argument in node.arguments or ():
        problem = _argument_problem(subgraph, argument, expected[argument.name.value])
        if problem is not None:
            return f'argument "{argument.name.value}" {problem}'
    return None


def _argument_problem(
    subgraph: Subgraph, argument: InputValueDefinitionNode, specified: InputValueDefinitionNode
) -> str | None:
    type_: TypeNode = argument.type
    if isinstance(type_, NonNullTypeNode) and not isinstance(specified.type, NonNullTypeNode):
        type_ = type_.type
    printed, expected = print_ast(type_), print_ast(specified.type)
    name, expected_name = named_type(printed), named_type(expected)
    if not _is_name_of(subgraph, name, expected_name) or printed.replace(name, "") != expected.replace(
        expected_name, ""
    ):
        return f'has the type "{print_ast(argument.type)}", not "{expected}"'
    defaults = [print_ast(value.default_value) if value.default_value else None for value in (argument, specified)]
    if not isinstance(argument.type, NonNullTypeNode) and defaults[0] != defaults[1]:
        return f"has the default value {defaults[0]}, not {defaults[1]}"
    return None


def _is_name_of(subgraph: Subgraph, name: str, specified: str) -> bool:
    """Whether a type is the specified one, or takes the place of a scalar of federation without being a scalar."""
    if specified not in SCALARS:
        return name == specified
    nodes = subgraph.document.definitions
    scalars = {node.name.value for node in nodes if isinstance(node, ScalarTypeDefinitionNode)}
    return subgraph.federation_scalars.get(name) == specified or name not in {*scalars, *subgraph.federation_scalars}


RULES = (directive_definition_invalid,)
