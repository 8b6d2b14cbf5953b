"""`hub matching …`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, TypeVar

import typer

from hub.cli.local_database import database
from hub.cli.options import KEYS, KeysOption
from hub.database_refusals import database_refusals
from hub.matching import follower
from hub.matching.merges import ROLE, apply_decisions
from hub.matching.review_queue import Counts, counts
from hub.pages.matching_page import REASONS
from hub.stop_signals import stopping
from infra.connecting import connect
from infra.keys import Keys, role_keys
from subgraphs.kit.ingest.row_map import Connection
from subgraphs.people.registry import Registry

app = typer.Typer(no_args_is_help=True, add_completion=False)
T = TypeVar("T")


@app.command(help="Compte les dossiers à rapprocher, sans rien dire de personne.")
def status(keys: KeysOption = KEYS) -> None:
    counted: Counts = _run(Keys.load(keys, role_keys(ROLE)), counts)
    typer.echo(f"Paires de dossiers à comparer : {sum(counted.waiting.values())}.")
    for reason, number in counted.waiting.items():
        typer.echo(f"  {REASONS[reason]} : {number}")
    typer.echo(f"Enregistrements refusés à rattacher : {counted.records}.")
    typer.echo(f"Dossiers réunis à un autre : {counted.merged}.")


@app.command(help="Réunit et sépare les dossiers comme les décisions le disent ; à nouveau, ne change rien.")
def apply(
    keys: KeysOption = KEYS,
    follow: Annotated[
        bool, typer.Option("--follow", help="Reste, et fait chaque décision dès qu'elle est prise.")
    ] = False,
) -> None:
    loaded_keys = Keys.load(keys, ("nir", *role_keys(ROLE)))
    registry = Registry(loaded_keys.nir)
    if follow:
        with database(loaded_keys, ROLE) as dsn:
            asyncio.run(_follow(registry, dsn(ROLE)))
        return
    moved = _run(loaded_keys, lambda connection: apply_decisions(registry, connection))
    typer.echo(f"Dossiers réunis ou séparés : {moved}.")


async def _follow(registry: Registry, address: str) -> None:
    """Apply decisions until a signal ends the process."""
    stop = asyncio.Event()
    with stopping(stop):
        await follower.follow(partial(apply_decisions, registry), address, stop, typer.echo)


def _run(keys: Keys, use: Callable[[Connection], Awaitable[T]]) -> T:
    """What `use` returns of a connection to the database."""

    async def connected(address: str) -> T:
        connection = await connect(address)
        try:
            return await use(connection)
        finally:
            await connection.close()

    with database(keys, ROLE) as dsn, database_refusals():
        return asyncio.run(connected(dsn(ROLE)))
