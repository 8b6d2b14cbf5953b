"""`hub settings check` and `hub settings show`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.refusals import tell
from hub.settings import load_settings, mistakes_of
from hub.settings_lines import settings_lines

app = typer.Typer(add_completion=False, no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(help="Fichier de réglages (TOML).")]


@app.callback()
def settings() -> None:
    """Les réglages d'une installation : les vérifier, les montrer tels qu'ils valent."""


@app.command()
def check(file: FileArgument) -> None:
    """Dit toutes les fautes d'un fichier de réglages, chacune avec sa ligne ; code de sortie 1 s'il y en a."""
    mistakes = mistakes_of(file)
    for mistake in mistakes:
        tell("SETTINGS_INVALID", mistake)
    if mistakes:
        raise typer.Exit(1)
    typer.echo(f"{file.name} : réglages valides.")


@app.command()
def show(file: FileArgument) -> None:
    """Montre chaque réglage tel qu'il vaut, valeurs par défaut comprises ; jamais un secret."""
    for line in settings_lines(load_settings(file)):
        typer.echo(line)
