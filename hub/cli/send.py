"""`hub send`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hub.app import hub_app, hub_keys, hub_roles
from hub.cli.local_database import database
from hub.cli.metrics import meters_of, metrics_of
from hub.cli.options import KEYS, KeysOption
from hub.cli.rhythms import RHYTHM_HELP, seconds
from hub.cli.start_line import log_start
from hub.collector import collect_seldom
from hub.errors import StartRefused
from hub.graph import load_graph
from hub.observability.instrumentation import contract_words
from hub.observability.logs import logging_as
from hub.outgoing.follower import follow
from hub.outgoing.sender import Counts, Sender, recipients
from hub.outgoing.settings import OutgoingTable, left_by
from hub.settings import Settings, load_settings
from hub.stop_signals import stopping
from infra.keys import Keys, role_keys
from infra.role_names import OUTGOING_SENDER, RUNS_WRITER
from infra.roles import Dsn

app = typer.Typer(add_completion=False)
ROLES = (OUTGOING_SENDER, RUNS_WRITER)


@app.command()
def send(
    settings: Annotated[Path, typer.Option(help="Fichier de réglages (TOML) du hub, dont les lignes [[outgoing]].")],
    system: Annotated[str | None, typer.Argument(help="Système ; sans lui, tous ceux des réglages.")] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Reste, et envoie chaque élément dès qu'il est écrit.")
    ] = False,
    every: Annotated[
        str, typer.Option(metavar="1m", help=f"Avec --follow, le temps entre deux essais : {RHYTHM_HELP}.")
    ] = "1m",
    keys: KeysOption = KEYS,
) -> None:
    rhythm = seconds(every)
    placed = load_settings(settings)
    # Nobody subscribes at a process that sends: it holds no key for it.
    placed = replace(placed, clients=tuple(replace(client, subscriptions=0) for client in placed.clients))
    rows = _rows(placed.outgoing, system)
    loaded_keys = Keys.load(keys, {*hub_keys(placed.subgraphs), *role_keys(*ROLES)})
    collect_seldom()
    with logging_as("send", placed.logs), database(loaded_keys, *hub_roles(placed.subgraphs), *ROLES) as address:
        counts = asyncio.run(_run(placed, rows, loaded_keys, address, rhythm if follow else None))
    typer.echo(f"{counts.text} En attente : {counts.waiting}, dont essayés en vain à l'instant : {counts.left}.")
    raise typer.Exit(1 if counts.left else 0)


async def _run(
    placed: Settings, rows: Sequence[OutgoingTable], keys: Keys, address: Dsn, rhythm: float | None
) -> Counts:
    """Send once, or until a signal ends the process."""
    to, graph = recipients(rows, keys), load_graph()
    if rhythm is not None:
        log_start("send", address(OUTGOING_SENDER), graph.table.digest, placed)
    metrics = None if rhythm is None else metrics_of(placed, "send", contract_words(graph))
    app = hub_app(graph, placed, keys, address, meters=meters_of(metrics))
    stop = asyncio.Event()
    with stopping(stop):
        async with app.running(), nullcontext() if metrics is None else metrics.running():
            sender = Sender(app.pipeline, to, keys.cursors, address, typer.echo, left_by(placed.outgoing))
            if rhythm is None:
                return await sender.run(stop)
            return await follow(sender, address(OUTGOING_SENDER), stop, rhythm, typer.echo)


def _rows(rows: Sequence[OutgoingTable], system: str | None) -> list[OutgoingTable]:
    """The row of this system, or all, even if there is none: what waits for those that are left is given up all the
    same. Raises StartRefused (OUTGOING_SYSTEM)."""
    selected = [row for row in rows if system in (None, row.system)]
    if not selected and system is not None:
        names = ", ".join(row.system for row in rows) or "aucun"
        raise StartRefused(
            "OUTGOING_SYSTEM",
            f"Aucune ligne [[outgoing]] des réglages ne relie ce système. Ceux qu'elles relient : {names}.",
            "no such row of [[outgoing]]",
        )
    return selected
