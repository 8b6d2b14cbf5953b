"""The queries of `hub bench`, each with its goals (`docs/benchmarks.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graphql import GraphQLSchema

from benchmarks.dataset import PERSON
from hub.pages.journey import journey


@dataclass(frozen=True, slots=True)
class Operation:
    """A query and its goals: at least `goal` times less CPU than resolvers, at most `statements` per request."""

    name: str
    title: str
    query: str
    variables: Mapping[str, object] = field(default_factory=dict)
    goal: float | None = None
    statements: int | None = None


def operations(schema: GraphQLSchema) -> tuple[Operation, ...]:
    """Return the operations, the journey cut to the fields that this schema serves."""
    return (
        Operation("journey", "Parcours d'une personne", journey(schema), {"id": PERSON}, 5, 6),
        Operation("list", "100 personnes × 8 champs", _read("list"), goal=10),
        Operation("appointments", "20 personnes × 5 rendez-vous", _read("appointments")),
    )


def _read(name: str) -> str:
    return (Path(__file__).parent / f"{name}.graphql").read_text(encoding="utf-8")
