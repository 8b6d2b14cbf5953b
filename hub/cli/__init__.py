"""`hub`: the commands, each a file of this package and a thin door to the room that does the work.

A file holds the Typer application `app` of one command or of a group, and is read only when its command runs: starting
`hub gateway` pays for no database. A new command is a new file and one more name here.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from hub.cli.refusals import refuse, tell
from hub.cli.usage_errors import usage
from hub.errors import HubError
from infra.errors import SetupRefused

COMMANDS = ("serve", "gateway", "compose", "schema", "plan", "token", "ingest", "journal", "keys", "policy", "bench")


class Commands(TyperGroup):
    """The commands, read one at a time."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which the help tells them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, else None."""
        if cmd_name not in COMMANDS:
            return None
        command = get_command(import_module(f"hub.cli.{cmd_name}").app)
        command.name = cmd_name
        return command


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def hub() -> None:
    """Le hub du service public de l'insertion et de l'emploi."""


def main() -> None:
    """Run a command; what it refuses is one French line with its code, never a traceback."""
    try:
        sys.exit(app(prog_name="hub", standalone_mode=False))
    except (HubError, SetupRefused) as error:
        refuse(error.code, error.message)
    except TyperException as error:
        said = usage(error)
        if said is not None:
            tell(*said)
        sys.exit(error.exit_code)
    except typer.Abort:
        refuse("COMMAND_ABANDONED", "Commande abandonnée : rien n'a été fait.")
