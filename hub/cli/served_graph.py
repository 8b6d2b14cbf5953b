"""The graph that a command speaks of: the hub's, with the subgraphs that its settings join."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.graph import Graph, load_graph

JoinedOption = Annotated[
    Path | None,
    typer.Option("--settings", help="Fichier de réglages, pour les sous-graphes d'autres équipes qu'il joint."),
]


def served_graph(settings: Path | None) -> Graph:
    """The graph of these settings; the pinned one without settings. Raises StartRefused."""
    if settings is None:
        return load_graph()
    from hub.joined.joined_graph import joined_graph
    from hub.settings import load_settings

    return joined_graph(load_graph(), load_settings(settings).joined)
