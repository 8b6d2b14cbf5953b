"""`python -m benchmarks.gateway.hostile_search`: the slowest documents to prepare, searched for as long as wished."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from benchmarks.gateway.hostile import slowest
from benchmarks.gateway.report import show_slowest


def search(
    seconds: Annotated[float, typer.Option(min=0.1, help="Durée de la recherche de chaque famille.")] = 20.0,
    only: Annotated[list[str] | None, typer.Option(help="Familles à chercher ; toutes par défaut.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON, avec les documents.")] = False,
) -> None:
    """Cherche, dans chaque famille, le document le plus lent à préparer ou à refuser."""
    documents = slowest(seconds, only or ())
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(documents) + b"\n")
    else:
        show_slowest(documents, Console())


if __name__ == "__main__":
    typer.run(search)
