"""Field sets of Federation 1 select own fields of the subgraph without effect: this leaves them out."""

from __future__ import annotations

from typing import Any

from graphql import (
    REMOVE,
    SKIP,
    FieldNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    Visitor,
    VisitorAction,
    parse,
    print_ast,
    strip_ignored_characters,
    visit,
)

from hub.federation.compose.field_selections import FieldSet, is_external
from hub.federation.compose.subgraph_model import Subgraph, named_type
from hub.federation.operations.normalise import braced


def external_selections(subgraph: Subgraph, field_set: FieldSet) -> str:
    """The text of a right field set without the leaves that are not external, nor below an external field; empty if it
    selects no other."""
    document = visit(parse(braced(field_set.text or ""), no_location=True), _OwnLeaves(subgraph, field_set.type))
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return " ".join(strip_ignored_characters(print_ast(selection)) for selection in operation.selection_set.selections)


class _OwnLeaves(Visitor):
    """Removes the leaves that the subgraph itself resolves; `types` are those of the selections that are open."""

    def __init__(self, subgraph: Subgraph, type_name: str) -> None:
        super().__init__()
        self.subgraph = subgraph
        self.types = [type_name]

    def enter_field(self, node: FieldNode, *_: Any) -> VisitorAction:
        type_ = self.subgraph.types[self.types[-1]]
        field = type_.fields.get(node.name.value)
        if field is not None and is_external(self.subgraph, type_, field):
            return SKIP
        self.types.append(named_type(field.type) if field is not None else "")
        return None

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        self.types.append(node.type_condition.name.value if node.type_condition else self.types[-1])

    def leave_field(self, node: FieldNode | InlineFragmentNode, *_: Any) -> VisitorAction:
        self.types.pop()
        return None if node.selection_set and node.selection_set.selections else REMOVE

    leave_inline_fragment = leave_field
