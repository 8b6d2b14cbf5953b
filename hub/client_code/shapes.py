"""What an operation sends and reads, as typed trees that a language then writes down.

Fields that several fragments select are one field. A selection that is a single fragment takes that fragment's shape,
shared by all operations; another has a name made of the operation and the path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLString,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
)

from hub.client_code.operations import Operation
from hub.errors import ClientRefused

Selections = list[tuple[SelectionSetNode, bool]]
"""Selection sets, and whether `@skip` or `@include` may leave each one out."""


@dataclass(frozen=True, slots=True)
class ShapeField:
    """A field of a shape: its key in the answer, its type, the shapes of its objects (one per possible type)."""

    key: str
    type: GraphQLOutputType
    description: str
    optional: bool = False
    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """The selection of one object type; `tag` is its `__typename` where several types are possible."""

    name: str
    description: str
    fields: tuple[ShapeField, ...]
    tag: str | None = None
    fragment: bool = False


@dataclass
class _Selected:
    """The occurrences of one key of the answer."""

    definition: GraphQLField | None
    optional: bool
    selections: Selections = field(default_factory=list)


class Shapes:
    """Makes the shapes of one operation and names them; `reserved` names stay free."""

    def __init__(self, schema: GraphQLSchema, operation: Operation, reserved: frozenset[str] = frozenset()) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments: Mapping[str, FragmentDefinitionNode] = {node.name.value: node for node in operation.fragments}
        self._names = {operation.name, *reserved}
        self._fragment_shapes: dict[str, Shape] = {}

    def data(self) -> Shape:
        """The shape of the operation's data."""
        node: OperationDefinitionNode = self._operation.node
        root = self._schema.get_root_type(node.operation)
        assert root is not None
        selections: Selections = [(node.selection_set, False)]
        name = self._unused(f"{self._operation.name}Data")
        description = f"Ce que répond le hub à « {self._operation.name} »."
        return Shape(name, description, self._fields(root, selections, self._operation.name))

    def _object(
        self, type_: GraphQLObjectType, selections: Selections, prefix: str, name: str, tag: str | None = None
    ) -> Shape:
        fragment = self._single_fragment(selections, type_) if tag is None else None
        if fragment is not None:
            return self._of_fragment(fragment, type_)
        name = self._unused(name)
        return Shape(name, type_.description or "", self._fields(type_, selections, prefix, tag), tag)

    def _of_fragment(self, fragment: FragmentDefinitionNode, type_: GraphQLObjectType) -> Shape:
        """The shape of a fragment, which is one however often the operation spreads it."""
        name = fragment.name.value
        if name not in self._fragment_shapes:
            fields = self._fields(type_, [(fragment.selection_set, False)], name)
            self._fragment_shapes[name] = Shape(name, type_.description or "", fields, None, True)
        return self._fragment_shapes[name]

    def _fields(
        self, type_: GraphQLObjectType, selections: Selections, prefix: str, tag: str | None = None
    ) -> tuple[ShapeField, ...]:
        selected: dict[str, _Selected] = {}
        self._collect(type_, selections, selected)
        if tag is not None:
            selected.pop("__typename")
        return tuple(self._field(key, entry, prefix) for key, entry in selected.items())

    def _field(self, key: str, entry: _Selected, prefix: str) -> ShapeField:
        if entry.definition is None:
            return ShapeField(key, GraphQLNonNull(GraphQLString), "Nom du type.", entry.optional)
        type_ = entry.definition.type
        name = f"{prefix}{key[:1].upper()}{key[1:]}"
        selections = entry.selections
        if entry.optional and len(selections) == 1:  # the field is left out with its fields
            selections = [(selections[0][0], False)]
        shapes = tuple(self._shapes(get_named_type(type_), selections, name)) if selections else ()
        return ShapeField(key, type_, entry.definition.description or "", entry.optional, shapes)

    def _shapes(self, type_: GraphQLNamedType, selections: Selections, name: str) -> Iterator[Shape]:
        if is_object_type(type_):
            yield self._object(type_, selections, name, name)
            return
        assert is_abstract_type(type_)
        for possible in sorted(self._schema.get_possible_types(type_), key=lambda possible: possible.name):
            selected: dict[str, _Selected] = {}
            self._collect(possible, selections, selected)
            if "__typename" not in selected or selected["__typename"].optional:
                raise ClientRefused(
                    "OPERATION_TYPENAME",
                    f"« {self._operation.name} » : demandez « __typename » de « {type_.name} » (plusieurs types).",
                    "an abstract type without __typename",
                )
            member = f"{name}{possible.name}"
            yield self._object(possible, selections, member, member, possible.name)

    def _collect(self, type_: GraphQLObjectType, selections: Selections, into: dict[str, _Selected]) -> None:
        for selection_set, optional in selections:
            for node in selection_set.selections:
                left_out = optional or _is_conditional(node)
                if isinstance(node, FieldNode):
                    self._add(type_, node, left_out, into)
                    continue
                condition, inner = self._fragment(node)
                if condition is None or self._applies(condition, type_):
                    self._collect(type_, [(inner, left_out)], into)

    def _add(self, type_: GraphQLObjectType, node: FieldNode, optional: bool, into: dict[str, _Selected]) -> None:
        key = (node.alias or node.name).value
        definition = type_.fields.get(node.name.value)
        entry = into.setdefault(key, _Selected(definition, optional))
        entry.optional = entry.optional and optional
        if node.selection_set is not None:
            entry.selections.append((node.selection_set, optional))

    def _fragment(self, node: SelectionNode) -> tuple[NamedTypeNode | None, SelectionSetNode]:
        if isinstance(node, FragmentSpreadNode):
            fragment = self._fragments[node.name.value]
            return fragment.type_condition, fragment.selection_set
        assert isinstance(node, InlineFragmentNode)
        return node.type_condition, node.selection_set

    def _applies(self, condition: NamedTypeNode, type_: GraphQLObjectType) -> bool:
        condition_type = self._schema.type_map[condition.name.value]
        return condition_type is type_ or (
            is_abstract_type(condition_type) and self._schema.is_sub_type(condition_type, type_)
        )

    def _single_fragment(self, selections: Selections, type_: GraphQLCompositeType) -> FragmentDefinitionNode | None:
        """The fragment that is all of the selection, if it is one on this very type."""
        nodes = [node for selection_set, _ in selections for node in selection_set.selections]
        if len(nodes) != 1 or not isinstance(nodes[0], FragmentSpreadNode) or _is_conditional(nodes[0]):
            return None
        fragment = self._fragments[nodes[0].name.value]
        return fragment if fragment.type_condition.name.value == type_.name else None

    def _unused(self, name: str) -> str:
        while name in self._names or name in self._fragments:
            name += "_"
        self._names.add(name)
        return name


def nested(shape: Shape) -> Iterator[Shape]:
    """The shape and those below it, from the top; one of a fragment as often as it is spread."""
    yield shape
    for entry in shape.fields:
        for below in entry.shapes:
            yield from nested(below)


def _is_conditional(node: SelectionNode) -> bool:
    return any(directive.name.value in ("skip", "include") for directive in node.directives or ())
