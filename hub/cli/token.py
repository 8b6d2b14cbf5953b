"""`hub token`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from hub.cli.options import ROOT
from hub.cli.refusals import refuse

app = typer.Typer(add_completion=False)


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="Nom d'un acteur de la démonstration.")],
    demo: Annotated[Path, typer.Option(help="Fichier que la démonstration écrit.")] = ROOT / ".data" / "demo.json",
) -> None:
    try:
        tokens = {actor["name"]: actor["token"] for actor in orjson.loads(demo.read_bytes())["actors"]}
    except (OSError, ValueError, KeyError, TypeError):
        refuse("DEMO_NOT_READY", "La démonstration n'a pas encore démarré : lancez « make demo ».")
    if name not in tokens:
        refuse("ACTOR_UNKNOWN", f"Cet acteur n'existe pas. Acteurs connus : {', '.join(tokens)}.")
    typer.echo(tokens[name])
