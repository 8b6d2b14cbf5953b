"""Validation of a document by graphql-core's rules, visited once, each node only by the rules that read its kind.

graphql-core's own `validate` asks every rule at every node, names included: three times as long for the same errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError, GraphQLSchema, Node, TypeInfo, Visitor
from graphql.language.ast import QUERY_DOCUMENT_KEYS
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
    together = _Visit(types, visitors)
    try:
        together.visit(document)
    except (ValidationAbortedError, RecursionError) as error:
        return errors or [GraphQLError(type(error).__name__)]
    finally:
        for part in (together, *visitors):  # each refers to itself, and to the document
            vars(part).clear()
    return errors


class _Kind(NamedTuple):
    """The work at nodes of one kind: the functions to call on entering a node, those on leaving it (in reverse order),
    and the fields whose nodes are visited in between."""

    enter_type: Callable[[Node], None] | None
    entering: list[tuple[int, Callable[..., Any]]]
    parts: Callable[[Node], tuple[Any, ...]]
    leaving: list[tuple[int, Callable[..., Any]]]
    leave_type: Callable[[], None] | None


class _Visit:
    """A visit of a document by rules together, and the types of its places."""

    def __init__(self, types: TypeInfo, rules: Sequence[Visitor]) -> None:
        self._types, self._rules = types, rules
        self._kinds: dict[str, _Kind] = {}
        self._ancestors: list[Any] = []
        """The nodes, and the tuples of nodes, around the parent of a node."""
        self._skipping: list[bool] = [False] * len(rules)
        """By rule, whether it reads nothing here: it has ended, or it skips what is below a node."""

    def visit(self, node: Node, parent: Any = None) -> None:
        """Visit a node and all below, depth first; `parent` is the node or the tuple that it is in."""
        enter_type, entering, parts, leaving, leave_type = self._kinds.get(node.kind) or self._kind(node.kind)
        below = [part for part in parts(node) if part]
        if not (below or entering or leaving):
            return
        ancestors, skipping = self._ancestors, self._skipping
        until_left: list[int] | None = None
        if enter_type is not None:
            enter_type(node)
        for number, enter in entering:
            if not skipping[number]:
                action = enter(node, None, parent, None, ancestors)
                if action is not None:
                    skipping[number] = True
                    if action is Visitor.SKIP:
                        until_left = [*(until_left or ()), number]
        if below:
            self._visit_below(node, parent, below)
        for number, leave in leaving:
            if not skipping[number]:
                leave(node, None, parent, None, ancestors)
        for number in until_left or ():
            skipping[number] = False
        if leave_type is not None:
            leave_type()

    def _visit_below(self, node: Node, parent: Any, below: Sequence[Any]) -> None:
        ancestors = self._ancestors
        if parent is not None:
            ancestors.append(parent)
        for part in below:
            if isinstance(part, tuple):
                ancestors.append(node)
                for item in part:
                    self.visit(item, part)
                ancestors.pop()
            else:
                self.visit(part, node)
        if parent is not None:
            ancestors.pop()

    def _kind(self, kind: str) -> _Kind:
        methods = [(number, *rule.get_enter_leave_for_kind(kind)) for number, rule in enumerate(self._rules)]
        keys = _KEYS.get(kind, ())
        kind_visitors = self._kinds[kind] = _Kind(
            getattr(self._types, f"enter_{kind}", None),
            [(number, enter) for number, enter, _ in methods if enter is not None],
            attrgetter(*keys) if len(keys) > 1 else lambda node: tuple([getattr(node, key) for key in keys]),
            [(number, leave) for number, _, leave in methods if leave is not None],
            getattr(self._types, f"leave_{kind}", None),
        )
        return kind_visitors


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
            alone = _Visit(self._type_info, [visitor])
            alone.visit(node)
            usages = self._variable_usages[node] = visitor.usages
            for part in (alone, visitor):
                vars(part).clear()
        return usages
