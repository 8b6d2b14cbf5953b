"""Field sets of one subgraph's `@key`, `@requires`, `@provides` and `@fromContext`, followed through its own types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import FieldNode, GraphQLSyntaxError, InlineFragmentNode, OperationDefinitionNode, parse

from hub.federation.compose.context_arguments import contextual, setting
from hub.federation.compose.subgraph_model import Kind, Output, Subgraph, Type, named
from hub.federation.operations.normalise import braced

USES = ("key", "requires", "provides", "fromContext")
"""Directives whose field sets may select an `@external` field."""


@dataclass(frozen=True, slots=True)
class FieldSet:
    """One application. `coordinate` bears the directive, `type` is the type that the field set selects on; `text` is
    None if what is given is not a string."""

    directive: str
    coordinate: str
    type: str
    text: str | None
    resolvable: bool = True


@dataclass(frozen=True, slots=True)
class Selected:
    """A field that a field set selects; `covered`: a field above it is external."""

    type: Type
    field: Output
    leaf: bool
    covered: bool

    @property
    def coordinate(self) -> str:
        """`Type.field`."""
        return f"{self.type.name}.{self.field.name}"


@dataclass(frozen=True, slots=True)
class Followed:
    """What a field set selects, in order, and the directives applied in it; `problem` names the first thing in it that
    is no field set of the type."""

    selected: tuple[Selected, ...] = ()
    directives: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def coordinates(self) -> frozenset[str]:
        """Coordinates of all that is selected."""
        return frozenset(each.coordinate for each in self.selected)


def field_sets(subgraph: Subgraph, *directives: str) -> Iterator[FieldSet]:
    """Every application of the given directives in the subgraph, in its order."""
    for type_ in subgraph.types.values():
        if "key" in directives:
            for values in type_.applied("key"):
                resolvable = values.get("resolvable") is not False
                yield FieldSet("key", type_.name, type_.name, text_of(values.get("fields")), resolvable)
        for field in type_.fields.values():
            for name in ("requires", "provides"):
                if name in directives:
                    target = type_.name if name == "requires" else named(field.type)
                    for values in field.applied(name):
                        yield FieldSet(name, f"{type_.name}.{field.name}", target, text_of(values.get("fields")))
    for each in contextual(subgraph) if "fromContext" in directives else ():
        for location in setting(subgraph, each.context):
            yield FieldSet("fromContext", each.coordinate, location.name, each.written)


def follow(subgraph: Subgraph, field_set: FieldSet) -> Followed:
    """Walk the field set over the subgraph's types, without recursion."""
    if field_set.text is None:
        return Followed()
    malformed = Followed(problem="ce n'est pas un ensemble de champs")
    try:
        document = parse(braced(field_set.text), no_location=True, max_tokens=1_000)
    except GraphQLSyntaxError:
        return malformed
    (operation, *others) = document.definitions
    if others or not isinstance(operation, OperationDefinitionNode) or not operation.selection_set.selections:
        return malformed
    found: list[Selected] = []
    directives: list[str] = []
    stack = [(node, field_set.type, False) for node in reversed(operation.selection_set.selections)]
    problem: str | None = None
    while stack and problem is None:
        node, type_name, covered = stack.pop()
        directives.extend(each.name.value for each in node.directives or ())
        type_ = subgraph.types.get(type_name)
        if (
            isinstance(node, FieldNode | InlineFragmentNode)
            and node.selection_set
            and not node.selection_set.selections
        ):
            problem = "une sélection est vide"
        elif isinstance(node, InlineFragmentNode):
            inner = node.type_condition.name.value if node.type_condition else type_name
            if inner not in subgraph.types:
                problem = f"le type « {inner} » n'existe pas"
            stack.extend((child, inner, covered) for child in reversed(node.selection_set.selections))
        elif not isinstance(node, FieldNode):
            problem = "un fragment nommé n'y a pas de sens"
        elif node.name.value != "__typename":
            field = type_.fields.get(node.name.value) if type_ else None
            problem = _problem(subgraph, type_name, node, field)
            if type_ is not None and field is not None:
                found.append(Selected(type_, field, node.selection_set is None, covered))
                if node.selection_set is not None:
                    below = covered or is_external(subgraph, type_, field)
                    children = reversed(node.selection_set.selections)
                    stack.extend((child, named(field.type), below) for child in children)
    return Followed(tuple(found), tuple(directives), problem)


def mentioned(subgraph: Subgraph, *directives: str) -> frozenset[str]:
    """Coordinates that field sets of the given directives mention; an interface's field counts for its implementers."""
    found: set[str] = set()
    for each in field_sets(subgraph, *directives):
        found |= follow(subgraph, each).coordinates
    for type_ in subgraph.types.values():
        for interface in type_.interfaces:
            found |= {f"{type_.name}.{name}" for name in type_.fields if f"{interface}.{name}" in found}
    return frozenset(found)


def text_of(value: object) -> str | None:
    """The field set; Federation 1 wrote some as lists of names."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return " ".join(value)
    return value if isinstance(value, str) else None


def _problem(subgraph: Subgraph, type_name: str, node: FieldNode, field: Output | None) -> str | None:
    name = f"{type_name}.{node.name.value}"
    if field is None:
        return f"le champ « {name} » n'existe pas"
    if node.alias is not None:
        return f"le champ « {name} » y a un alias"
    unknown = [each.name.value for each in node.arguments or () if each.name.value not in field.arguments]
    if unknown:
        return f"le champ « {name} » n'a pas d'argument « {unknown[0]} »"
    composite = has_fields(subgraph, named(field.type))
    if composite and node.selection_set is None:
        return f"le champ « {name} » demande des sous-champs"
    if not composite and node.selection_set is not None:
        return f"le champ « {name} » n'a pas de sous-champs"
    return None


def has_fields(subgraph: Subgraph, name: str) -> bool:
    """Whether values of the type are selected on."""
    type_ = subgraph.types.get(name)
    return type_ is not None and type_.kind in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)


def is_external(subgraph: Subgraph, type_: Type, field: Output) -> bool:
    """Whether the field is external, for an interface's in some implementer."""
    if field.has("external") or type_.kind is not Kind.INTERFACE:
        return field.has("external")
    return any(
        field.name in other.fields and other.fields[field.name].has("external")
        for other in subgraph.types.values()
        if type_.name in other.interfaces
    )
