"""Rules of `@authenticated`, `@requiresScopes` and `@policy`: no way around a protection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graphql import GraphQLInterfaceType

from hub.federation.compose.directive_merging import ACCESS_DIRECTIVES
from hub.federation.compose.subgraph_model import Element, Kind, Subgraph
from hub.federation.errors import RuleViolation
from hub.federation.supergraph import FieldJoin, Supergraph

Alternatives = list[frozenset[str]]
"""Each alternative is a set of names that are all required."""

Requirement = tuple[bool, Alternatives, Alternatives]
"""Whether the caller is authenticated, then scopes, then policies."""


def auth_requirements_on_interface(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: an interface or its field restricts access.

    Callers who select on a concrete type would bypass the restriction."""
    for subgraph in subgraphs:
        elements: list[tuple[str, Element]] = [
            (type_.name, type_)
            for type_ in subgraph.types.values()
            if type_.kind is Kind.INTERFACE or type_.has("interfaceObject")
        ]
        elements.extend((coordinate, field) for _, field, coordinate in subgraph.output_fields(Kind.INTERFACE))
        for coordinate, element in elements:
            for name in ACCESS_DIRECTIVES:
                if element.has(name):
                    yield RuleViolation(
                        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
                        coordinate,
                        [subgraph.name],
                        f"@{name} is on an interface or one of its fields",
                        "Put it on the implementing types and their fields",
                    )


def missing_transitive_auth_requirements(supergraph: Supergraph) -> Iterator[RuleViolation]:
    """MISSING_TRANSITIVE_AUTH_REQUIREMENTS: a field is less protected than a field that it requires or takes from a
    context, so that its value could reveal the protected one."""
    for type_ in supergraph.types.values():
        for field in type_.fields.values():
            own = _requirement(supergraph, type_.name, f"{type_.name}.{field.name}")
            for subgraph, join in field.joins.items():
                for coordinate, returned_type in _dependencies(supergraph, join):
                    if not _implies(own, _requirement(supergraph, coordinate, returned_type)):
                        yield RuleViolation(
                            "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
                            f"{type_.name}.{field.name}",
                            [subgraph],
                            f'the field uses "{coordinate}", which is more protected',
                            "Give it the same @authenticated, @requiresScopes and @policy",
                        )


def _dependencies(supergraph: Supergraph, join: FieldJoin) -> Iterator[tuple[str, str]]:
    """Coordinates of the fields that a field requires, with their types; types that it takes a context from, or that it
    selects on below."""
    yield from ((selection.type, selection.type) for argument in join.contexts for selection in argument.selections)
    stack = list(join.reads)
    while stack:
        for field in stack.pop().fields:
            if field.name != "__typename":
                yield field.coordinate, supergraph.types[field.type].fields[field.name].type.strip("[]!")
                yield from ((selection.type, selection.type) for selection in field.selections)
                stack.extend(field.selections)


def _requirement(supergraph: Supergraph, *coordinates: str) -> Requirement:
    """The requirements of all these elements at once: of an interface or its field, those of every type that it may
    stand for, since reading it may read any of them."""
    authenticated, scopes, policies = False, [frozenset[str]()], [frozenset[str]()]
    for element in (element for coordinate in coordinates for element in _elements(supergraph, coordinate)):
        for directive in supergraph.directives.get(element, ()):
            if directive.name == "authenticated":
                authenticated = True
            elif directive.name == "requiresScopes":
                scopes = _conjunction(scopes, directive.arguments["scopes"])
            elif directive.name == "policy":
                policies = _conjunction(policies, directive.arguments["policies"])
    return authenticated, scopes, policies


def _elements(supergraph: Supergraph, coordinate: str) -> Iterator[str]:
    """The element itself, and those of the types that implement its interface."""
    yield coordinate
    name, separator, field = coordinate.partition(".")
    type_ = supergraph.schema.type_map[name]
    if isinstance(type_, GraphQLInterfaceType):
        yield from (f"{member.name}{separator}{field}" for member in supergraph.schema.get_possible_types(type_))


def _conjunction(left: Alternatives, right: Any) -> Alternatives:
    return [names | frozenset(alternative) for names in left for alternative in right or [[]]]


def _implies(stronger: Requirement, weaker: Requirement) -> bool:
    """Whether whoever satisfies the first requirement satisfies the second."""
    pairs = ((stronger[1], weaker[1]), (stronger[2], weaker[2]))
    return (stronger[0] or not weaker[0]) and all(
        any(required <= names for required in right) for left, right in pairs for names in left
    )


OWN_RULES = (auth_requirements_on_interface,)
MERGED_RULES = (missing_transitive_auth_requirements,)
