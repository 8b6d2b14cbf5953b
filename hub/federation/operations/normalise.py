"""From a valid document to the normal form: one operation, concrete types, no fragments, no literals.

Fragments are inlined, selections on abstract types become selections on each concrete type, equal fields are merged,
statically skipped ones dropped, argument literals lifted into variables. Fields that would overlap with another meaning
are refused here (GraphQL specification §5.3.2), in time linear in the expanded document. Field sets of `@key`,
`@requires` and `@provides` go through the same code.

Every loop is iterative and counts what it makes against the budget: expansion over concrete types can't explode.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeNode,
    VariableNode,
    get_named_type,
    is_input_type,
    is_leaf_type,
    parse,
    type_from_ast,
)

from hub.federation.budget import BORNE_PER_STEP, Budget
from hub.federation.errors import OperationRefused
from hub.federation.operations.arguments import Arguments
from hub.federation.operations.literals import literal
from hub.federation.operations.operation import (
    ClientDirective,
    Condition,
    Occurrence,
    Operation,
    Selections,
    Variable,
)
from hub.federation.operations.selections import Definition, Entry, Place, SelectedFields, Shape, Work, freeze
from hub.federation.operations.variable_defaults import with_defaults
from schema.written_numbers import written

STEPS_PER_FIELD = 4
"""Steps of the budget for a field of a concrete type, from the document to the client's answer."""

META_FIELDS = frozenset({"__schema", "__type"})
"""Root fields of introspection, which never enter an operation."""


def normalise(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    schema: GraphQLSchema,
    budget: Budget | None = None,
) -> Operation:
    """The normal form of one operation of a document that is valid against the schema.

    Raises OperationRefused beyond the budget, and for fields in conflict.
    """
    builder = _Builder(document, schema, budget or Budget())
    root_type = schema.get_root_type(operation.operation)
    if root_type is None:
        raise OperationRefused("DOCUMENT_INVALID", "no root type", {"reason": "ROOT_TYPE"})
    variables = [
        Variable(node.variable.name.value, _printed(node.type), start=_start(node))
        for node in operation.variable_definitions or ()
    ]
    builder.arguments.taken = {variable.name for variable in variables}
    root = freeze(builder.build(operation.selection_set, root_type), root_type.name)
    directives = builder.arguments.directives(operation)
    defaults = {
        node.variable.name.value: literal(node.default_value, _input_type(node.type, schema))
        for node in operation.variable_definitions or ()
        if node.default_value is not None
    }
    return Operation(
        kind=operation.operation.value,
        name=operation.name.value if operation.name else None,
        variables=(*with_defaults(variables, defaults, root, directives, schema), *builder.arguments.lifted),
        root=root,
        literals=builder.arguments.literals,
        defaults=defaults,
        directives=directives,
    )


@dataclass(frozen=True, slots=True)
class FieldSet:
    """A field set in normal form: one selection per concrete type; `constants` are its literals, by variable,
    as (type, value): equal literals have the same variable in every field set."""

    selections: tuple[Selections, ...]
    constants: dict[str, tuple[str, Any]]


def field_set(text: str, type_name: str, schema: GraphQLSchema) -> FieldSet:
    """A key, requires or provides field set over a type of the schema.

    Raises ValueError, OperationRefused or graphql-core's GraphQLError for text that is not a field set of that type.
    """
    document = parse(braced(text), no_location=True)
    operation = document.definitions[0]
    type_ = schema.type_map.get(type_name)
    if not isinstance(operation, OperationDefinitionNode) or type_ is None:
        raise ValueError(f"not a field set of {type_name}")
    builder = _Builder(document, schema, Budget(), shapes=False)
    types = builder.possible(type_)
    place = builder.build(operation.selection_set, type_)
    literals = builder.arguments.literals
    constants = {variable.name: (variable.type, literals[variable.name]) for variable in builder.arguments.lifted}
    names = {name: f"k{_digest(list(constant))}" for name, constant in constants.items()}
    return FieldSet(
        tuple(freeze(place, concrete.name, names) for concrete in types),
        {names[name]: constant for name, constant in constants.items()},
    )


def braced(text: str) -> str:
    """A field set as a document; its outer braces may be written or left out."""
    return text if text.lstrip().startswith("{") else f"{{ {text} }}"


class _Builder:
    """Builds selections. `shapes`: a response key must have one type in all fragments, as in an answer; the fields of a
    field set are read type by type."""

    def __init__(self, document: DocumentNode, schema: GraphQLSchema, budget: Budget, *, shapes: bool = True) -> None:
        self.schema = schema
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.budget = budget
        self.shapes = shapes
        self.arguments = Arguments(schema)
        self.definitions: dict[tuple[str, str], Definition] = {}
        self.concrete: dict[str, frozenset[str]] = {}

    def definition(self, type_name: str, name: str) -> Definition:
        """What is read of a field's definition; raises OperationRefused for a field that the type does not have."""
        definition = self.definitions.get((type_name, name))
        if definition is None:
            field = self.schema.get_field(self.schema.type_map[type_name], name)  # type: ignore[arg-type]
            if field is None:
                raise _unknown_field(type_name)
            below = get_named_type(field.type)
            wrapping = str(field.type).replace(below.name, below.name if is_leaf_type(below) else "")
            types = tuple(type_.name for type_ in self.possible(below))
            definition = self.definitions[type_name, name] = Definition(below, wrapping, types, field.args)
        return definition

    def possible(self, type_: GraphQLNamedType) -> tuple[GraphQLObjectType, ...]:
        if isinstance(type_, GraphQLObjectType):
            return (type_,)
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            return tuple(self.schema.get_possible_types(type_))
        return ()

    def names(self, type_: GraphQLNamedType) -> frozenset[str]:
        """The names of the concrete types of a type."""
        names = self.concrete.get(type_.name)
        if names is None:
            names = self.concrete[type_.name] = frozenset(concrete.name for concrete in self.possible(type_))
        return names

    def build(self, selection_set: SelectionSetNode, type_: GraphQLNamedType) -> Place:
        """Depth first in the document's order, so that entries stand in the client's order."""
        names = tuple(concrete.name for concrete in self.possible(type_))
        root = Place({name: {} for name in names})
        stack = _selected(selection_set, root, Shape(), names, type_, ())
        while stack:
            work = stack.pop()
            conditions = _conditions(work.node, work.conditions)
            if conditions is None:
                continue
            if isinstance(work.node, FieldNode):
                stack.extend(self.enter_field(work.node, work, conditions))
                continue
            if isinstance(work.node, FragmentSpreadNode):
                fragment = self.fragments[work.node.name.value]
                condition: str | None = fragment.type_condition.name.value
                selection_set = fragment.selection_set
            else:
                condition = work.node.type_condition.name.value if work.node.type_condition else None
                selection_set = work.node.selection_set
            types_here, above = work.types, work.above
            own = self.arguments.directives(work.node)
            around = (*work.around, own) if own else work.around
            if condition is not None:
                above = self.schema.type_map[condition]
                possible = self.names(above)
                types_here = tuple([name for name in work.types if name in possible])
            if types_here:
                stack.extend(_selected(selection_set, work.place, work.shape, types_here, above, conditions, around))
        return root

    def enter_field(self, node: FieldNode, work: Work, conditions: tuple[Condition, ...]) -> list[Work]:
        """Merge one field of the document into each concrete type; the selections of its value are the new work."""
        key = node.alias.value if node.alias else node.name.value
        name = node.name.value
        if name in META_FIELDS:
            return []
        more: list[Work] = []
        selected = self.definition(work.above.name, name)
        wrapping, below = selected.wrapping, selected.below
        shape = work.shape.children.get(key)
        if shape is None:
            shape = work.shape.children[key] = Shape(wrapping)
        on_field = self.arguments.directives(node) if node.directives else ()
        start = _start(node)
        borne = len(conditions) + len(on_field) + sum(map(len, work.around))
        steps = STEPS_PER_FIELD + borne // BORNE_PER_STEP
        passed = sorted(entry.name.value for entry in node.arguments) if node.arguments else ()
        for type_name in reversed(work.types):
            self.budget.spend(steps, type_name, name)
            definition = self.definition(type_name, name)
            types = definition.types
            arguments = tuple(
                [
                    (argument, self.arguments.variable(node, argument, definition.args[argument].type))
                    for argument in passed
                ]
            )
            entries = work.place.types[type_name]
            first = work.place.selected.fields.get((type_name, key))
            if first is None:
                first = work.place.selected.fields[type_name, key] = name, arguments, SelectedFields()
            if (self.shapes and shape.wrapping != wrapping) or first[:2] != (name, arguments):
                raise _conflict()
            inner: tuple[Condition, ...] = ()
            if conditions and (key, ()) in entries:
                entry, inner = entries[key, ()], conditions
            elif (key, conditions) in entries:
                entry = entries[key, conditions]
            else:
                place = Place({type_: {} for type_ in types}, first[2]) if types else None
                entry = entries[key, conditions] = Entry(key, type_name, name, arguments, conditions, place, start)
            if on_field or work.around:
                entry.occurrences.append(Occurrence(on_field, work.around, conditions))
            if node.selection_set is not None and entry.place is not None:
                more.extend(_selected(node.selection_set, entry.place, shape, types, below, inner))
        return more


def _selected(
    selection_set: SelectionSetNode,
    place: Place,
    shape: Shape,
    types: tuple[str, ...],
    above: GraphQLNamedType,
    conditions: tuple[Condition, ...],
    around: tuple[tuple[ClientDirective, ...], ...] = (),
) -> list[Work]:
    """Work for a stack: last selection first."""
    nodes: Any = reversed(selection_set.selections)
    return [Work(node, place, shape, types, above, conditions, around) for node in nodes]


def _conditions(
    node: FieldNode | FragmentSpreadNode | InlineFragmentNode, outer: tuple[Condition, ...]
) -> tuple[Condition, ...] | None:
    """Conditions under which the node is present, sorted; None if it never is."""
    if not node.directives:
        return outer
    conditions = set(outer)
    for directive in node.directives:
        expected = directive.name.value == "include"
        if not expected and directive.name.value != "skip":
            continue
        value = next(argument.value for argument in directive.arguments or ())
        if isinstance(value, VariableNode):
            conditions.add(Condition(value.name.value, expected))
        elif literal(value) is not expected:
            return None
    if any(Condition(condition.variable, not condition.value) in conditions for condition in conditions):
        return None
    return tuple(sorted(conditions, key=lambda condition: (condition.variable, condition.value)))


def _start(node: Node) -> int:
    """The offset of a node in its document, 0 without locations."""
    return node.loc.start if node.loc is not None else 0


def _printed(node: TypeNode) -> str:
    """The text of a type."""
    if isinstance(node, NonNullTypeNode):
        return f"{_printed(node.type)}!"
    if isinstance(node, ListTypeNode):
        return f"[{_printed(node.type)}]"
    assert isinstance(node, NamedTypeNode)
    return node.name.value


def _input_type(node: TypeNode, schema: GraphQLSchema) -> GraphQLInputType | None:
    type_ = type_from_ast(schema, node)
    return type_ if is_input_type(type_) else None


def _digest(value: list[Any]) -> str:
    return sha256(orjson.dumps(value, written)).hexdigest()[:12]


def _conflict() -> OperationRefused:
    return OperationRefused("DOCUMENT_FIELD_CONFLICT", "fields in conflict (§5.3.2)")


def _unknown_field(type_name: str) -> OperationRefused:
    return OperationRefused("DOCUMENT_INVALID", f"unknown field on {type_name}", {"reason": "FIELD_UNKNOWN"})
