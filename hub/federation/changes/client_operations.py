"""The parts of a schema that the operations of real clients use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    GraphQLType,
    NamedTypeNode,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    type_from_ast,
    visit,
)

from hub.federation.changes.change import Change


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a client: its name, and all that its operations use: coordinates, and types of fields, inputs and
    fragments."""

    name: str
    uses: frozenset[str]

    def is_affected(self, change: Change) -> bool:
        """Whether its operations use an element that the change affects."""
        return not self.uses.isdisjoint(change.affects)


def read_document(name: str, document: DocumentNode, schema: GraphQLSchema) -> Document:
    """The document, which must be valid on the schema. All fields and values of a variable's type count as used."""
    info = TypeInfo(schema)
    collector = _Collector(schema, info)
    visit(document, TypeInfoVisitor(info, collector))
    return Document(name, frozenset(collector.uses))


class _Collector(Visitor):
    def __init__(self, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self.schema, self.info = schema, info
        self.uses: set[str] = set()
        self.fields: list[str] = []

    def use(self, type_: GraphQLType | None, member: str = "") -> None:
        """Count the named type inside this one as used, or one of its members (`.name`)."""
        if type_ is not None:
            self.uses.add(f"{get_named_type(type_).name}{member}")

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self.info.get_parent_type()
        self.fields.append(f"{parent.name if parent else ''}.{node.name.value}")
        self.uses.add(self.fields[-1])
        self.use(parent)
        self.use(self.info.get_type())

    def leave_field(self, *_: Any) -> None:
        self.fields.pop()

    def enter_named_type(self, node: NamedTypeNode, *_: Any) -> None:
        self.uses.add(node.name.value)

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        if self.info.get_directive() is None:
            self.uses.add(f"{self.fields[-1]}({node.name.value}:)")
        self.use(self.info.get_input_type())

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        self.use(self.info.get_parent_input_type(), f".{node.name.value}")
        self.use(self.info.get_input_type())

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        self.use(self.info.get_input_type(), f".{node.value}")

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        pending: list[GraphQLType | None] = [type_from_ast(self.schema, node.type)]
        visited: set[str] = set()
        while pending:
            type_ = get_named_type(pending.pop())
            if type_ is None or type_.name in visited:
                continue
            visited.add(type_.name)
            members = type_.values if isinstance(type_, GraphQLEnumType) else getattr(type_, "fields", {})
            self.uses.update((type_.name, *(f"{type_.name}.{name}" for name in members)))
            if isinstance(type_, GraphQLInputObjectType):
                pending.extend(field.type for field in type_.fields.values())
