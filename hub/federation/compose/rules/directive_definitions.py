"""DIRECTIVE_DEFINITION_INVALID: a subgraph that defines a federation directive itself defines it as specified.

It may leave out optional arguments, places and `repeatable`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import DirectiveDefinitionNode, NonNullTypeNode

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.specification import specified
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per definition."""
    for subgraph in subgraphs:
        for node in subgraph.document.definitions:
            if not isinstance(node, DirectiveDefinitionNode) or node.name.value not in subgraph.local:
                continue
            problem = _problem(node, specified(subgraph.version)[subgraph.local[node.name.value]].node)
            if problem is not None:
                yield failure(
                    "DIRECTIVE_DEFINITION_INVALID",
                    f"@{node.name.value}",
                    [subgraph.name],
                    f"la directive n'est pas définie comme dans la spécification : {problem}",
                    "Retirez cette définition : @link l'apporte",
                )


def _problem(node: DirectiveDefinitionNode, specified: DirectiveDefinitionNode) -> str | None:
    arguments = {each.name.value: each for each in node.arguments or ()}
    expected = {each.name.value: each for each in specified.arguments or ()}
    for name in arguments.keys() - expected.keys():
        return f"l'argument « {name} » est inconnu"
    for name, argument in expected.items():
        required = isinstance(argument.type, NonNullTypeNode)
        if required and name not in arguments:
            return f"l'argument « {name} » manque"
        if name in arguments and isinstance(arguments[name].type, NonNullTypeNode) and not required:
            return f"l'argument « {name} » y est obligatoire"
    places = {each.value for each in node.locations} - {each.value for each in specified.locations}
    if places:
        return f"elle n'a pas sa place sur {', '.join(sorted(places))}"
    if node.repeatable and not specified.repeatable:
        return "elle n'est pas répétable"
    return None
