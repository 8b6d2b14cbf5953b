"""`hub sync`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.local_database import database
from hub.cli.metrics import metrics_of
from hub.cli.options import KEYS, KeysOption
from hub.cli.refusals import refuse
from hub.cli.rhythms import seconds
from hub.cli.start_line import log_start
from hub.collector import collect_seldom
from hub.errors import StartRefused
from hub.ingest import Follower, show, source_roles
from hub.observability.logs import logging_as
from hub.observability.state import build_metrics
from hub.runs.status_texts import duration
from hub.settings import Settings, load_settings
from hub.stop_signals import stopping
from hub.sync.apis import find_api
from hub.sync.link_settings import SyncLink
from hub.sync.run import SyncRun, sync_keys
from hub.sync.run import sync as read_api
from hub.sync.schedule import Schedule, reading_metrics, scheduled
from infra.keys import Keys
from infra.role_names import RUNS_WRITER
from infra.roles import Dsn

app = typer.Typer(add_completion=False)


@app.command()
def sync(
    settings: Annotated[Path, typer.Option(help="Fichier de réglages (TOML), dont les lignes [[sync]].")],
    source: Annotated[
        str | None, typer.Argument(help="Système source ; sans lui, tous les comptes des réglages, à leur rythme.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="Compte, si la source en a plusieurs.")] = None,
    every: Annotated[
        str | None,
        typer.Option(metavar="15m", help="Relit sans fin, à ce rythme (s, m, h, j) plutôt qu'à celui des réglages."),
    ] = None,
    remove: Annotated[
        bool,
        typer.Option(
            "--remove", help="Admet qu'une liste soit vide, ou ait perdu plus d'un dixième de ce qui est connu."
        ),
    ] = False,
    keys: KeysOption = KEYS,
) -> None:
    if source is not None:
        find_api(source)
    rhythm = None if every is None else seconds(every)
    placed = load_settings(settings)
    rows = placed.sync
    if source is not None and every is None:
        _once(_link(rows, source, account), remove, keys)
    elif remove:
        refuse("ARGUMENT_UNEXPECTED", "« --remove » ne vaut que pour une lecture : nommez la source, sans « --every ».")
    else:
        _again_and_again(_links(rows, source, account), rhythm, keys, placed)


def _once(link: SyncLink, remove: bool, folder: Path) -> None:
    """Read one account to its end."""
    loaded_keys = Keys.load(folder, sync_keys(link))
    console = Console()

    async def read(address: Dsn, follower: Follower) -> SyncRun:
        stop = asyncio.Event()
        with stopping(stop):
            return await read_api(link, loaded_keys, address, follower, remove=remove, stop=stop)

    with database(loaded_keys, *source_roles(link.source)) as address, Follower(console, link.source) as follower:
        run = asyncio.run(read(address, follower))
    show(run.report, console)
    console.print(f"Requêtes faites : {run.requests}.", highlight=False)
    raise typer.Exit(0 if run.report.complete else 1)


def _again_and_again(links: Sequence[SyncLink], every: float | None, folder: Path, placed: Settings) -> None:
    """Read these accounts, each at its rhythm, until a signal ends the process."""
    accounts = scheduled(links, every)
    loaded_keys = Keys.load(folder, {name for link in links for name in sync_keys(link)})
    collect_seldom()

    async def read(address: Dsn) -> None:
        stop, schedule = asyncio.Event(), Schedule(accounts, loaded_keys, address, _say)
        metrics = metrics_of(placed, "sync")
        if metrics is not None:
            metrics.meters.tell(partial(build_metrics, "sync", None))
            metrics.meters.tell(partial(reading_metrics, schedule.outcomes))
        with stopping(stop):
            for account in accounts:
                _say(f"{account.name} : chaque {duration(account.every)}.")
            async with nullcontext() if metrics is None else metrics.running():
                await schedule.run(stop)

    roles = {role for link in links for role in source_roles(link.source)}
    with logging_as("sync", placed.logs), database(loaded_keys, *sorted(roles)) as address:
        log_start("sync", address(RUNS_WRITER), None, placed)
        asyncio.run(read(address))


def _say(line: str) -> None:
    typer.echo(line)


def _links(links: Sequence[SyncLink], source: str | None, account: str | None) -> list[SyncLink]:
    """The rows of this source, and account if given; raises StartRefused (SYNC_ACCOUNT, SYNC_UNKNOWN)."""
    rows = [link for link in links if source in (None, link.source) and account in (None, link.account)]
    if not rows:
        raise _no_account(links, source)
    for link in rows:
        find_api(link.source)
    return rows


def _link(links: Sequence[SyncLink], source: str, account: str | None) -> SyncLink:
    """The one row of this source, and account if given; raises StartRefused (SYNC_ACCOUNT)."""
    rows = _links(links, source, account)
    if len(rows) != 1:
        raise _no_account(links, source)
    return rows[0]


def _no_account(links: Sequence[SyncLink], source: str | None) -> StartRefused:
    accounts = ", ".join(link.account for link in links if source in (None, link.source))
    return StartRefused(
        "SYNC_ACCOUNT",
        "Nommez par --account l'un des comptes que les lignes [[sync]] des réglages donnent à cette source : "
        f"{accounts or 'aucun'}.",
        "no row of [[sync]], or several",
    )
