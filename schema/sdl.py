"""The contract of each subgraph on paper: the whole model of the domain (§13); a subgraph serves what it holds of it.

A subgraph's text is `privacy.graphql`, which the four share, and its own files: `NAME.graphql`, `NAME_*.graphql`.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
SUBGRAPHS = ("people", "appointments", "offers", "trainings")


def sdl(name: str) -> str:
    """Federation SDL of one of `SUBGRAPHS`, complete but for the directives of the federation specification itself."""
    files = [FOLDER / "privacy.graphql", FOLDER / f"{name}.graphql", *sorted(FOLDER.glob(f"{name}_*.graphql"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
