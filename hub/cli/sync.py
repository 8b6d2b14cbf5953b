"""`hub sync`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.local_database import database
from hub.cli.options import KEYS, KeysOption
from hub.errors import StartRefused
from hub.ingest import Follower, show, source_roles
from hub.settings import load_settings
from hub.sync.apis import find_api
from hub.sync.link_settings import SyncLink
from hub.sync.run import sync as read_api
from hub.sync.run import sync_keys
from infra.keys import Keys

app = typer.Typer(add_completion=False)


@app.command()
def sync(
    source: Annotated[str, typer.Argument(help="Système source.")],
    settings: Annotated[Path, typer.Option(help="Fichier de réglages (TOML), dont les lignes [[sync]].")],
    account: Annotated[str | None, typer.Option(help="Compte, si la source en a plusieurs.")] = None,
    remove: Annotated[
        bool,
        typer.Option(
            "--remove", help="Admet qu'une liste soit vide, ou ait perdu plus d'un dixième de ce qui est connu."
        ),
    ] = False,
    keys: KeysOption = KEYS,
) -> None:
    find_api(source)
    link = _link(load_settings(settings).sync, source, account)
    loaded_keys = Keys.load(keys, sync_keys(link))
    console = Console()
    with database(loaded_keys, *source_roles(source)) as address, Follower(console, source) as follower:
        run = asyncio.run(read_api(link, loaded_keys, address, follower, remove=remove))
    show(run.report, console)
    console.print(f"Requêtes faites : {run.requests}.", highlight=False)
    raise typer.Exit(0 if run.report.complete else 1)


def _link(links: tuple[SyncLink, ...], source: str, account: str | None) -> SyncLink:
    """The one row of this source, and account if given; raises StartRefused (SYNC_ACCOUNT)."""
    rows = [link for link in links if link.source == source and account in (None, link.account)]
    if len(rows) != 1:
        accounts = ", ".join(link.account for link in links if link.source == source)
        raise StartRefused(
            "SYNC_ACCOUNT",
            f"Nommez par --account l'un des comptes que les réglages donnent à cette source : {accounts or 'aucun'}.",
            "no row of [[sync]], or several",
        )
    return rows[0]
