"""`hub ingest`."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.local_database import database
from hub.cli.options import KEYS, KeysOption
from hub.collector import collect_seldom
from hub.ingest import Follower, find_source, read_organisations, show, source_keys, source_roles, webhook_secret
from hub.ingest import ingest as read_files
from infra.keys import Keys
from subgraphs.kit.ingest.unit_of_work import Options

app = typer.Typer(add_completion=False)


@app.command()
def ingest(
    source: Annotated[str, typer.Argument(help="Système source.")],
    files: Annotated[list[Path], typer.Argument(help="Fichiers à lire, dans l'ordre.")],
    headers: Annotated[Path | None, typer.Option(help="En-têtes HTTP du webhook (JSON).")] = None,
    organisations: Annotated[
        Path | None, typer.Option(help="Organisations de la source : SIRET et type (TOML).")
    ] = None,
    department: Annotated[str | None, typer.Option(help="Département des personnes qui n'en nomment pas.")] = None,
    as_of: Annotated[datetime | None, typer.Option(help="Date des fichiers qui n'en portent pas.")] = None,
    keys: KeysOption = KEYS,
) -> None:
    loaded_keys = Keys.load(keys, source_keys(source))
    reader = find_source(source, loaded_keys)
    options = Options(
        as_of=as_of.astimezone() if as_of is not None else None,
        department=department,
        headers=headers,
        webhook_secret=webhook_secret(source, loaded_keys),
        organisations=read_organisations(organisations),
    )
    console = Console()
    collect_seldom()
    with database(loaded_keys, *source_roles(source)) as address, Follower(console, source) as follower:
        report = asyncio.run(read_files(reader, files, options, address, follower))
    show(report, console)
    raise typer.Exit(0 if report.complete else 1)
