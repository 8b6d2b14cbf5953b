"""Files named on the command line."""

from __future__ import annotations

from pathlib import Path

from hub.cli.refusals import refuse
from hub.federation.supergraph import Supergraph
from hub.federation.supergraph_reader import read_supergraph
from hub.wording.engine import call_engine


def read_text(path: Path, code: str, subject: str) -> str:
    """Read a text file; one that can't be read ends the command with this code."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        refuse(code, f"{subject} « {path} » ne se lit pas : nommez un fichier de texte UTF-8.")


def read(path: Path) -> Supergraph:
    """Read the supergraph of a file."""
    return call_engine(read_supergraph, read_text(path, "SUPERGRAPH_UNREADABLE", "Le supergraphe"))


def write_text(path: Path, text: str) -> None:
    """Replace a file at once, so that no reader sees half of it."""
    new_file = path.with_name(f".{path.name}.new")
    try:
        new_file.write_text(text, encoding="utf-8")
        new_file.replace(path)
    except OSError:
        refuse("OUTPUT_UNWRITABLE", f"« {path} » ne s'écrit pas : nommez un fichier d'un dossier où écrire.")
