"""`hub database`: create or migrate the database, and give its roles the passwords of the keys."""

from __future__ import annotations

import asyncio

import typer

from hub.cli.local_database import administered
from hub.cli.options import KEYS, KeysOption
from infra.keys import Keys
from infra.migrate import migrate as migrate_database
from infra.migrate import renew_passwords

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def database() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def migrate(keys: KeysOption = KEYS) -> None:
    """Crée la base et ses rôles s'ils manquent, et amène ses schémas à jour ; aucun mot de passe ne change."""
    loaded_keys = Keys.load(keys, ("database",))
    with administered(loaded_keys, create=True) as admin:
        asyncio.run(migrate_database(admin, loaded_keys))
    typer.echo("La base est à jour.")


@app.command()
def passwords(keys: KeysOption = KEYS) -> None:
    """Donne aux rôles de la base les mots de passe de ces clés ; ce qui tourne avec d'autres n'y entre plus."""
    loaded_keys = Keys.load(keys, ("database",))
    with administered(loaded_keys, adopt=True) as admin:
        asyncio.run(renew_passwords(admin, loaded_keys))
    typer.echo("Les rôles de la base ont les mots de passe de ces clés.")
