"""`hub changes …`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from hub.changes import retention
from hub.cli.local_database import administered
from hub.cli.options import KEYS, KeysOption
from infra.database import administrator_connection
from infra.keys import Keys
from infra.role_names import CHANGES_READER
from infra.schema_versions import check_versions, histories_of

app = typer.Typer(no_args_is_help=True, add_completion=False)
T = TypeVar("T")


@app.command(help="Efface ce qui a changé il y a plus longtemps que la durée ; un curseur plus ancien relit tout.")
def expire(
    days: Annotated[int, typer.Option(min=1, help="Durée de conservation, en jours.")] = 30,
    keys: KeysOption = KEYS,
) -> None:
    deleted = _run(keys, lambda connection: retention.expire(connection, days))
    typer.echo(f"Lignes effacées : {deleted}.")


@app.command(help="Fait relire tout à tous les clients : à lancer après la restauration d'une sauvegarde.")
def restart(keys: KeysOption = KEYS) -> None:
    _run(keys, retention.restart)
    typer.echo("Les curseurs donnés jusqu'ici ne valent plus.")


def _run(keys: KeysOption, use: Callable[[retention.Connection], Awaitable[T]]) -> T:
    """What `use` returns of a connection of the administrator."""

    async def connected(address: str) -> T:
        connection = await administrator_connection(address)
        try:
            await check_versions(connection, histories_of(CHANGES_READER))
            return await use(connection)
        finally:
            await connection.close()

    with administered(Keys.load(keys, ())) as address:
        return asyncio.run(connected(address))
