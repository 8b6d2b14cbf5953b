"""`hub sources`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from hub.cli.local_database import database
from hub.cli.options import KEYS, KeysOption
from hub.runs.source_settings import source_names
from hub.runs.status_reader import read_once
from hub.runs.status_table import show_status
from hub.runs.status_texts import status_json
from hub.settings import load_settings
from infra.keys import Keys, role_keys
from infra.role_names import RUNS_READER

app = typer.Typer(add_completion=False)


@app.command()
def sources(
    settings: Annotated[
        Path | None, typer.Option(help="Fichier de réglages, pour le rythme attendu de chaque source.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    keys: KeysOption = KEYS,
) -> None:
    rhythms = load_settings(settings).sources if settings is not None else {}
    loaded_keys = Keys.load(keys, role_keys(RUNS_READER))
    with database(loaded_keys, RUNS_READER) as dsn:
        statuses = asyncio.run(read_once(dsn(RUNS_READER), rhythms, sorted(source_names())))
    if json:
        typer.echo(orjson.dumps(status_json(statuses)))
    else:
        show_status(statuses, Console())
