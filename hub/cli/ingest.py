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
from hub.cli.refusals import refuse
from hub.collector import collect_seldom
from hub.ingest import Follower, find_source, read_organisations, show, source_keys, source_roles, webhook_secret
from hub.ingest import ingest as read_files
from hub.retry import retry as read_again
from hub.runs.quarantine import Seal
from infra.keys import Keys, role_keys
from infra.role_names import QUARANTINE_KEEPER
from subgraphs.kit.ingest.unit_of_work import Options

app = typer.Typer(add_completion=False)


@app.command()
def ingest(
    source: Annotated[str, typer.Argument(help="Système source.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Fichiers à lire, dans l'ordre.")] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Relit, au lieu de fichiers, ce que « hub quarantine » montre.")
    ] = False,
    headers: Annotated[Path | None, typer.Option(help="En-têtes HTTP du webhook (JSON).")] = None,
    organisations: Annotated[
        Path | None, typer.Option(help="Organisations de la source : SIRET et type (TOML).")
    ] = None,
    department: Annotated[str | None, typer.Option(help="Département des personnes qui n'en nomment pas.")] = None,
    as_of: Annotated[datetime | None, typer.Option(help="Date des fichiers qui n'en portent pas.")] = None,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Ces fichiers sont tout ce que tient la source : ce qu'ils n'ont plus disparaît."),
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Avec --whole, admet que plus d'un dixième disparaisse à la fois.")
    ] = False,
    keys: KeysOption = KEYS,
) -> None:
    if retry == bool(files):
        refuse(
            "ARGUMENT_UNEXPECTED" if retry else "ARGUMENT_MISSING",
            "Donnez des fichiers à lire, ou « --retry » pour relire ce qui a été refusé, et non les deux.",
        )
    if (whole and retry) or (remove and not whole):
        refuse("ARGUMENT_UNEXPECTED", "« --whole » ne vaut que pour des fichiers, et « --remove » qu'avec lui.")
    loaded_keys = Keys.load(keys, (*source_keys(source), *(role_keys(QUARANTINE_KEEPER) if retry else ())))
    reader = find_source(source, loaded_keys)
    if whole and not reader.source.removes:
        refuse("ARGUMENT_UNEXPECTED", "Rien ne disparaît par les fichiers de cette source : retirez « --whole ».")
    options = Options(
        as_of=as_of.astimezone() if as_of is not None else None,
        department=department,
        headers=headers,
        webhook_secret=webhook_secret(source, loaded_keys),
        organisations=read_organisations(organisations),
        whole=whole,
        remove=remove,
    )
    console, seal = Console(), Seal(loaded_keys.quarantine)
    collect_seldom()
    roles = (*source_roles(source), QUARANTINE_KEEPER) if retry else source_roles(source)
    with database(loaded_keys, *roles) as address, Follower(console, source) as follower:
        if files:
            report = asyncio.run(read_files(reader, files, options, address, seal, follower))
        else:
            retried = asyncio.run(read_again(reader, options, address, seal, follower))
            report = retried.report
    show(report, console)
    if not files and retried.without_content:
        console.print(f"À redonner dans leur fichier, dont ils ne se détachent pas : {retried.without_content}.")
    raise typer.Exit(0 if report.complete else 1)
