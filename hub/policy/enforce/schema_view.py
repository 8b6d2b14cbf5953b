"""`Schema-View: mine`: the schema of what one kind of actor could ever read for one purpose.

docs/policy.md#rule-10 and docs/attaques.md#attack-11. For introspection alone: operations are checked against the whole
client schema, and decided as ever. A view is made by leaving definitions out, so that it never holds one that the whole
schema lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    get_named_type,
    is_required_argument,
    is_required_input_field,
    parse,
    print_schema,
)

from hub.errors import RequestRefused
from hub.policy.decide.classification import Classification
from hub.policy.decide.decision import DecisionClass, Effect
from hub.policy.enforce.input_check import is_admitted, is_value_written
from schema.facts import VALUE_FACTS
from schema.lru import Lru

MINE = "mine"
"""The value of the header `Schema-View`; the other, `all`, is the default."""
CACHE, CACHE_BYTES = 64, 32 * 1024 * 1024
"""Views kept, one per decision class, and memory for them."""
BASE, PER_TYPE = 100_000, 4_000
"""Memory of a view, in bytes: what it has anyway, and what each of its types adds."""


class Views:
    """The views of one graph, each built when it is first requested; least recently used first out.

    For one thread at a time.
    """

    def __init__(self, schema: GraphQLSchema, classification: Classification) -> None:
        self._schema, self._classification = schema, classification
        self._views: Lru[str, GraphQLSchema] = Lru("schema views", CACHE_BYTES, _memory, entries=CACHE)

    def requested(self, header: str | None, decisions: DecisionClass) -> Callable[[], GraphQLSchema] | None:
        """The builder of the view that `Schema-View` requests; None for the whole schema."""
        return partial(self.view, decisions) if header == MINE else None

    def view(self, decisions: DecisionClass) -> GraphQLSchema:
        """What this class could ever read; raises RequestRefused (SCHEMA_VIEW_EMPTY) if it is empty."""
        return self._views.get_or(decisions.id, lambda: self._narrowed(decisions))

    def _narrowed(self, decisions: DecisionClass) -> GraphQLSchema:
        visible = _Visible(self._schema, self._classification, decisions)
        if self._schema.query_type is None or not visible.has_members(self._schema.query_type):
            raise RequestRefused(
                "SCHEMA_VIEW_EMPTY",
                "Cette finalité n'ouvre rien à votre sorte d'acteur : déclarez-en une autre, ou retirez l'en-tête "
                "« Schema-View ».",
                "the class of decisions may read nothing",
                http_status=403,
            )
        return build_ast_schema(_document(self._printed, visible), assume_valid_sdl=True)

    @cached_property
    def _printed(self) -> DocumentNode:
        return parse(print_schema(self._schema), no_location=True)


def _memory(name: str, view: GraphQLSchema) -> int:
    """Memory of a view, in bytes."""
    return BASE + PER_TYPE * len(view.type_map)


class _Visible:
    """The coordinates that a view keeps: fields, inputs and enum values, and the types that they reach."""

    def __init__(self, schema: GraphQLSchema, classification: Classification, decisions: DecisionClass) -> None:
        self._schema, self._classification, self._decisions = schema, classification, decisions
        types = [type_ for name, type_ in schema.type_map.items() if not name.startswith("__")]
        self._composite = [type_ for type_ in types if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)]
        self._input_objects = [type_ for type_ in types if isinstance(type_, GraphQLInputObjectType)]
        self._enums = [type_ for type_ in types if isinstance(type_, GraphQLEnumType)]
        self.fields = {
            f"{type_.name}.{name}" for type_ in self._composite for name in type_.fields if self._readable(type_, name)
        }
        self.inputs = {name for name in classification.inputs if is_admitted(name, decisions, classification)}
        self.values: set[str] = set()
        size = -1
        while size != (size := len(self.fields) + len(self.inputs)):
            self._prune()
        self.types = self._reachable_types()

    def has_members(self, type_: GraphQLNamedType) -> bool:
        """Whether any member of the type is visible; of an input object, all required fields too."""
        if isinstance(type_, GraphQLUnionType):
            return any(map(self.has_members, type_.types))
        if isinstance(type_, GraphQLEnumType):
            return any(f"{type_.name}.{value}" in self.values for value in type_.values)
        if isinstance(type_, GraphQLInputObjectType):
            required = (name for name, field in type_.fields.items() if is_required_input_field(field))
            visible = [name for name in type_.fields if f"{type_.name}.{name}" in self.inputs]
            return bool(visible) and all(name in visible for name in required)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            return any(f"{type_.name}.{name}" in self.fields for name in type_.fields)
        return True

    def _readable(self, type_: GraphQLNamedType, name: str) -> bool:
        """Whether a field is read of some row; fields of an interface depend on those of its types, later."""
        decision = self._decisions.decisions.get(f"{type_.name}.{name}")
        return isinstance(type_, GraphQLInterfaceType) or (decision is not None and decision.effect is not Effect.DENY)

    def _prune(self) -> None:
        """Remove, in one round, the coordinates that need one that is no longer visible."""
        self.values = {
            f"{enum.name}.{value}" for enum in self._enums for value in enum.values if self._is_value_used(enum, value)
        }
        for input_object in self._input_objects:
            for name, input_field in input_object.fields.items():
                usable = self.has_members(get_named_type(input_field.type))
                self._keep_if(usable, self.inputs, f"{input_object.name}.{name}")
        for type_ in self._composite:
            for name, field in type_.fields.items():
                coordinate = f"{type_.name}.{name}"
                for argument_name, argument in field.args.items():
                    usable = self.has_members(get_named_type(argument.type))
                    self._keep_if(usable, self.inputs, f"{coordinate}({argument_name}:)")
                selectable = self._is_selectable(coordinate, field) and not self._is_page_without_rows(type_)
                self._keep_if(selectable, self.fields, coordinate)
        for type_ in self._composite:
            if isinstance(type_, GraphQLInterfaceType):
                self._prune_interface(type_)

    @staticmethod
    def _keep_if(condition: bool, coordinates: set[str], coordinate: str) -> None:
        if not condition:
            coordinates.discard(coordinate)

    def _is_selectable(self, coordinate: str, field: GraphQLField) -> bool:
        """Whether the required arguments of the field are visible, and the type that it returns has members."""
        required = [name for name, argument in field.args.items() if is_required_argument(argument)]
        callable_ = all(f"{coordinate}({name}:)" in self.inputs for name in required)
        return callable_ and self.has_members(get_named_type(field.type))

    def _is_page_without_rows(self, type_: GraphQLObjectType | GraphQLInterfaceType) -> bool:
        return "nodes" in type_.fields and f"{type_.name}.nodes" not in self.fields

    def _prune_interface(self, type_: GraphQLInterfaceType) -> None:
        """Keep the fields and arguments of an interface that all its types have."""
        objects = [object_type.name for object_type in self._schema.get_possible_types(type_)]
        for name, field in type_.fields.items():
            shared = all(f"{object_name}.{name}" in self.fields for object_name in objects)
            self._keep_if(shared, self.fields, f"{type_.name}.{name}")
            for argument in field.args:
                shared = all(f"{object_name}.{name}({argument}:)" in self.inputs for object_name in objects)
                self._keep_if(shared, self.inputs, f"{type_.name}.{name}({argument}:)")

    def _is_value_used(self, enum: GraphQLEnumType, value: str) -> bool:
        """Whether a value may ever be answered by a field, or given to an input."""
        schema, coordinate = self._classification, f"{enum.name}.{value}"
        if any(
            schema.fields[name].returns == enum.name and self._is_value_readable(coordinate, name)
            for name in self.fields & self._enum_fields
        ):
            return True
        value_class = schema.inputs.get(coordinate)
        if value_class is not None and coordinate not in self.inputs:
            return False
        reads = value_class.reads if value_class is not None else ()
        return any(
            all(self._is_value_readable(coordinate, read) for read in (*schema.inputs[name].reads, *reads))
            and is_value_written(name, coordinate, self._decisions, schema)
            for name in self.inputs
            if schema.inputs[name].type == enum.name and name != coordinate
        )

    @cached_property
    def _enum_fields(self) -> frozenset[str]:
        enums = {enum.name for enum in self._enums}
        return frozenset(name for name, field in self._classification.fields.items() if field.returns in enums)

    def _is_value_readable(self, value: str, field: str) -> bool:
        """Whether a value, perhaps of a stricter category than the field, is read in this field of some row."""
        category, field_class = self._classification.values.get(value), self._classification.fields[field]
        decision = self._decisions.decisions[field]
        if category not in field_class.values or decision.effect is Effect.OPEN:
            return True
        return any(bit == VALUE_FACTS[category] and clauses for bit, clauses in decision.rule.values)

    def _reachable_types(self) -> frozenset[str]:
        reachable: set[str] = set()
        roots = (self._schema.query_type, self._schema.mutation_type)
        pending: list[GraphQLNamedType] = [root for root in roots if root is not None and self.has_members(root)]
        arguments = (argument for directive in self._schema.directives for argument in directive.args.values())
        pending += (get_named_type(argument.type) for argument in arguments)
        while pending:
            type_ = pending.pop()
            if type_.name not in reachable and self.has_members(type_):
                reachable.add(type_.name)
                pending += self._referenced_types(type_)
        return frozenset(reachable)

    def _referenced_types(self, type_: GraphQLNamedType) -> Iterable[GraphQLNamedType]:
        if isinstance(type_, GraphQLUnionType | GraphQLInterfaceType):
            yield from self._schema.get_possible_types(type_)
        if isinstance(type_, GraphQLInputObjectType):
            yield from (get_named_type(f.type) for n, f in type_.fields.items() if f"{type_.name}.{n}" in self.inputs)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            yield from type_.interfaces
            for name, field in type_.fields.items():
                coordinate = f"{type_.name}.{name}"
                if coordinate in self.fields:
                    yield get_named_type(field.type)
                    types = (a.type for n, a in field.args.items() if f"{coordinate}({n}:)" in self.inputs)
                    yield from map(get_named_type, types)


def _document(printed: DocumentNode, visible: _Visible) -> DocumentNode:
    """The definitions that are visible, without their invisible members."""
    definitions: list[DefinitionNode] = []
    for node in printed.definitions:
        if isinstance(node, SchemaDefinitionNode):
            roots = [root for root in node.operation_types if root.type.name.value in visible.types]
            definitions.append(replace(node, operation_types=tuple(roots)))
        elif not isinstance(node, TypeDefinitionNode):
            definitions.append(node)
        elif node.name.value in visible.types:
            definitions.append(_definition(node, visible))
    return DocumentNode(definitions=tuple(definitions))


def _definition(node: TypeDefinitionNode, visible: _Visible) -> TypeDefinitionNode:
    name = node.name.value
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        fields = (field for field in node.fields or () if f"{name}.{field.name.value}" in visible.fields)
        interfaces = tuple(type_ for type_ in node.interfaces or () if type_.name.value in visible.types)
        return replace(node, fields=tuple(_field(name, field, visible) for field in fields), interfaces=interfaces)
    if isinstance(node, InputObjectTypeDefinitionNode):
        inputs = tuple(field for field in node.fields or () if f"{name}.{field.name.value}" in visible.inputs)
        return replace(node, fields=inputs)
    if isinstance(node, EnumTypeDefinitionNode):
        return replace(node, values=tuple(v for v in node.values or () if f"{name}.{v.name.value}" in visible.values))
    if isinstance(node, UnionTypeDefinitionNode):
        return replace(node, types=tuple(type_ for type_ in node.types or () if type_.name.value in visible.types))
    return node


def _field(type_name: str, node: Any, visible: _Visible) -> Any:
    coordinate = f"{type_name}.{node.name.value}"
    arguments = (a for a in node.arguments or () if f"{coordinate}({a.name.value}:)" in visible.inputs)
    return replace(node, arguments=tuple(arguments))
