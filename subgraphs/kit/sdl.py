"""Writes the SDL that each subgraph serves to `schema/generated/`, or checks that the files are current.

    python -m subgraphs.kit.sdl [--check]

The hub composes these files; `schema/*.graphql` is the whole model on paper, of which they are a part.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from subgraphs.kit.federation_schema import served_schema
from subgraphs.kit.subgraph_model import Model

NAMES = ("people", "appointments", "offers", "trainings")
FOLDER = Path(__file__).resolve().parent.parent.parent / "schema" / "generated"


def load(name: str) -> Model:
    """The model of a subgraph: `MODEL` in its module `queries`."""
    found: Model = import_module(f"subgraphs.{name}.queries").MODEL
    return found


def main(arguments: list[str]) -> int:
    """Write the files; with `--check` write nothing and fail if one is not current."""
    stale = []
    for name in NAMES:
        path, text = FOLDER / f"{name}.graphql", served_schema(load(name)).sdl
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.name)
        if "--check" not in arguments:
            FOLDER.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        sys.stderr.write(f"SDL périmé : {', '.join(stale)}. Lancez python -m subgraphs.kit.sdl\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
