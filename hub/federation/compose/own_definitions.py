"""A subgraph's own definitions of federation's directives."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DirectiveDefinitionNode, print_ast

from hub.federation.compose.specification import LINK
from hub.federation.compose.subgraph_model import Subgraph

_LOOSE_IN_FEDERATION_1 = ("key", "requires", "provides")
_LOOSE_ARGUMENTS = ([], *([f"fields: {name}"] for name in ("String", "_FieldSet", "FieldSet")))


def own_definitions(subgraph: Subgraph) -> Iterator[DirectiveDefinitionNode]:
    """The subgraph's own definitions of federation directives and of the `@link` that it applies, but for the forms
    that Federation 1 ignores."""
    names = {*subgraph.federation_names, *([LINK.name] if subgraph.links else [])}
    for node in subgraph.document.definitions:
        if not isinstance(node, DirectiveDefinitionNode) or node.name.value not in names:
            continue
        if subgraph.is_federation2 or not _is_ignored(node):
            yield node


def _is_ignored(node: DirectiveDefinitionNode) -> bool:
    """Whether Federation 1 puts its own definition in the place of this one."""
    arguments = [f"{argument.name.value}: {print_ast(argument.type)}" for argument in node.arguments or ()]
    return node.name.value in _LOOSE_IN_FEDERATION_1 and arguments in _LOOSE_ARGUMENTS
