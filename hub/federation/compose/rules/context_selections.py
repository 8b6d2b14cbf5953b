"""CONTEXT_INVALID_SELECTION: what `@fromContext` selects is one field of each type that sets the context, of the
argument's type, which may be null.

Or one fragment per object type, each with one such field. Stricter than Apollo's composition: a nested selection has
one field too, which is no `__typename`, and nothing is taken of a mutation, which would be executed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionNode, parse

from hub.errors import StartRefused
from hub.federation.compose.context_arguments import Contextual, contextual, setting
from hub.federation.compose.field_selections import FieldSet, follow
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph, Type, named
from hub.federation.compose.type_merging import possible
from hub.federation.operations.normalise import braced

Branch = tuple[Type, Sequence[SelectionNode]]


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per argument."""
    for subgraph in subgraphs:
        for each in contextual(subgraph):
            locations = setting(subgraph, each.context) if each.written else []
            problems = (_problem(subgraph, each, location, locations) for location in locations)
            problem = next((found for found in problems if found is not None), None)
            if problem is not None:
                yield failure(
                    "CONTEXT_INVALID_SELECTION",
                    each.coordinate,
                    [subgraph.name],
                    f"dans @fromContext(field: « ${each.context}{each.written} »), {problem}",
                    "Prenez-y un seul champ, du type de l'argument, sans « ! »",
                )


def _problem(subgraph: Subgraph, each: Contextual, location: Type, locations: Sequence[Type]) -> str | None:
    followed = follow(subgraph, FieldSet("fromContext", each.coordinate, location.name, each.written))
    if followed.problem is not None:
        return followed.problem
    if followed.directives:
        return f"la directive @{followed.directives[0]} n'a pas d'effet"
    if location.name == "Mutation":
        return "une mutation serait exécutée une fois de plus"
    operation = parse(braced(each.written), no_location=True).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    nodes = operation.selection_set.selections
    fragments = [node for node in nodes if isinstance(node, InlineFragmentNode)]
    if fragments:
        problem = _of_fragments(subgraph, fragments, nodes, locations)
        if problem is not None:
            return problem
    branches = _branches(subgraph, location, fragments) if fragments else [(location, nodes)]
    if not branches:
        return f"aucun fragment n'est sur « {location.name} »"
    return next((problem for branch in branches if (problem := _of_branch(subgraph, branch, each.argument.type))), None)


def _of_fragments(
    subgraph: Subgraph,
    fragments: Sequence[InlineFragmentNode],
    nodes: Sequence[SelectionNode],
    locations: Sequence[Type],
) -> str | None:
    conditions = [node.type_condition.name.value if node.type_condition else "" for node in fragments]
    if len(fragments) < len(nodes) or len(set(conditions)) < len(conditions):
        return "plusieurs champs d'un même type sont pris"
    members = possible([subgraph])
    used = {name for location in locations for name in members.get(location.name, {location.name})}
    for name in conditions:
        if name not in subgraph.types or subgraph.types[name].kind is not Kind.OBJECT:
            return "un fragment n'est pas sur un type objet"
        if name not in used:
            return f"le fragment sur « {name} » ne sert jamais"
    return None


def _branches(subgraph: Subgraph, location: Type, fragments: Sequence[InlineFragmentNode]) -> list[Branch]:
    members = possible([subgraph]).get(location.name, {location.name})
    named_ = ((node.type_condition.name.value, node) for node in fragments if node.type_condition)
    return [(subgraph.types[name], node.selection_set.selections) for name, node in named_ if name in members]


def _of_branch(subgraph: Subgraph, branch: Branch, expected: str) -> str | None:
    """Why the one field below a type is none of the argument's type; lists on the way make lists."""
    type_, nodes = branch
    found = "{}"
    while True:
        if type_.has("interfaceObject"):
            return f"« {type_.name} » est un @interfaceObject"
        node = nodes[0] if len(nodes) == 1 else None
        if not isinstance(node, FieldNode) or node.name.value not in type_.fields:
            return "plusieurs champs sont pris, ou aucun"
        printed = type_.fields[node.name.value].type
        found = found.format(printed.replace("!", "").replace(named(printed), "{}"))
        if node.selection_set is None:
            found = found.format(named(printed))
            return None if found == expected else f"le champ est de type « {found} », l'argument « {expected} »"
        type_, nodes = subgraph.types[named(printed)], node.selection_set.selections
