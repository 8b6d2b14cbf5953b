"""A query document as the compiler reads it: fields by response key, fragments inlined, `@skip`/`@include` decided.

The document was parsed and validated before. Fragments on a concrete type always apply, since a subgraph's only
abstract type is `_Entity`: below it, fields are kept by type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from subgraphs.kit.errors import RequestFailed

ENTITIES = "_entities"


@dataclass(frozen=True, slots=True)
class Node:
    """One field. `number` is its place in the document; `types` holds the fields per type of `_entities`."""

    key: str
    name: str
    number: int
    arguments: Mapping[str, ValueNode]
    children: tuple[Node, ...]
    types: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)

    def child(self, name: str) -> tuple[Node, ...]:
        """Return the children of this field name, whatever their aliases."""
        return tuple(node for node in self.children if node.name == name)


@dataclass(frozen=True, slots=True)
class Reading:
    """One operation under fixed values of its conditions; `kind` as of its `Query`."""

    roots: tuple[Node, ...]
    defaults: Mapping[str, Any] = field(repr=False)
    kind: str = "query"

    def value(self, node: Node, argument: str, variables: Mapping[str, Any]) -> Any:
        """Return the value of an argument, None if it is absent or null."""
        value = node.arguments.get(argument)
        if value is None:
            return None
        return self._evaluate(value, variables)

    def _evaluate(self, value: ValueNode, variables: Mapping[str, Any]) -> Any:
        if isinstance(value, VariableNode):
            name = value.name.value
            return variables[name] if name in variables else self.defaults.get(name)
        defined = {**self.defaults, **variables}
        return value_from_ast_untyped(value, defined)


class Query:
    """A parsed document; `conditions` are the variables of its `@skip` and `@include`."""

    def __init__(self, document: DocumentNode) -> None:
        operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        if len(operations) != 1:
            raise RequestFailed("OPERATION_REFUSED", "La requête doit contenir une seule opération.")
        self.operation = operations[0]
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.conditions = tuple(sorted(set(_conditions(document))))
        self._defaults = {
            definition.variable.name.value: value_from_ast_untyped(definition.default_value)
            for definition in self.operation.variable_definitions or ()
            if definition.default_value is not None
        }

    @property
    def kind(self) -> str:
        """`query`, `mutation` or `subscription`."""
        return self.operation.operation.value

    @cached_property
    def root_names(self) -> set[str]:
        """Names of all root fields, skipped ones included."""
        return {node.name for node in _Reader(self.fragments, None).fields((self.operation.selection_set,))}

    def settled(self, variables: Mapping[str, Any]) -> tuple[bool, ...]:
        """Return the values of the conditions, on which the reading depends besides the text."""
        return tuple([bool(variables.get(name, self._defaults.get(name))) for name in self.conditions])

    def read(self, settled: tuple[bool, ...]) -> Reading:
        """Return the operation under these values of its conditions."""
        reader = _Reader(self.fragments, dict(zip(self.conditions, settled, strict=True)))
        return Reading(reader.fields((self.operation.selection_set,)), self._defaults, self.kind)


@dataclass
class _Reader:
    fragments: Mapping[str, FragmentDefinitionNode]
    conditions: Mapping[str, Any] | None
    count: int = 0

    def fields(self, sets: tuple[SelectionSetNode, ...], type_name: str | None = None) -> tuple[Node, ...]:
        nodes_by_key: dict[str, list[FieldNode]] = {}
        for field_node in self._flat(sets, type_name):
            key = field_node.alias.value if field_node.alias else field_node.name.value
            nodes_by_key.setdefault(key, []).append(field_node)
        return tuple(self._node(key, field_nodes) for key, field_nodes in nodes_by_key.items())

    def _node(self, key: str, field_nodes: list[FieldNode]) -> Node:
        self.count += 1
        number, name = self.count, field_nodes[0].name.value
        sets = tuple(field_node.selection_set for field_node in field_nodes if field_node.selection_set)
        arguments = {argument.name.value: argument.value for argument in field_nodes[0].arguments or ()}
        if name != ENTITIES:
            return Node(key, name, number, arguments, self.fields(sets))
        types = {type_name: self.fields(sets, type_name) for type_name in self._types(sets)}
        return Node(key, name, number, arguments, (), types)

    def _included(self, selection: Any) -> bool:
        for directive in selection.directives or ():
            if directive.name.value not in ("skip", "include"):
                continue
            value = directive.arguments[0].value
            if self.conditions is None:
                continue
            included_if = directive.name.value == "include"
            condition = self.conditions[value.name.value] if isinstance(value, VariableNode) else value.value
            if bool(condition) is not included_if:
                return False
        return True

    def _flat(self, sets: tuple[SelectionSetNode, ...], type_name: str | None) -> Iterator[FieldNode]:
        for selection_set in sets:
            for selection in selection_set.selections:
                if not self._included(selection):
                    continue
                if isinstance(selection, FieldNode):
                    yield selection
                    continue
                on, below = self._fragment(selection)
                if type_name is None or on is None or on == type_name or on == "_Entity":
                    yield from self._flat((below,), type_name)

    def _types(self, sets: tuple[SelectionSetNode, ...]) -> list[str]:
        type_names: dict[str, None] = {}
        for selection_set in sets:
            for selection in selection_set.selections:
                if isinstance(selection, FieldNode) or not self._included(selection):
                    continue
                on, below = self._fragment(selection)
                if on is None or on == "_Entity":
                    type_names.update(dict.fromkeys(self._types((below,))))
                else:
                    type_names[on] = None
        return list(type_names)

    def _fragment(self, selection: Any) -> tuple[str | None, SelectionSetNode]:
        if isinstance(selection, FragmentSpreadNode):
            definition = self.fragments[selection.name.value]
            return definition.type_condition.name.value, definition.selection_set
        assert isinstance(selection, InlineFragmentNode)
        on = selection.type_condition.name.value if selection.type_condition else None
        return on, selection.selection_set


def _conditions(document: DocumentNode) -> Iterator[str]:
    pending: list[Any] = [
        d.selection_set for d in document.definitions if isinstance(d, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while pending:
        for selection in pending.pop().selections:
            for directive in selection.directives or ():
                if directive.name.value in ("skip", "include"):
                    value = directive.arguments[0].value
                    if isinstance(value, VariableNode):
                        yield value.name.value
            if not isinstance(selection, FragmentSpreadNode) and selection.selection_set:
                pending.append(selection.selection_set)
