"""MISSING_TRANSITIVE_AUTH_REQUIREMENTS: a field is at least as protected as what it requires, or takes from a context.

Else whoever may read it reads what was computed from fields that they may not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.supergraph import FieldJoin, Supergraph

Alternatives = list[frozenset[str]]
Requirement = tuple[bool, Alternatives, Alternatives]
"""Authenticated; scopes and policies as alternatives of conjunctions."""


def check(supergraph: Supergraph) -> Iterator[StartRefused]:
    """One failure per field and required field."""
    for type_ in supergraph.types.values():
        for field in type_.fields.values():
            own = _all(supergraph, type_.name, f"{type_.name}.{field.name}")
            for subgraph, join in field.joins.items():
                for coordinate, returned in _selected(supergraph, join):
                    if not _implies(own, _all(supergraph, coordinate, returned)):
                        yield failure(
                            "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
                            f"{type_.name}.{field.name}",
                            [subgraph],
                            f"le champ se sert de « {coordinate} », qui est plus protégé que lui",
                            "Donnez-lui les mêmes @authenticated, @requiresScopes et @policy",
                        )


def _selected(supergraph: Supergraph, join: FieldJoin) -> Iterator[tuple[str, str]]:
    yield from ((each.type, each.type) for argument in join.contexts for each in argument.selections)
    stack = list(join.reads)
    while stack:
        for field in stack.pop().fields:
            if field.name != "__typename":
                yield field.coordinate, supergraph.types[field.type].fields[field.name].type.strip("[]!")
                stack.extend(field.selections)


def _all(supergraph: Supergraph, *coordinates: str) -> Requirement:
    authenticated, scopes, policies = False, [frozenset[str]()], [frozenset[str]()]
    for coordinate in coordinates:
        for each in supergraph.directives.get(coordinate, ()):
            if each.name == "authenticated":
                authenticated = True
            elif each.name == "requiresScopes":
                scopes = _both(scopes, each.arguments["scopes"])
            elif each.name == "policy":
                policies = _both(policies, each.arguments["policies"])
    return authenticated, scopes, policies


def _both(first: Alternatives, second: Any) -> Alternatives:
    return [one | frozenset(other) for one in first for other in second or [[]]]


def _implies(own: Requirement, other: Requirement) -> bool:
    sides = ((own[1], other[1]), (own[2], other[2]))
    return (own[0] or not other[0]) and all(
        any(wanted <= have for wanted in theirs) for mine, theirs in sides for have in mine
    )
