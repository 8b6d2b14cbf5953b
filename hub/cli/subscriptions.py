"""`hub subscriptions …`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import orjson
import typer

from hub.cli.local_database import database
from hub.cli.options import KEYS, KeysOption, ReferenceOption
from hub.cli.refusals import refuse
from hub.cli.text_files import read_text
from hub.subscriptions import store
from hub.subscriptions.store import Connection, Subscription, SubscriptionStore
from infra.connecting import connect, connections
from infra.keys import Keys, role_keys
from infra.role_names import CHANGES_READER, SUBSCRIPTIONS_WRITER
from infra.roles import Dsn
from schema.days import PARIS

app = typer.Typer(no_args_is_help=True, add_completion=False)
T = TypeVar("T")
Identifier = Annotated[UUID, typer.Argument(help="Identifiant de l'abonnement.")]


@dataclass(frozen=True, slots=True, repr=False)
class _AddOptions:
    """The options of `add`."""

    settings: Path
    token: str
    url: str
    document: str
    purpose: str | None
    reference: str | None
    days: int


@app.command(help="Abonne une application aux changements, sous son jeton ; le secret n'est montré qu'ici.")
def add(
    settings: Annotated[Path, typer.Option(help="Fichier de réglages (TOML).")],
    url: Annotated[str, typer.Option(help="Adresse https qui reçoit les notifications.")],
    query: Annotated[Path, typer.Option(help="Requête dont les changements sont signalés, de seul champ « changes ».")],
    token: Annotated[Path, typer.Option(help="Fichier d'un jeton d'accès de l'application, valable maintenant.")],
    purpose: Annotated[str | None, typer.Option(help="Finalité ; celle du jeton, s'il n'en a qu'une.")] = None,
    reference: ReferenceOption = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Durée, en jours, dans celle de l'habilitation.")] = 90,
    keys: KeysOption = KEYS,
) -> None:
    from hub.notifications import REGISTRATION_KEYS, REGISTRATION_ROLES

    options = _AddOptions(
        settings,
        read_text(token, "TOKEN_UNREADABLE", "Le jeton").strip(),
        url,
        read_text(query, "DOCUMENT_UNREADABLE", "La requête"),
        purpose,
        reference,
        days,
    )
    loaded_keys = Keys.load(keys, REGISTRATION_KEYS)
    with database(loaded_keys, *REGISTRATION_ROLES) as dsn:
        identifier, until, secret = asyncio.run(_add(options, loaded_keys, dsn))
    typer.echo(f"Abonnement : {identifier}")
    typer.echo(f"Jusqu'au : {until.astimezone(PARIS):%Y-%m-%d %H:%M}")
    typer.echo(f"Secret, montré cette seule fois : {secret}")


async def _add(options: _AddOptions, keys: Keys, dsn: Dsn) -> tuple[UUID, datetime, str]:
    from hub.app import unix_seconds
    from hub.cli.served_graph import served_graph
    from hub.identity.applications import Applications
    from hub.identity.authenticator import Authenticator
    from hub.notifications import registration
    from hub.settings import load_settings
    from hub.subscriptions.registration import SubscriptionRequest
    from subgraphs.kit.transactions import Database

    graph, settings = served_graph(options.settings), load_settings(options.settings)
    policy, now, changed = graph.table.policy, unix_seconds(), Database(dsn(CHANGES_READER))
    applications = Applications(settings.clients, policy.clients)
    authenticator = Authenticator(settings.issuers, settings.audience, policy.actors, unix_seconds, applications)
    async with authenticator.running():
        actor = await authenticator.actor(options.token, now)
    request = SubscriptionRequest(options.document, options.url, options.purpose, options.reference, options.days)
    await changed.open()
    connection = await connect(dsn(SUBSCRIPTIONS_WRITER))
    try:
        subscription = await registration(graph, settings, keys, changed).decide(actor, request, now)
        await subscription.add(connection)
        return subscription.id, subscription.ends_at, subscription.secret
    finally:
        await connection.close()
        await changed.close()


@app.command(name="list", help="Montre les abonnements : où en est chacun, ses échecs ; jamais une personne.")
def list_all(
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False, keys: KeysOption = KEYS
) -> None:
    async def read(address: str) -> list[Subscription]:
        async with connections(address, 1) as pool:
            return await SubscriptionStore(pool).all()

    rows = _with_address(keys, read)
    if json:
        typer.echo(orjson.dumps([_shown(row) for row in rows], default=str))
        return
    for row in rows:
        typer.echo(_paragraph(row))
    typer.echo(f"Abonnements : {len(rows)}")


@app.command(help="N'envoie plus rien à un abonné ; ce qui change d'ici là lui est dit quand il reprend.")
def pause(identifier: Identifier, keys: KeysOption = KEYS) -> None:
    _change(identifier, keys, store.pause, "En pause.")


@app.command(help="Reprend là où l'abonné s'est arrêté, sans rien omettre.")
def resume(identifier: Identifier, keys: KeysOption = KEYS) -> None:
    _change(identifier, keys, store.resume, "Repris.")


@app.command(help="Efface un abonnement et son secret.")
def remove(identifier: Identifier, keys: KeysOption = KEYS) -> None:
    _change(identifier, keys, store.remove, "Retiré.")


def _change(
    identifier: UUID, keys: Path, change: Callable[[Connection, UUID], Awaitable[bool]], confirmation: str
) -> None:
    async def changed(address: str) -> bool:
        connection = await connect(address)
        try:
            return await change(connection, identifier)
        finally:
            await connection.close()

    if not _with_address(keys, changed):
        refuse("SUBSCRIPTION_UNKNOWN", "Aucun abonnement de cet identifiant n'est dans l'état qu'il faut pour cela.")
    typer.echo(confirmation)


def _with_address(keys: Path, use: Callable[[str], Awaitable[T]]) -> T:
    async def used(address: str) -> T:
        return await use(address)

    loaded_keys = Keys.load(keys, role_keys(SUBSCRIPTIONS_WRITER))
    with database(loaded_keys, SUBSCRIPTIONS_WRITER) as dsn:
        return asyncio.run(used(dsn(SUBSCRIPTIONS_WRITER)))


def _paragraph(row: Subscription) -> str:
    """A subscription in short lines that no terminal folds."""
    late = "–" if row.failing_since is None else f"depuis {_instant(row.failing_since)}"
    lines = {
        "application": row.client,
        "finalité": row.purpose,
        "serveur": row.host,
        "état": row.state if row.reason is None else f"{row.state} ({row.reason})",
        "dernier succès": "–" if row.last_success_at is None else _instant(row.last_success_at),
        "retard": late,
        "échecs": str(row.failures),
    }
    return "\n".join([str(row.id), *(f"  {name} : {value}" for name, value in lines.items())])


def _shown(row: Subscription) -> dict[str, object]:
    hidden = ("sealed", "cursor", "number")
    return {name: getattr(row, name) for name in Subscription.__slots__ if name not in hidden}


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M}"
