"""The contract of each subgraph on paper: the whole model of the domain (§13); a subgraph serves what it holds of it.

A subgraph's text is `privacy.graphql`, which the four share, and its own files: `NAME.graphql`, `NAME_*.graphql`.
"""

from functools import cache
from pathlib import Path

from graphql import ObjectTypeDefinitionNode, parse

FOLDER = Path(__file__).parent
SUBGRAPHS = ("people", "appointments", "offers", "trainings")
HUB = "journal"
"""The subgraph that the hub answers itself, in its own process."""


def sdl(name: str) -> str:
    """Federation SDL of one of `SUBGRAPHS` or of `HUB`, complete but for the directives of the federation itself."""
    if name == HUB:
        return hub_sdl().replace(", level: FULL", "")  # the paper leaves the default out
    files = [FOLDER / "privacy.graphql", FOLDER / f"{name}.graphql", *sorted(FOLDER.glob(f"{name}_*.graphql"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def hub_sdl() -> str:
    """SDL of `HUB` as it is composed with the served ones."""
    return (FOLDER / "generated" / f"{HUB}.graphql").read_text(encoding="utf-8")


@cache
def coordinates() -> frozenset[str]:
    """Every field of an object type that the contract has on paper, served or not yet."""
    types = [node for name in (*SUBGRAPHS, HUB) for node in parse(sdl(name), no_location=True).definitions]
    objects = [each for each in types if isinstance(each, ObjectTypeDefinitionNode)]
    return frozenset(f"{each.name.value}.{field.name.value}" for each in objects for field in each.fields or ())
