"""What the paper model has and no subgraph serves yet, with its reasons: docs/sur-papier.toml, then docs/sources.md."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from graphql import InputObjectTypeDefinitionNode, ObjectTypeDefinitionNode, parse

from hub.graph import GENERATED
from schema.sdl import SUBGRAPHS, sdl
from tests.conftest import ROOT

REASONS = ROOT / "docs" / "sur-papier.toml"


@dataclass(frozen=True)
class Reason:
    """Coordinates of one subgraph, who bears what they would say, and why it isn't served."""

    subgraph: str
    fields: tuple[str, ...]
    source: str
    reason: str


def reasons() -> tuple[Reason, ...]:
    """The rows of the file, in its order."""
    told = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    return tuple(
        Reason(subgraph, tuple(row["fields"]), row["source"], row["reason"])
        for subgraph, rows in told.items()
        for row in rows
    )


def unserved(subgraph: str) -> set[str]:
    """Coordinates of the paper that the subgraph doesn't serve although it serves their type, inputs among them.

    A type that isn't served at all is reached by these only.
    """
    paper, served = _fields(sdl(subgraph)), _fields((GENERATED / f"{subgraph}.graphql").read_text(encoding="utf-8"))
    return {f"{name}.{field}" for name, fields in paper.items() if name in served for field in fields - served[name]}


def table() -> str:
    """The rows as a Markdown table, for docs/sources.md."""
    rows = [
        f"| {' '.join(f'`{field}`' for field in row.fields)} | {row.source} | {row.reason} |"
        for row in sorted(reasons(), key=lambda row: SUBGRAPHS.index(row.subgraph))
    ]
    return "\n".join(["| champ | qui le porte | pourquoi il n'est pas servi |", "|--|--|--|", *rows, ""])


def _fields(text: str) -> dict[str, set[str]]:
    return {
        node.name.value: {field.name.value for field in node.fields or ()}
        for node in parse(text).definitions
        if isinstance(node, ObjectTypeDefinitionNode | InputObjectTypeDefinitionNode)
    }
