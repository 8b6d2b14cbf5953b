"""`hub revocations …`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

import typer

from hub.cli.options import KEYS, KeysOption
from hub.cli.refusals import refuse
from hub.cli.shared_state import VARIABLE, server_state, shared_keys
from hub.cli.text_files import read_text
from hub.identity.revocations import actor_name, application_name, organisation_name, token_name
from hub.settings import load_settings
from infra.keys import Keys
from schema.days import PARIS
from schema.shared_state import SharedStateGone

if TYPE_CHECKING:
    from infra.shared_state.server_state import ServerState

app = typer.Typer(no_args_is_help=True, add_completion=False)
T = TypeVar("T")
LONGEST = 366
"""Days of the longest revocation."""
DAY = 86_400
SettingsOption = Annotated[Path | None, typer.Option(help="Fichier de réglages (TOML), pour sa table « shared ».")]
TokenOption = Annotated[Path | None, typer.Option(help="Fichier du jeton d'accès retiré.")]
ActorOption = Annotated[str | None, typer.Option(help="Acteur : « émetteur#sujet ».")]
OrganisationOption = Annotated[str | None, typer.Option(help="SIRET de l'organisation, ou du partenaire.")]
ApplicationOption = Annotated[str | None, typer.Option(help="Application : son « client_id ».")]


class _Form(NamedTuple):
    """What an option takes: a value of another form names nobody, and would revoke nothing."""

    option: str
    name: Callable[[str], str]
    pattern: str
    expected: str


FORMS = (
    _Form("--token", token_name, r"[\w-]+\.[\w-]+\.[\w-]+", "son fichier contient un jeton signé, sans « Bearer »"),
    _Form("--actor", actor_name, r"[^#\s]+#.*\S", "donnez « émetteur#sujet »"),
    _Form("--organisation", organisation_name, r"[0-9]{14}", "donnez les 14 chiffres d'un SIRET, sans espace"),
    _Form("--application", application_name, r"\S(.*\S)?", "donnez son « client_id »"),
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the state is, and the keys that open it."""

    settings: Path | None
    keys: Path


@app.command(help="Retire un accès à tous les hubs, en une seconde, quoi que dise encore son jeton.")
def add(
    token: TokenOption = None,
    actor: ActorOption = None,
    organisation: OrganisationOption = None,
    application: ApplicationOption = None,
    days: Annotated[int, typer.Option(min=1, max=LONGEST, help="Durée du retrait, en jours.")] = LONGEST,
    settings: SettingsOption = None,
    keys: KeysOption = KEYS,
) -> None:
    name = _name(token, actor, organisation, application)

    async def revoke(state: ServerState) -> int | None:
        until = int(datetime.now(PARIS).timestamp()) + days * DAY
        return until if await state.revoke(name, until) else None

    until = _run(_Place(settings, keys), revoke)
    if until is None:
        refuse("REVOCATIONS_FULL", "Trop d'accès sont déjà retirés : rendez-en qui ne sont plus à craindre.")
    typer.echo(f"Accès retiré jusqu'au {datetime.fromtimestamp(until, PARIS):%Y-%m-%d}.")


@app.command(help="Rend un accès retiré.")
def remove(
    token: TokenOption = None,
    actor: ActorOption = None,
    organisation: OrganisationOption = None,
    application: ApplicationOption = None,
    settings: SettingsOption = None,
    keys: KeysOption = KEYS,
) -> None:
    name = _name(token, actor, organisation, application)
    if not _run(_Place(settings, keys), lambda state: state.restore(name)):
        refuse("REVOCATION_UNKNOWN", "Cet accès n'était pas retiré : rien n'a changé.")
    typer.echo("Accès rendu.")


@app.command(name="list", help="Dit combien d'accès sont retirés, et jusqu'à quand ; jamais lesquels.")
def list_all(settings: SettingsOption = None, keys: KeysOption = KEYS) -> None:
    async def read(state: ServerState) -> list[int]:
        return sorted(state.revocations.values())

    ends = _run(_Place(settings, keys), read)
    for until in ends:
        typer.echo(f"jusqu'au {datetime.fromtimestamp(until, PARIS):%Y-%m-%d %H:%M}")
    typer.echo(f"Accès retirés : {len(ends)}")


def _name(token: Path | None, actor: str | None, organisation: str | None, application: str | None) -> str:
    """What the state calls whom the options name; other than one of them ends the command."""
    text = None if token is None else read_text(token, "TOKEN_UNREADABLE", "Le jeton").strip()
    selectors = [
        (form, value)
        for form, value in zip(FORMS, (text, actor, organisation, application), strict=True)
        if value is not None
    ]
    if len(selectors) != 1:
        refuse("ARGUMENT_INVALID", "Nommez un accès, un seul : --token, --actor, --organisation ou --application.")
    [(form, value)] = selectors
    if not re.fullmatch(form.pattern, value):
        refuse("ARGUMENT_INVALID", f"« {form.option} » ne désigne aucun accès : {form.expected}.")
    return form.name(value)


def _run(place: _Place, work: Callable[[ServerState], Awaitable[T]]) -> T:
    """Work with the shared state; without one, or where it can't be reached, the command ends."""
    if not shared_keys():
        refuse(
            "SHARED_STATE_MISSING",
            f"Les accès retirés sont dans l'état partagé des hubs : nommez son serveur par {VARIABLE}, comme à eux.",
        )
    loaded = load_settings(place.settings) if place.settings is not None else None
    state = server_state(loaded, Keys.load(place.keys, shared_keys()), begins=False)

    async def run() -> T:
        async with state.running():
            if not state.is_open:
                raise SharedStateGone
            if not state.has_begun:
                refuse(
                    "SHARED_STATE_UNUSED",
                    "Aucun hub ne se sert de cet état partagé : donnez son adresse, ses clés (--keys) et ses réglages "
                    "(--settings, pour « prefix ») comme aux hubs, et attendez que l'un d'eux réponde.",
                )
            return await work(state)

    try:
        return asyncio.run(run())
    except SharedStateGone:
        failure = state.link.failure
        refuse(
            SharedStateGone.code,
            f"L'état partagé ne sert pas ({failure.code}) : {failure.message}. Rien n'a changé : réessayez ensuite.",
        )
