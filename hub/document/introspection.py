"""Introspection (`__schema`, `__type`) as a document of its own, beside the operation's data.

The client schema holds no internal field, so neither does its introspection (docs/policy.md#rule-10).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
)

from hub.federation.operations.normalise import META_FIELDS

NodeT = TypeVar("NodeT", bound=Node)


def split(document: DocumentNode, operation: OperationDefinitionNode) -> DocumentNode | None:
    """A document of the operation's introspection fields alone; None if it has none."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    introspections: list[InlineFragmentNode] = []
    stack: list[tuple[Any, tuple[Any, ...]]] = [(node, ()) for node in reversed(operation.selection_set.selections)]
    while stack:
        node, directives = stack.pop()
        if isinstance(node, FieldNode):
            if node.name.value in META_FIELDS:
                introspections.append(_with_conditions(node, directives))
            continue
        directives = (*directives, tuple(node.directives or ()))
        body = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        stack.extend((child, directives) for child in reversed(body.selection_set.selections))
    if not introspections:
        return None
    introspection = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=tuple(v for v in operation.variable_definitions or () if _is_usable(v)),
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(introspections)),
    )
    return _without_places(DocumentNode(definitions=(introspection, *fragments.values())))


def _without_places(node: NodeT) -> NodeT:
    """A copy of a node: its places would keep all tokens of the client's document. Depth is that of the document."""
    return type(node)(**{key: _copied(getattr(node, key)) for key in node.keys if key != "loc"})


def _copied(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_copied, value))
    return _without_places(value) if isinstance(value, Node) else value


def root_keys(document: DocumentNode, operation: OperationDefinitionNode) -> tuple[str, ...]:
    """Response keys at the root in the client's order, to merge data and introspection."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    keys: dict[str, None] = {}
    stack: list[Any] = list(reversed(operation.selection_set.selections))
    while stack:
        node = stack.pop()
        if isinstance(node, FieldNode):
            keys[node.alias.value if node.alias else node.name.value] = None
            continue
        body = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        stack.extend(reversed(body.selection_set.selections))
    return tuple(keys)


def merge(keys: tuple[str, ...], data: dict[str, Any], introspected: Mapping[str, Any]) -> dict[str, Any]:
    """Data and introspection as one answer, in the client's order."""
    return {key: part[key] for key in keys for part in (data, introspected) if key in part}


def _is_usable(definition: VariableDefinitionNode) -> bool:
    """Whether introspection may use the variable: its arguments and conditions are texts and Booleans, and a
    schema view may lack other types."""
    node = definition.type.type if isinstance(definition.type, NonNullTypeNode) else definition.type
    return isinstance(node, NamedTypeNode) and node.name.value in ("String", "Boolean")


def _with_conditions(node: FieldNode, directives: tuple[Any, ...]) -> InlineFragmentNode:
    """The field under the skip/include directives of the fragments around it."""
    inner = _inline(node, ())
    for fragment_directives in reversed(directives):
        inner = _inline(inner, fragment_directives)
    return inner


def _inline(selection: FieldNode | InlineFragmentNode, directives: Any) -> InlineFragmentNode:
    return InlineFragmentNode(
        type_condition=None, directives=directives, selection_set=SelectionSetNode(selections=(selection,))
    )
