"""Validation of a document by graphql-core's rules, visited once, each node only by the rules that read its kind.

graphql-core's own `validate` asks every rule at every node, names included: three times as long for the same errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError, GraphQLSchema, Node, TypeInfo, Visitor, visit
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.language.visitor import EnterLeaveVisitor
from graphql.pyutils import RefMap
from graphql.validation import ValidationContext
from graphql.validation.validate import ValidationAbortedError
from graphql.validation.validation_context import NodeWithSelectionSet, VariableUsage, VariableUsageVisitor

Rule: TypeAlias = Callable[[ValidationContext], Visitor]

_KEYS = {
    kind: tuple(key for key in keys if key not in ("name", "alias", "description"))
    for kind, keys in QUERY_DOCUMENT_KEYS.items()
}
"""The parts of nodes that rules read: no rule visits a name."""


def validate(
    schema: GraphQLSchema, document: DocumentNode, rules: Sequence[Rule], max_errors: int
) -> list[GraphQLError]:
    """The errors of a document, at most `max_errors`, without suggestions. The fragments of the document end, and its
    depth is bounded (hub.document.limits)."""
    errors: list[GraphQLError] = []

    def report(error: GraphQLError) -> None:
        errors.append(error)
        if len(errors) >= max_errors:
            raise ValidationAbortedError("too many errors")

    types = TypeInfo(schema)
    context = _Context(schema, document, types, report, hide_suggestions=True)
    visitors = [rule(context) for rule in rules]
    together = _Rules(types, visitors)
    try:
        visit(document, together, _KEYS)
    except (ValidationAbortedError, RecursionError) as error:
        return errors or [GraphQLError(type(error).__name__)]
    finally:
        for part in (together, *visitors):  # each refers to itself, and to the document
            vars(part).clear()
    return errors


class _Rules(Visitor):
    """Rules that visit a document together, and the types of its places."""

    def __init__(self, types: TypeInfo, rules: Sequence[Visitor]) -> None:
        super().__init__()
        self._types, self._rules = types, rules
        self._skipping: list[Any] = [None] * len(rules)
        """By rule, the node below which it reads nothing, or True: it has ended."""

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        """What is done at nodes of a kind."""
        calls = self.enter_leave_map.get(kind)
        if calls is None:
            calls = self.enter_leave_map[kind] = self._calls(kind)
        return calls

    def _calls(self, kind: str) -> EnterLeaveVisitor:
        skipping = self._skipping
        methods = [(number, *rule.get_enter_leave_for_kind(kind)) for number, rule in enumerate(self._rules)]
        entering = [(number, enter) for number, enter, _ in methods if enter is not None]
        leaving = [(number, leave) for number, enter, leave in methods if enter is not None or leave is not None]
        enter_type, leave_type = (getattr(self._types, f"{way}_{kind}", None) for way in ("enter", "leave"))

        def enter_node(node: Node, *where: Any) -> None:
            if enter_type is not None:
                enter_type(node)
            for number, enter in entering:
                if skipping[number] is None:
                    action = enter(node, *where)
                    if action is not None:
                        skipping[number] = node if action is Visitor.SKIP else True

        def leave_node(node: Node, *where: Any) -> None:
            for number, leave in leaving:
                if skipping[number] is node:
                    skipping[number] = None
                elif leave is not None and skipping[number] is None:
                    leave(node, *where)
            if leave_type is not None:
                leave_type()

        return EnterLeaveVisitor(enter_node, leave_node)


class _Context(ValidationContext):
    """The context of all rules; it finds what it keeps by the node itself, since the hash of a node reads all below."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._fragment_spreads = RefMap()  # type: ignore[assignment]
        self._variable_usages = RefMap()  # type: ignore[assignment]
        self._recursive_variable_usages = RefMap()  # type: ignore[assignment]

    def get_variable_usages(self, node: NodeWithSelectionSet) -> list[VariableUsage]:
        """The variables that a definition itself uses."""
        usages = self._variable_usages.get(node)
        if usages is None:
            fragment = node if isinstance(node, FragmentDefinitionNode) else None
            visitor = VariableUsageVisitor(self._type_info, fragment)
            rules = _Rules(self._type_info, [visitor])
            visit(node, rules, _KEYS)
            usages = self._variable_usages[node] = visitor.usages
            for part in (rules, visitor):
                vars(part).clear()
        return usages
