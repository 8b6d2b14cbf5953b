"""A query document as the compiler reads it: fields by response key, fragments inlined, conditions settled.

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
        """Children of this name, under whatever aliases."""
        return tuple(node for node in self.children if node.name == name)


@dataclass(frozen=True, slots=True)
class Reading:
    """One operation under given values of its conditions."""

    roots: tuple[Node, ...]
    defaults: Mapping[str, Any]

    def value(self, node: Node, argument: str, variables: Mapping[str, Any]) -> Any:
        """The value of an argument, None where it is absent or null."""
        found = node.arguments.get(argument)
        if found is None:
            return None
        return self._evaluate(found, variables)

    def _evaluate(self, found: ValueNode, variables: Mapping[str, Any]) -> Any:
        if isinstance(found, VariableNode):
            name = found.name.value
            return variables[name] if name in variables else self.defaults.get(name)
        known = {**self.defaults, **variables}
        return value_from_ast_untyped(found, known)


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
            item.variable.name.value: value_from_ast_untyped(item.default_value)
            for item in self.operation.variable_definitions or ()
            if item.default_value is not None
        }

    @property
    def kind(self) -> str:
        """`query`, `mutation` or `subscription`."""
        return self.operation.operation.value

    @cached_property
    def root_names(self) -> set[str]:
        """Names of the root fields, whatever the conditions say."""
        return {node.name for node in _Reader(self.fragments, None).fields((self.operation.selection_set,))}

    def settled(self, variables: Mapping[str, Any]) -> tuple[bool, ...]:
        """Values of the conditions: with the text, what the reading depends on."""
        return tuple([bool(variables.get(name, self._defaults.get(name))) for name in self.conditions])

    def read(self, settled: tuple[bool, ...]) -> Reading:
        """The operation under these values of its conditions."""
        reader = _Reader(self.fragments, dict(zip(self.conditions, settled, strict=True)))
        return Reading(reader.fields((self.operation.selection_set,)), self._defaults)


@dataclass
class _Reader:
    fragments: Mapping[str, FragmentDefinitionNode]
    conditions: Mapping[str, Any] | None
    count: int = 0

    def fields(self, sets: tuple[SelectionSetNode, ...], type_name: str | None = None) -> tuple[Node, ...]:
        merged: dict[str, list[FieldNode]] = {}
        for item in self._flat(sets, type_name):
            key = item.alias.value if item.alias else item.name.value
            merged.setdefault(key, []).append(item)
        return tuple(self._node(key, items) for key, items in merged.items())

    def _node(self, key: str, items: list[FieldNode]) -> Node:
        self.count += 1
        number, name = self.count, items[0].name.value
        sets = tuple(item.selection_set for item in items if item.selection_set)
        arguments = {argument.name.value: argument.value for argument in items[0].arguments or ()}
        if name != ENTITIES:
            return Node(key, name, number, arguments, self.fields(sets))
        types = {type_name: self.fields(sets, type_name) for type_name in self._types(sets)}
        return Node(key, name, number, arguments, (), types)

    def _included(self, item: Any) -> bool:
        for directive in item.directives or ():
            if directive.name.value not in ("skip", "include"):
                continue
            value = directive.arguments[0].value
            if self.conditions is None:
                continue
            wanted = directive.name.value == "include"
            given = self.conditions[value.name.value] if isinstance(value, VariableNode) else value.value
            if bool(given) is not wanted:
                return False
        return True

    def _flat(self, sets: tuple[SelectionSetNode, ...], type_name: str | None) -> Iterator[FieldNode]:
        for selection_set in sets:
            for item in selection_set.selections:
                if not self._included(item):
                    continue
                if isinstance(item, FieldNode):
                    yield item
                    continue
                on, below = self._fragment(item)
                if type_name is None or on is None or on == type_name or on == "_Entity":
                    yield from self._flat((below,), type_name)

    def _types(self, sets: tuple[SelectionSetNode, ...]) -> list[str]:
        found: dict[str, None] = {}
        for selection_set in sets:
            for item in selection_set.selections:
                if isinstance(item, FieldNode) or not self._included(item):
                    continue
                on, below = self._fragment(item)
                if on is None or on == "_Entity":
                    found.update(dict.fromkeys(self._types((below,))))
                else:
                    found[on] = None
        return list(found)

    def _fragment(self, item: Any) -> tuple[str | None, SelectionSetNode]:
        if isinstance(item, FragmentSpreadNode):
            definition = self.fragments[item.name.value]
            return definition.type_condition.name.value, definition.selection_set
        assert isinstance(item, InlineFragmentNode)
        on = item.type_condition.name.value if item.type_condition else None
        return on, item.selection_set


def _conditions(document: DocumentNode) -> Iterator[str]:
    pending: list[Any] = [
        d.selection_set for d in document.definitions if isinstance(d, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while pending:
        for item in pending.pop().selections:
            for directive in item.directives or ():
                if directive.name.value in ("skip", "include"):
                    value = directive.arguments[0].value
                    if isinstance(value, VariableNode):
                        yield value.name.value
            if not isinstance(item, FragmentSpreadNode) and item.selection_set:
                pending.append(item.selection_set)
