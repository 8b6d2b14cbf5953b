"""The directives of operations that all subgraphs have: any of them may be sent what a client wrote.

A directive without a linked specification is composed if every subgraph defines it; one of `@composeDirective` keeps
its executable locations only if every subgraph has them. Arguments and locations are those that all have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graphql import DirectiveDefinitionNode, parse, print_ast, specified_directives

from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.compose.type_merging import merge_input_types
from hub.federation.legacy_supergraph import changed

EXECUTABLE = frozenset(
    {"QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"}
    | {"VARIABLE_DEFINITION"}
)
_STANDARD = frozenset({*(directive.name for directive in specified_directives), "defer", "stream", "link"})


def executable_directives(subgraphs: Sequence[Subgraph]) -> tuple[str, ...]:
    """Definitions of the directives without a specification that every subgraph has, in the first one's order."""
    defined = [_definitions(subgraph) for subgraph in subgraphs]
    names = [name for name in (defined[0] if defined else ()) if all(name in own for own in defined)]
    merged = (_merged([own[name] for own in defined]) for name in names)
    return tuple(print_ast(node) for node in merged if node is not None)


def contradictory_arguments(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, dict[str, str]]]:
    """Coordinates of the arguments of these directives whose types contradict each other, with the type by subgraph."""
    defined = {subgraph.name: _definitions(subgraph) for subgraph in subgraphs}
    names = set[str].intersection(*(set(own) for own in defined.values())) if defined else set[str]()
    for name in sorted(names):
        nodes = {subgraph: own[name] for subgraph, own in defined.items()}
        if not _common_locations(list(nodes.values())):
            continue
        types: dict[str, dict[str, str]] = {}
        for subgraph, node in nodes.items():
            for argument in node.arguments or ():
                types.setdefault(f"@{name}({argument.name.value}:)", {})[subgraph] = print_ast(argument.type)
        for coordinate, by_subgraph in types.items():
            if merge_input_types(list(by_subgraph.values())) is None:
                yield coordinate, by_subgraph


def with_common_locations(directive: tuple[str, str], text: str, subgraphs: Sequence[Subgraph]) -> str:
    """The definition of a linked directive without the executable locations that some subgraph does not have."""
    node: Any = parse(text, no_location=True).definitions[0]
    definitions: list[Any] = [
        parse(subgraph.definitions[directive], no_location=True).definitions[0]
        for subgraph in subgraphs
        if directive in subgraph.definitions
    ]
    common = _common_locations(definitions) if len(definitions) == len(subgraphs) else set()
    locations = tuple(place for place in node.locations if place.value not in EXECUTABLE or place.value in common)
    return print_ast(changed(node, locations=locations)) if locations else text


def _definitions(subgraph: Subgraph) -> dict[str, DirectiveDefinitionNode]:
    """A subgraph's own directives that no specification defines."""
    foreign = {*_STANDARD, *subgraph.federation_names, *subgraph.linked_directives}
    return {
        node.name.value: node
        for node in subgraph.document.definitions
        if isinstance(node, DirectiveDefinitionNode) and node.name.value not in foreign
    }


def _common_locations(nodes: Sequence[Any]) -> set[str]:
    return set.intersection(*({place.value for place in node.locations} for node in nodes)) & EXECUTABLE


def _merged(nodes: Sequence[Any]) -> Any:
    """One definition for all of them; None if they have no location in common, or contradict each other."""
    first = nodes[0]
    common = _common_locations(nodes)
    arguments = [{argument.name.value: argument for argument in node.arguments or ()} for node in nodes]
    merged = []
    for name in dict.fromkeys(name for own in arguments for name in own):
        holders = [own[name] for own in arguments if name in own]
        type_ = merge_input_types([print_ast(argument.type) for argument in holders])
        required = any(argument.type.kind == "non_null_type" and argument.default_value is None for argument in holders)
        if type_ is None or (required and len(holders) < len(nodes)):
            return None
        if len(holders) == len(nodes):
            defaults = {print_ast(argument.default_value) if argument.default_value else "" for argument in holders}
            default = holders[0].default_value if len(defaults) == 1 else None
            typed: Any = parse(f"scalar S input I {{ a: {type_} }}", no_location=True).definitions[1]
            merged.append(changed(holders[0], type=typed.fields[0].type, default_value=default, directives=()))
    if not common:
        return None
    locations = tuple(place for place in first.locations if place.value in common)
    repeatable = all(node.repeatable for node in nodes)
    return changed(first, arguments=tuple(merged), locations=locations, repeatable=repeatable)
