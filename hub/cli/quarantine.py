"""`hub quarantine`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Column, Table

from hub.cli.local_database import database
from hub.cli.options import KEYS, KeysOption
from hub.database_refusals import database_refusals
from hub.runs.quarantine import MOST, Waiting, quarantine
from infra.keys import Keys, role_keys
from infra.role_names import QUARANTINE_KEEPER
from schema.days import PARIS, QUARANTINE_DAYS

app = typer.Typer(add_completion=False)


@app.command(name="quarantine")
def listed(
    source: Annotated[str | None, typer.Argument(help="Système source ; tous sans lui.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    keys: KeysOption = KEYS,
) -> None:
    loaded_keys = Keys.load(keys, role_keys(QUARANTINE_KEEPER))
    with database(loaded_keys, QUARANTINE_KEEPER) as dsn, database_refusals():
        records = asyncio.run(_waiting(dsn(QUARANTINE_KEEPER), source))
    if json:
        typer.echo(orjson.dumps([_json(record) for record in records]))
    else:
        _show(records, Console())


async def _waiting(dsn: str, source: str | None) -> list[Waiting]:
    """The first records that wait."""
    async with quarantine(dsn) as store:
        return await store.waiting(source)


def _show(records: list[Waiting], console: Console) -> None:
    if not records:
        console.print("Rien n'attend d'être relu.")
        return
    names = "source", "reçu (SHA-256)", "n°", "code", "refusé le", "jusqu'au", "se relit"
    table = Table(*(Column(name, overflow="fold") for name in names))
    for record in records:
        table.add_row(
            record.source,
            f"{record.file} ({record.digest[:12]})",
            str(record.place),
            record.code,
            f"{record.refused_at.astimezone(PARIS):%d/%m/%Y %H:%M}",
            f"{(record.refused_at + timedelta(days=QUARANTINE_DAYS)).astimezone(PARIS):%d/%m/%Y}",
            "non : redonnez le fichier" if record.sealed is None else "oui",
        )
    console.print(table, markup=False)
    if len(records) == MOST:
        console.print(f"Les {MOST} premiers ; nommez une source pour voir les siens.")


def _json(record: Waiting) -> dict[str, Any]:
    return {
        "source": record.source,
        "file": record.file,
        "sha256": record.digest,
        "record": record.place,
        "code": record.code,
        "refusedAt": record.refused_at,
        "expiresAt": record.refused_at + timedelta(days=QUARANTINE_DAYS),
        "retriable": record.sealed is not None,
    }
