"""`hub`: the command line, one module of this package per command.

A module holds the Typer application `app` of one command or of a group. It is imported only when its command runs, so
that `hub --help` and `hub gateway` start without the database. A new command is a new module and a row of `COMMANDS`.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from hub.cli.environment import check_environment
from hub.cli.refusals import refuse, tell
from hub.cli.usage_errors import usage_error
from hub.collector import run_seldom
from hub.errors import HubError
from infra.errors import SetupRefused

COMMANDS = {
    "serve": "Sert le hub, un sous-graphe, ou les cinq dans un seul processus.",
    "gateway": "Sert n'importe quel supergraphe, sans politique, identité ni journal.",
    "compose": "Compose des sous-graphes Apollo Federation en un supergraphe, ou dit tout ce qui s'y oppose.",
    "schema": "Ce qui change d'un schéma à l'autre, et le schéma tel qu'un acteur peut le lire.",
    "plan": "Montre les appels aux sous-graphes d'un document ; rien n'est exécuté, aucune valeur n'est montrée.",
    "client": "Fait un client typé, en Python ou en TypeScript, des opérations d'une application.",
    "export": "Écrit une liste qu'un hub sert, page après page, dans un fichier CSV, NDJSON ou Parquet.",
    "token": "Donne le jeton d'un acteur de la démonstration.",
    "ingest": "Lit les fichiers d'un système source ; le même fichier donné deux fois n'écrit rien la seconde.",
    "sources": "Dit de chaque source quand elle a été lue, si c'est à temps, et ce qui en a été refusé.",
    "send": "Envoie aux systèmes qui les tiennent les éléments que les mutations ont écrits, une fois ou sans fin.",
    "sync": "Lit l'API d'un système source jusqu'au bout, une fois ou sans fin ; ce qui y a disparu disparaît ici.",
    "quarantine": "Montre ce qui a été refusé et attend d'être relu : où, et par quel code ; jamais une donnée.",
    "matching": "Les dossiers peut-être d'une même personne : les compter, les réunir et les séparer.",
    "journal": "Le journal des accès : le vérifier, y chercher, en effacer une personne ou les mois échus.",
    "changes": "Les changements que les clients lisent : effacer les plus anciens, ou faire tout relire.",
    "subscriptions": "Les applications averties des changements : les abonner, les voir, les arrêter, les reprendre.",
    "revocations": "Retire un accès à tous les hubs avant la fin de son jeton, ou le rend.",
    "keys": "Crée les clés d'une installation, dit leur âge, et les change sans coupure.",
    "database": "Crée la base de données ou l'amène à jour, et donne à ses rôles leurs mots de passe.",
    "backup": "Copie la base, tient le registre de ce qui la protège, et la restaure sans que rien n'en revienne.",
    "policy": "Vérifie, montre, explique et compare les règles d'accès.",
    "settings": "Vérifie un fichier de réglages, toutes ses fautes à la fois, ou le montre tel qu'il vaut.",
    "subgraph": "Dit si un sous-graphe d'une autre équipe suit le contrat du hub, phrase par phrase.",
    "bench": "Mesure le temps de calcul du hub face à des résolveurs Strawberry, sur une base de mesure à part.",
}
"""Each command's help by its name, in the order of `hub --help`."""


class Commands(TyperGroup):
    """The commands of `hub`: the help lists them from `COMMANDS`, and only the one that runs is imported."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The line of the help for the command of that name; None if there is none."""
        return TyperCommand(name=cmd_name, help=COMMANDS[cmd_name]) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The name typed, the command imported, and the arguments left for it."""
        name, summary, arguments = super().resolve_command(ctx, args)
        if summary is None:
            return name, summary, arguments
        command = get_command(import_module(f"hub.cli.{name}").app)
        command.name, command.help = summary.name, summary.help
        return name, command, arguments


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _tell_version(version: bool) -> None:
    if version:
        from hub.version import version_text

        typer.echo(version_text())
        raise typer.Exit


@app.callback()
def hub(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Dit la version, et son commit.")
    ] = False,
) -> None:
    """Le hub du service public de l'insertion et de l'emploi."""


def main() -> None:
    """Run a command; what it refuses is one French line with its code, never a traceback."""
    run_seldom()
    try:
        check_environment(os.environ)
        sys.exit(app(prog_name="hub", standalone_mode=False))
    except (HubError, SetupRefused) as error:
        refuse(error.code, error.message)
    except TyperException as error:
        refusal = usage_error(error)
        if refusal is not None:
            tell(*refusal)
        sys.exit(error.exit_code)
    except typer.Abort:
        refuse("COMMAND_ABANDONED", "Commande abandonnée : rien n'a été fait.")
