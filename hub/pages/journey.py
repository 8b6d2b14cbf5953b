"""The journey query, which GraphiQL opens with, cut to the fields that are served."""

from __future__ import annotations

import re
from pathlib import Path

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    parse,
)

JOURNEY = Path(__file__).with_name("journey.graphql")
"""The whole query, also with fields that are not served yet."""


def journey(schema: GraphQLSchema, text: str | None = None) -> str:
    """Remove from the query the fields that the schema lacks; return "" if none remains."""
    query = JOURNEY.read_text(encoding="utf-8") if text is None else text
    (operation,) = (node for node in parse(query).definitions if isinstance(node, OperationDefinitionNode))
    cuts = _cuts(operation.selection_set, schema.query_type)
    if cuts is None:
        return ""
    for start, end in sorted(cuts, reverse=True):
        query = query[:start] + query[end:]
    lines = (re.sub(r"(?<=\S) {2,}", " ", line).rstrip() for line in query.splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def _cuts(selections: SelectionSetNode, parent: object) -> list[tuple[int, int]] | None:
    """Return the ranges of the text to remove; None if no field of these selections is served."""
    cuts: list[tuple[int, int]] = []
    served = 0
    for node in selections.selections:
        assert isinstance(node, FieldNode)
        inner: list[tuple[int, int]] | None = None
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) and node.name.value in parent.fields:
            returned = get_named_type(parent.fields[node.name.value].type)
            inner = _cuts(node.selection_set, returned) if node.selection_set is not None else []
        if inner is None:
            cuts.append(_place(node))
        else:
            served += 1
            cuts += inner
    return cuts if served else None


def _place(node: Node) -> tuple[int, int]:
    assert node.loc is not None
    return node.loc.start, node.loc.end
