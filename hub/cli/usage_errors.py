"""Usage errors of the command line, in French and with a code; Typer's messages are English and have none.

    OPTION_UNKNOWN    COMMAND_UNKNOWN    ARGUMENT_MISSING    ARGUMENT_UNEXPECTED    ARGUMENT_INVALID

The message never quotes what was typed: it may identify a person.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

_FORMS = {
    UUID: "un identifiant (UUID)",
    datetime: "une date (AAAA-MM-JJ) ou un instant ISO 8601 (2026-01-31T09:00:00+00:00)",
    int: "un entier",
    float: "un nombre",
}


def usage_error(error: TyperException) -> tuple[str, str] | None:
    """Return the code and the message; None if Typer showed the help because there was no argument."""
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "hub"
    hint = f"« {command} --help » dit ce qu'elle attend"
    if isinstance(error, typer.BadParameter):
        return _parameter_error(error, hint)
    option = getattr(error, "option_name", None)
    if option is not None and hasattr(error, "possibilities"):
        suggestions = f", mais {' ou '.join(error.possibilities)}" if error.possibilities else ""
        return "OPTION_UNKNOWN", f"Cette option n'existe pas{suggestions} : {hint}."
    if option is not None:
        return "ARGUMENT_INVALID", f"« {option} » {_value_problem(error)} : {hint}."
    if not error.message:
        return None
    if context is not None and isinstance(context.command, TyperGroup):
        commands = ", ".join(context.command.list_commands(context))
        return "COMMAND_UNKNOWN", f"Cette commande n'existe pas : celles de « {command} » sont {commands}."
    return "ARGUMENT_UNEXPECTED", f"La commande a plus d'arguments qu'elle n'en attend : {hint}."


def _parameter_error(error: typer.BadParameter, hint: str) -> tuple[str, str]:
    param: Any = error.param
    name = param.opts[0] if param.param_type_name == "option" else (param.metavar or param.name)
    if hasattr(error, "param_type"):
        return "ARGUMENT_MISSING", f"Il manque « {name} » : {hint}."
    form = _form(param.type_descriptor)
    return "ARGUMENT_INVALID", f"« {name} » n'a pas la forme attendue{form and f', {form}'} : {hint}."


def _value_problem(error: TyperException) -> str:
    return "ne prend pas de valeur" if "does not take" in error.message else "demande une valeur"


def _form(parameter: Any) -> str:
    kind, bounds = parameter.annotation, parameter.parameter_info
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"l'une de {', '.join(str(member.value) for member in kind)}"
    form = _FORMS.get(kind, "")
    if bounds.min is not None and bounds.max is not None:
        return f"{form} de {bounds.min} à {bounds.max}"
    return f"{form} d'au moins {bounds.min}" if bounds.min is not None else form
