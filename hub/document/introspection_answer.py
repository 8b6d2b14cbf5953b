"""The answer of an introspection, as JSON, in time that grows with the schema and with its own size.

The same selection on the same type is written once: `types { fields { type { fields { name } } } }` reads each type
twice, not once per field that returns it. The size of the answer is counted as it grows and bounded. The values are
those of graphql-core's own introspection types, by their resolvers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson
from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    VariableNode,
)

from hub.errors import DocumentRefused
from hub.federation.operations.literals import literal

BASE_BYTES, BYTES_PER_ELEMENT = 100_000, 500
"""The bound of an answer: a base, and what each type, field, argument and value adds (150 to 250 bytes as usual)."""

_META_FIELDS = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


@dataclass(frozen=True, slots=True)
class _Selected:
    """A field of an object: the JSON of its response key, its definition (None: `__typename`), its arguments and the
    selections on its value."""

    key: bytes
    definition: GraphQLField | None
    arguments: Mapping[str, Any]
    below: tuple[SelectionSetNode, ...]


def answer(
    document: DocumentNode, schema: GraphQLSchema, variables: Mapping[str, Any], most_bytes: int | None = None
) -> dict[str, orjson.Fragment]:
    """The JSON of each root field of a document made by `introspection.split`; `variables` are those of the whole
    operation, already checked. Raises DocumentRefused (INTROSPECTION_LIMIT) above `most_bytes`, or above what the whole
    schema may take."""
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    values = {
        node.variable.name.value: literal(node.default_value)
        for node in operation.variable_definitions or ()
        if node.default_value is not None
    }
    writer = _Writer(document, schema, {**values, **variables}, most_bytes or _bound(schema))
    return {key: orjson.Fragment(json) for key, json in writer.root(operation.selection_set)}


def _bound(schema: GraphQLSchema) -> int:
    """More bytes than the whole schema takes, with all its descriptions."""
    types = schema.type_map.values()
    size = BASE_BYTES
    for type_ in types:
        fields = getattr(type_, "fields", {}).values()
        arguments = [argument for field in fields for argument in getattr(field, "args", {}).values()]
        for element in (type_, *fields, *arguments, *getattr(type_, "values", {}).values()):
            size += BYTES_PER_ELEMENT + 2 * len(element.description or "")
    return size


class _Writer:
    def __init__(
        self, document: DocumentNode, schema: GraphQLSchema, variables: Mapping[str, Any], most_bytes: int
    ) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._schema, self._variables = schema, variables
        self._info: Any = SimpleNamespace(schema=schema)
        self._most_bytes, self._bytes = most_bytes, 0
        self._selected: dict[tuple[str, tuple[int, ...]], list[_Selected]] = {}
        self._written: dict[tuple[int, int], bytes] = {}

    def root(self, selections: SelectionSetNode) -> Iterator[tuple[str, bytes]]:
        """Response keys and values of the root fields."""
        for selected in self._fields(None, (selections,)):
            yield orjson.loads(selected.key), self._field(selected, self._schema)

    def _field(self, selected: _Selected, value: Any) -> bytes:
        assert selected.definition is not None
        assert selected.definition.resolve is not None
        resolved = selected.definition.resolve(value, self._info, **selected.arguments)
        return self._value(selected.definition.type, resolved, selected.below)

    def _value(self, type_: GraphQLOutputType, value: Any, below: tuple[SelectionSetNode, ...]) -> bytes:
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        if value is None:
            return self._counted(b"null")
        if isinstance(type_, GraphQLList):
            items = [self._value(type_.of_type, item, below) for item in value]
            self._count(2 + len(items))
            return b"[%b]" % b",".join(items)
        if isinstance(type_, GraphQLObjectType):
            return self._object(type_, value, below)
        leaf: GraphQLLeafType = type_  # type: ignore[assignment]
        return self._counted(orjson.dumps(leaf.coerce_output_value(value)))

    def _object(self, type_: GraphQLObjectType, value: Any, selections: tuple[SelectionSetNode, ...]) -> bytes:
        fields = self._fields(type_, selections)
        place = id(value), id(fields)
        if type_.name == "__Type" and place in self._written:
            return self._counted(self._written[place])
        entries = []
        for selected in fields:
            self._count(len(selected.key) + 2)
            json = self._field(selected, value) if selected.definition is not None else self._typename(type_)
            entries.append(b"%b:%b" % (selected.key, json))
        written = b"{%b}" % b",".join(entries)
        if type_.name == "__Type":  # of which one object stands for each type, as long as its schema lives
            self._written[place] = written
        return written

    def _typename(self, type_: GraphQLObjectType) -> bytes:
        return self._counted(orjson.dumps(type_.name))

    def _counted(self, json: bytes) -> bytes:
        self._count(len(json))
        return json

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self._most_bytes:
            raise DocumentRefused(
                "INTROSPECTION_LIMIT",
                f"La réponse à cette introspection dépasse {self._most_bytes} octets : demandez le schéma une seule "
                "fois, sans alias, ou en plusieurs demandes.",
                f"introspection above {self._most_bytes} bytes",
            )

    def _fields(self, type_: GraphQLObjectType | None, selections: tuple[SelectionSetNode, ...]) -> list[_Selected]:
        """The fields selected on an object of a type, None for the root, in the client's order."""
        place = type_.name if type_ is not None else "", tuple(map(id, selections))
        if place not in self._selected:
            by_key: dict[str, list[FieldNode]] = {}
            for selection_set in selections:
                for node in self._nodes(selection_set):
                    by_key.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            self._selected[place] = [self._merged(type_, key, nodes) for key, nodes in by_key.items()]
        return self._selected[place]

    def _merged(self, type_: GraphQLObjectType | None, key: str, nodes: list[FieldNode]) -> _Selected:
        name = nodes[0].name.value
        definition = _META_FIELDS.get(name) if type_ is None else type_.fields.get(name)
        arguments = {} if definition is None else self._arguments(definition, nodes[0])
        below = tuple(node.selection_set for node in nodes if node.selection_set is not None)
        return _Selected(orjson.dumps(key), definition, arguments, below)

    def _nodes(self, selections: SelectionSetNode) -> Iterator[FieldNode]:
        """The fields that are present: introspection types are concrete, so that every fragment on one applies."""
        stack: list[Any] = list(reversed(selections.selections))
        while stack:
            node = stack.pop()
            if not all(map(self._holds, node.directives or ())):
                continue
            if isinstance(node, FieldNode):
                yield node
            else:
                body = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
                stack.extend(reversed(body.selection_set.selections))

    def _holds(self, directive: DirectiveNode) -> bool:
        """Whether a condition lets its selection in; only `@skip` and `@include` are valid."""
        (argument,) = directive.arguments or ()
        return bool(self._argument(argument.value)) is (directive.name.value == "include")

    def _arguments(self, definition: GraphQLField, node: FieldNode) -> dict[str, Any]:
        return {
            argument.name.value: self._argument(argument.value)
            for argument in node.arguments or ()
            if not isinstance(argument.value, VariableNode) or argument.value.name.value in self._variables
        }

    def _argument(self, node: Any) -> Any:
        return self._variables.get(node.name.value) if isinstance(node, VariableNode) else literal(node)
