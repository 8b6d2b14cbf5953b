"""Rules of `@inaccessible`: clients see no reference to hidden elements, and no type without visible content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    EnumValueNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLType,
    GraphQLUnionType,
    ObjectFieldNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    ValueNode,
    get_named_type,
    is_required_argument,
    is_required_input_field,
    specified_scalar_types,
)

from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.compose.subgraph_reader import is_protocol_type
from hub.federation.errors import RuleViolation
from hub.federation.supergraph import Supergraph

Composite = GraphQLObjectType | GraphQLInterfaceType


def disallowed_inaccessible(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """DISALLOWED_INACCESSIBLE: GraphQL's own types, federation's or arguments of directives are hidden."""
    for subgraph in subgraphs:
        for coordinate, directives in _unhidable_elements(subgraph):
            if any(subgraph.federation_names.get(node.name.value) == "inaccessible" for node in directives):
                yield RuleViolation(
                    "DISALLOWED_INACCESSIBLE",
                    coordinate,
                    [subgraph.name],
                    "this element of GraphQL or of a specification is @inaccessible",
                    "Remove the directive",
                )


def _unhidable_elements(subgraph: Subgraph) -> Iterator[tuple[str, Sequence[ConstDirectiveNode]]]:
    for node in subgraph.document.definitions:
        if isinstance(node, DirectiveDefinitionNode):
            for argument in node.arguments or ():
                yield f"@{node.name.value}({argument.name.value}:)", argument.directives or ()
        elif isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            name = node.name.value
            if is_protocol_type(name) or name in specified_scalar_types:
                yield name, node.directives or ()


def query_root_type_inaccessible(supergraph: Supergraph) -> Iterator[RuleViolation]:
    """QUERY_ROOT_TYPE_INACCESSIBLE: the root type of queries is hidden."""
    if "Query" in supergraph.inaccessible:
        yield RuleViolation(
            "QUERY_ROOT_TYPE_INACCESSIBLE",
            "Query",
            _declaring_subgraphs(supergraph, "Query"),
            "the root type of queries is @inaccessible",
            "Remove the directive, or hide fields one by one",
        )


def only_inaccessible_children(supergraph: Supergraph) -> Iterator[RuleViolation]:
    """ONLY_INACCESSIBLE_CHILDREN: a visible type only has hidden fields, values or members."""
    for type_ in supergraph.schema.type_map.values():
        children: list[str] = []
        match type_:
            case GraphQLObjectType() | GraphQLInterfaceType() | GraphQLInputObjectType():
                children = [f"{type_.name}.{name}" for name in type_.fields]
            case GraphQLEnumType():
                children = [f"{type_.name}.{name}" for name in type_.values]
            case GraphQLUnionType():
                children = [member.name for member in type_.types]
        if children and type_.name not in supergraph.inaccessible and supergraph.inaccessible.issuperset(children):
            yield RuleViolation(
                "ONLY_INACCESSIBLE_CHILDREN",
                type_.name,
                _declaring_subgraphs(supergraph, type_.name),
                "the type is visible, and all that it contains is @inaccessible",
                "Mark the type @inaccessible, or show one of its elements",
            )


def referenced_inaccessible(supergraph: Supergraph) -> Iterator[RuleViolation]:
    """REFERENCED_INACCESSIBLE: a visible field, argument or input field has a hidden type."""
    for coordinate, element in _typed_elements(supergraph):
        type_name = get_named_type(element.type).name
        if type_name in supergraph.inaccessible and _is_visible(supergraph, coordinate):
            yield RuleViolation(
                "REFERENCED_INACCESSIBLE",
                coordinate,
                _declaring_subgraphs(supergraph, coordinate),
                f'this visible element has the type "{type_name}", which is @inaccessible',
                "Mark it @inaccessible too, or make the type visible",
            )


def required_inaccessible(supergraph: Supergraph) -> Iterator[RuleViolation]:
    """REQUIRED_INACCESSIBLE: an argument or input field that clients must give is hidden."""
    for coordinate in _required_inputs(supergraph):
        parent = coordinate.partition("(")[0] if "(" in coordinate else coordinate.partition(".")[0]
        if coordinate in supergraph.inaccessible and _is_visible(supergraph, parent):
            yield RuleViolation(
                "REQUIRED_INACCESSIBLE",
                coordinate,
                _declaring_subgraphs(supergraph, coordinate),
                "it is @inaccessible and yet required",
                "Give it a default value, or make it visible or optional",
            )


def _required_inputs(supergraph: Supergraph) -> Iterator[str]:
    """Required arguments and input fields; with an argument, those of the interface fields that it implements."""
    for type_ in supergraph.schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            yield from (
                f"{type_.name}.{name}" for name, field in type_.fields.items() if is_required_input_field(field)
            )
        elif isinstance(type_, Composite):
            for name, output in type_.fields.items():
                for argument_name, argument in output.args.items():
                    if is_required_argument(argument):
                        coordinate = f"{type_.name}.{name}({argument_name}:)"
                        yield coordinate
                        for interface in type_.interfaces if _is_visible(supergraph, coordinate) else ():
                            if name in interface.fields:
                                yield f"{interface.name}.{name}({argument_name}:)"


def implemented_by_inaccessible(supergraph: Supergraph) -> Iterator[RuleViolation]:
    """IMPLEMENTED_BY_INACCESSIBLE: a hidden field or argument implements a visible one."""
    hidden = supergraph.inaccessible
    for type_ in supergraph.schema.type_map.values():
        if not isinstance(type_, Composite) or type_.name in hidden:
            continue
        for interface in type_.interfaces:
            for name, field in interface.fields.items():
                members = [name, *(f"{name}({argument}:)" for argument in field.args)]
                for member in members:
                    coordinate, implemented = f"{type_.name}.{member}", f"{interface.name}.{member}"
                    if coordinate in hidden and _is_visible(supergraph, implemented):
                        yield RuleViolation(
                            "IMPLEMENTED_BY_INACCESSIBLE",
                            coordinate,
                            _declaring_subgraphs(supergraph, coordinate),
                            f'it is @inaccessible and implements "{implemented}", which is visible',
                            "Hide or show both",
                        )


def default_value_uses_inaccessible(supergraph: Supergraph) -> Iterator[RuleViolation]:
    """DEFAULT_VALUE_USES_INACCESSIBLE: a visible default value has hidden enum values or input fields."""
    for coordinate, element in _typed_elements(supergraph):
        default = (
            None if isinstance(element, GraphQLField) or element.ast_node is None else element.ast_node.default_value
        )
        if default is None or not _is_visible(supergraph, coordinate):
            continue
        hidden = sorted(_literal_coordinates(element.type, default) & supergraph.inaccessible)
        if hidden:
            yield RuleViolation(
                "DEFAULT_VALUE_USES_INACCESSIBLE",
                coordinate,
                _declaring_subgraphs(supergraph, coordinate),
                f"its default value uses {', '.join(hidden)}, which is @inaccessible",
                "Change the default value, or hide this element too",
            )


def _literal_coordinates(type_: GraphQLType, literal: ValueNode) -> set[str]:
    """Coordinates of the enum values and input fields in a literal."""
    coordinates: set[str] = set()
    stack: list[tuple[GraphQLType, object]] = [(type_, literal)]
    while stack:
        expected, node = stack.pop()
        named_type = get_named_type(expected)
        if isinstance(node, EnumValueNode) and isinstance(named_type, GraphQLEnumType):
            coordinates.add(f"{named_type.name}.{node.value}")
        elif isinstance(named_type, GraphQLInputObjectType):
            for entry in getattr(node, "fields", ()):
                assert isinstance(entry, ObjectFieldNode)
                coordinates.add(f"{named_type.name}.{entry.name.value}")
                if entry.name.value in named_type.fields:
                    stack.append((named_type.fields[entry.name.value].type, entry.value))
        stack.extend((expected, value) for value in getattr(node, "values", ()))
    return coordinates


def _is_visible(supergraph: Supergraph, coordinate: str) -> bool:
    """Whether neither the element nor its field nor its type is inaccessible."""
    field = coordinate.partition("(")[0]
    return supergraph.inaccessible.isdisjoint((coordinate, field, field.partition(".")[0]))


def _declaring_subgraphs(supergraph: Supergraph, coordinate: str) -> tuple[str, ...]:
    """Subgraphs that declare the element; all if the supergraph does not tell."""
    name, _, field = coordinate.partition("(")[0].partition(".")
    type_ = supergraph.types.get(name)
    if type_ is None:
        return tuple(supergraph.endpoints)
    return tuple(type_.fields[field].joins if field in type_.fields else type_.joins)


def _typed_elements(
    supergraph: Supergraph,
) -> Iterator[tuple[str, GraphQLField | GraphQLArgument | GraphQLInputField]]:
    """Each field, argument and input field of the schema, by coordinate."""
    for type_ in supergraph.schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            for name, input_field in type_.fields.items():
                yield f"{type_.name}.{name}", input_field
        elif isinstance(type_, Composite) and not type_.name.startswith("__"):
            for name, output in type_.fields.items():
                yield f"{type_.name}.{name}", output
                for argument_name, argument in output.args.items():
                    yield f"{type_.name}.{name}({argument_name}:)", argument


SDL_RULES = (disallowed_inaccessible,)
MERGED_RULES = (
    query_root_type_inaccessible,
    only_inaccessible_children,
    referenced_inaccessible,
    required_inaccessible,
    implemented_by_inaccessible,
    default_value_uses_inaccessible,
)
