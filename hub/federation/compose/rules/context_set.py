"""CONTEXT_NOT_SET: an argument is fed from a context that some type sets, on a field of one object type alone.

A field of an interface, or one that implements it, would be asked by its interface's arguments; a default value would
never be used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import DirectiveDefinitionNode

from hub.errors import StartRefused
from hub.federation.compose.context_arguments import Contextual, contextual, setting
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per argument."""
    for subgraph in subgraphs:
        found = [(each.coordinate, _problem(subgraph, each)) for each in contextual(subgraph)]
        for coordinate, problem in (*found, *_defined(subgraph)):
            if problem is not None:
                said, mend = problem
                yield failure("CONTEXT_NOT_SET", coordinate, [subgraph.name], said, mend)


def _problem(subgraph: Subgraph, each: Contextual) -> tuple[str, str] | None:
    interfaces = [subgraph.types[name] for name in each.type.interfaces if name in subgraph.types]
    if each.type.kind is not Kind.OBJECT:
        return "@fromContext n'a pas d'effet sur le champ d'une interface", "Mettez-le sur celui d'un type objet"
    implemented = next((type_.name for type_ in interfaces if each.field.name in type_.fields), None)
    if implemented is not None:
        return f"le champ est celui de l'interface « {implemented} »", "Prenez un champ que l'interface n'a pas"
    if each.argument.default is not None:
        return "l'argument a une valeur par défaut, que rien n'emploierait", "Retirez-la"
    if each.context is not None and not setting(subgraph, each.context):
        return f"aucun type ne pose le contexte « {each.context} »", "Mettez @context sur un type qui mène à ce champ"
    return None


def _defined(subgraph: Subgraph) -> Iterator[tuple[str, tuple[str, str]]]:
    """Arguments of directives."""
    for node in subgraph.document.definitions:
        if not isinstance(node, DirectiveDefinitionNode):
            continue
        for argument in node.arguments or ():
            if any(subgraph.local.get(each.name.value) == "fromContext" for each in argument.directives or ()):
                said = "@fromContext n'a pas d'effet sur l'argument d'une directive"
                yield f"@{node.name.value}({argument.name.value}:)", (said, "Retirez-le")
