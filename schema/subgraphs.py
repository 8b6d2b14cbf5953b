"""The names of the subgraphs, and the SDL that each serves as `make generated` writes it."""

from __future__ import annotations

from pathlib import Path

GENERATED = Path(__file__).parent / "generated"
SUBGRAPHS = ("people", "appointments", "offers", "trainings")
JOURNAL = "journal"
CHANGES = "changes"
SUBSCRIPTIONS = "subscriptions"
OWN = (JOURNAL, CHANGES, SUBSCRIPTIONS)
"""The subgraphs that the hub answers itself, in its own process."""


def served_sdl(name: str) -> str:
    """The federation SDL of a subgraph (`SUBGRAPHS`, `OWN`), as it is composed."""
    return (GENERATED / f"{name}.graphql").read_text(encoding="utf-8")
