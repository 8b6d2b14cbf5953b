"""The graph that a command speaks of: the hub's, with the subgraphs that its settings join."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.graph import Graph, load_graph

if TYPE_CHECKING:
    from hub.joined.joined_subgraph import JoinedSubgraph

JoinedOption = Annotated[
    Path | None,
    typer.Option("--settings", help="Fichier de réglages, pour les sous-graphes d'autres équipes qu'il joint."),
]


def served_graph(settings: Path | None) -> Graph:
    """The graph of these settings; the pinned one without settings. Raises StartRefused."""
    if settings is None:
        return load_graph()
    from hub.settings import load_settings

    return with_joined(load_settings(settings).joined)


def with_joined(joined: Sequence[JoinedSubgraph]) -> Graph:
    """The pinned graph with these subgraphs; what composes is loaded for them alone. Raises StartRefused."""
    if not joined:
        return load_graph()
    from hub.joined.joined_graph import joined_graph

    return joined_graph(load_graph(), joined)
