"""Field sets of one subgraph's `@key`, `@requires` and `@provides`, followed through its own types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import FieldNode, GraphQLSyntaxError, InlineFragmentNode, OperationDefinitionNode, parse

from hub.federation.compose.model import Kind, Subgraph, Type, named


@dataclass(frozen=True, slots=True)
class FieldSet:
    """One application. `coordinate` bears the directive, `type` is the type that the field set selects on."""

    directive: str
    coordinate: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Followed:
    """Coordinates that a field set mentions; `problem` names the first thing in it that does not exist."""

    coordinates: frozenset[str]
    problem: str | None = None


def field_sets(subgraph: Subgraph, *directives: str) -> Iterator[FieldSet]:
    """Every application of the given directives in the subgraph, in its order."""
    for type_ in subgraph.types.values():
        if "key" in directives:
            for values in type_.applied("key"):
                yield FieldSet("key", type_.name, type_.name, str(values.get("fields", "")))
        for field in type_.fields.values():
            for name in ("requires", "provides"):
                if name in directives:
                    target = type_.name if name == "requires" else named(field.type)
                    for values in field.applied(name):
                        yield FieldSet(name, f"{type_.name}.{field.name}", target, str(values.get("fields", "")))


def follow(subgraph: Subgraph, field_set: FieldSet) -> Followed:
    """Walk the field set over the subgraph's types, without recursion."""
    try:
        operation = parse(f"{{ {field_set.text} }}", no_location=True, max_tokens=1_000).definitions[0]
    except GraphQLSyntaxError:
        return Followed(frozenset(), f"« {field_set.text} » n'est pas un ensemble de champs")
    if not isinstance(operation, OperationDefinitionNode):
        return Followed(frozenset(), f"« {field_set.text} » n'est pas un ensemble de champs")
    found: set[str] = set()
    stack = [(node, field_set.type) for node in operation.selection_set.selections]
    while stack:
        node, type_name = stack.pop()
        type_ = subgraph.types.get(type_name)
        if isinstance(node, InlineFragmentNode):
            inner = node.type_condition.name.value if node.type_condition else type_name
            if inner not in subgraph.types:
                return Followed(frozenset(found), f"le type « {inner} » n'existe pas")
            stack.extend((child, inner) for child in node.selection_set.selections)
        elif isinstance(node, FieldNode) and node.name.value != "__typename":
            field = type_.fields.get(node.name.value) if type_ else None
            if field is None:
                return Followed(frozenset(found), f"le champ « {type_name}.{node.name.value} » n'existe pas")
            found.add(f"{type_name}.{field.name}")
            if node.selection_set is None and _is_composite(subgraph.types.get(named(field.type))):
                return Followed(frozenset(found), f"le champ « {type_name}.{field.name} » demande des sous-champs")
            if node.selection_set is not None:
                stack.extend((child, named(field.type)) for child in node.selection_set.selections)
    return Followed(frozenset(found))


def mentioned(subgraph: Subgraph, *directives: str) -> frozenset[str]:
    """Coordinates that field sets of the given directives mention; an interface's field counts for its implementers."""
    found: set[str] = set()
    for each in field_sets(subgraph, *directives):
        found |= follow(subgraph, each).coordinates
    for type_ in subgraph.types.values():
        for interface in type_.interfaces:
            found |= {f"{type_.name}.{name}" for name in type_.fields if f"{interface}.{name}" in found}
    return frozenset(found)


def _is_composite(type_: Type | None) -> bool:
    return type_ is not None and type_.kind in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)
