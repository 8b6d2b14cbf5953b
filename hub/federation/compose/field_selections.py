"""Field sets of one subgraph's `@key`, `@requires`, `@provides` and `@fromContext`, resolved on its own types."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import FieldNode, GraphQLSyntaxError, InlineFragmentNode, NullValueNode, OperationDefinitionNode, parse

from hub.federation.compose.from_context import context_arguments, context_types
from hub.federation.compose.subgraph_model import Kind, OutputField, Subgraph, Type, named_type
from hub.federation.operations.normalise import braced

FIELD_SET_DIRECTIVES = ("key", "requires", "provides", "fromContext")
"""Directives whose field sets may select an `@external` field."""


@dataclass(frozen=True, slots=True)
class FieldSet:
    """One application of a directive. `coordinate` is the element that it is on, `type` the type that the field set
    selects on; `text` is None if the argument is not a string."""

    directive: str
    coordinate: str
    type: str
    text: str | None
    resolvable: bool = True


@dataclass(frozen=True, slots=True)
class SelectedField:
    """A field that a field set selects. `below_external`: a field above it is external; `arguments`: the names of those
    that it passes, and whether their value is not null."""

    type: Type
    field: OutputField
    leaf: bool
    below_external: bool
    arguments: Mapping[str, bool]

    @property
    def coordinate(self) -> str:
        """`Type.field`."""
        return f"{self.type.name}.{self.field.name}"


@dataclass(frozen=True, slots=True)
class ResolvedFieldSet:
    """The fields of a field set in order, and the directives applied in it; `problem` is an English clause about the
    first part that does not resolve."""

    fields: tuple[SelectedField, ...] = ()
    directives: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def coordinates(self) -> frozenset[str]:
        """Coordinates of all the fields."""
        return frozenset(selected.coordinate for selected in self.fields)


def field_sets(subgraph: Subgraph, *directives: str) -> Iterator[FieldSet]:
    """Every application of the given directives in the subgraph, in its order."""
    for type_ in subgraph.types.values():
        if "key" in directives:
            for values in type_.applied("key"):
                resolvable = values.get("resolvable") is not False
                yield FieldSet("key", type_.name, type_.name, field_set_text(values.get("fields")), resolvable)
        for field in type_.fields.values():
            for name in ("requires", "provides"):
                if name in directives:
                    target = type_.name if name == "requires" else named_type(field.type)
                    for values in field.applied(name):
                        text = field_set_text(values.get("fields"))
                        yield FieldSet(name, f"{type_.name}.{field.name}", target, text)
    for argument in context_arguments(subgraph) if "fromContext" in directives else ():
        for location in context_types(subgraph, argument.context):
            yield FieldSet("fromContext", argument.coordinate, location.name, argument.selection)


def resolve_field_set(subgraph: Subgraph, field_set: FieldSet) -> ResolvedFieldSet:
    """Walk the field set over the subgraph's types, without recursion."""
    if field_set.text is None:
        return ResolvedFieldSet()
    malformed = ResolvedFieldSet(problem="it is not a field set")
    try:
        document = parse(braced(field_set.text), no_location=True, max_tokens=1_000)
    except GraphQLSyntaxError:
        return malformed
    (operation, *more_definitions) = document.definitions
    if more_definitions or not isinstance(operation, OperationDefinitionNode) or not operation.selection_set.selections:
        return malformed
    fields: list[SelectedField] = []
    directives: list[str] = []
    stack = [(node, field_set.type, False) for node in reversed(operation.selection_set.selections)]
    problem: str | None = None
    while stack and problem is None:
        node, type_name, below_external = stack.pop()
        directives.extend(directive.name.value for directive in node.directives or ())
        type_ = subgraph.types.get(type_name)
        if (
            isinstance(node, FieldNode | InlineFragmentNode)
            and node.selection_set
            and not node.selection_set.selections
        ):
            problem = "a selection is empty"
        elif isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else type_name
            if condition not in subgraph.types:
                problem = f'type "{condition}" does not exist'
            stack.extend((child, condition, below_external) for child in reversed(node.selection_set.selections))
        elif not isinstance(node, FieldNode):
            problem = "it spreads a named fragment"
        elif node.name.value != "__typename":
            field = type_.fields.get(node.name.value) if type_ else None
            problem = _field_problem(subgraph, type_name, node, field)
            if type_ is not None and field is not None:
                arguments = {
                    argument.name.value: not isinstance(argument.value, NullValueNode)
                    for argument in node.arguments or ()
                }
                fields.append(SelectedField(type_, field, node.selection_set is None, below_external, arguments))
                if node.selection_set is not None:
                    external = below_external or is_external(subgraph, type_, field)
                    children = reversed(node.selection_set.selections)
                    stack.extend((child, named_type(field.type), external) for child in children)
    return ResolvedFieldSet(tuple(fields), tuple(directives), problem)


def field_set_coordinates(subgraph: Subgraph, *directives: str) -> frozenset[str]:
    """Coordinates that field sets of the given directives select, with implementations of selected interface fields."""
    coordinates: set[str] = set()
    for field_set in field_sets(subgraph, *directives):
        coordinates |= resolve_field_set(subgraph, field_set).coordinates
    for type_ in subgraph.types.values():
        for interface in type_.interfaces:
            coordinates |= {f"{type_.name}.{name}" for name in type_.fields if f"{interface}.{name}" in coordinates}
    return frozenset(coordinates)


def interface_coordinates(subgraph: Subgraph) -> frozenset[str]:
    """Coordinates of the fields that a subgraph's types must keep, because their interfaces have them there."""
    return frozenset(
        f"{type_.name}.{name}"
        for type_ in subgraph.types.values()
        for interface in type_.interfaces
        if interface in subgraph.types
        for name in subgraph.types[interface].fields
    )


def field_set_text(value: object) -> str | None:
    """The text of a field set, which Federation 1 also wrote as a list of names; None for any other value."""
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return " ".join(value)
    return value if isinstance(value, str) else None


def printed_field_set(value: object) -> str:
    """A right field set as a GraphQL string without outer braces, which not every router reads."""
    text = field_set_text(value) or ""
    if text.lstrip().startswith("{"):
        operation = parse(text).definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        place = operation.selection_set.loc
        assert place is not None
        text = text[place.start + 1 : place.end - 1].strip()
    return json.dumps(text, ensure_ascii=False)


def _field_problem(subgraph: Subgraph, type_name: str, node: FieldNode, field: OutputField | None) -> str | None:
    coordinate = f"{type_name}.{node.name.value}"
    if field is None:
        return f'field "{coordinate}" does not exist'
    if node.alias is not None:
        return f'field "{coordinate}" has an alias'
    unknown = [name for argument in node.arguments or () if (name := argument.name.value) not in field.arguments]
    if unknown:
        return f'field "{coordinate}" has no argument "{unknown[0]}"'
    passed = {argument.name.value for argument in node.arguments or ()}
    missing = [name for name, argument in field.arguments.items() if argument.is_required and name not in passed]
    if missing:
        return f'field "{coordinate}" requires the argument "{missing[0]}"'
    composite = subgraph.is_composite(named_type(field.type))
    if composite and node.selection_set is None:
        return f'field "{coordinate}" needs a selection of subfields'
    if not composite and node.selection_set is not None:
        return f'field "{coordinate}" has no subfields'
    return None


def is_external(subgraph: Subgraph, type_: Type, field: OutputField) -> bool:
    """Whether the field is external; an interface's field also is if it is so in some implementation."""
    if field.has("external") or type_.kind is not Kind.INTERFACE:
        return field.has("external")
    return any(
        field.name in implementation.fields and implementation.fields[field.name].has("external")
        for implementation in subgraph.types.values()
        if type_.name in implementation.interfaces
    )
