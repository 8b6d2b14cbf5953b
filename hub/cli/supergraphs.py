"""A supergraph named on the command line."""

from __future__ import annotations

from pathlib import Path

from hub.cli.refuse import refuse
from hub.federation.supergraph import Supergraph, read_supergraph


def read(path: Path) -> Supergraph:
    """The supergraph of a file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        refuse("SUPERGRAPH_UNREADABLE", f"Le supergraphe « {path} » ne se lit pas : nommez un fichier de texte UTF-8.")
    return read_supergraph(text)
