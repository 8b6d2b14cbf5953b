"""The codes of answers and headers that a client names: decisions, reasons, purposes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from hub.client_code.python_text import class_, docstring, module
from hub.policy.decide.decision import Effect, Reason
from hub.policy.decide.policy_loader import load

CODES = {
    "Decision": "Décision sur un champ.",
    "Reason": "Pourquoi un champ est refusé, ou vide.",
    "Purpose": "Finalité déclarée par une requête.",
}


@cache
def codes() -> Mapping[str, Mapping[str, str]]:
    """The values of each enum, with a French description where there is one."""
    purposes = {code: row.label for code, row in load().purposes.items() if not row.abstract}
    return {
        "Decision": {effect.value: "" for effect in Effect},
        "Reason": {reason.value: "" for reason in Reason},
        "Purpose": purposes,
    }


def python_vocabulary(version: str) -> str:
    """The module `vocabulary.py` of the runtime."""
    parts = [f'SCHEMA_VERSION = "{version}"\n"""The version of the schema, and of the packages."""']
    for name, values in codes().items():
        lines: list[str] = []
        for value, description in values.items():
            lines.append(f'    {_constant(value)} = "{value}"')
            if description:
                lines.append(docstring(description))
        base = "StrEnum" if name == "Purpose" else "OpenEnum"
        if base == "OpenEnum":
            lines.append('    UNKNOWN_VALUE = "UNKNOWN_VALUE"')
        parts.append(class_(name, base, CODES[name], lines))
    return module(["from enum import StrEnum", "", "from .models import OpenEnum", ""], parts)


def typescript_vocabulary(version: str) -> str:
    """The module `vocabulary.ts` of the runtime."""
    parts = ["// Made by `make generated`.", f'export const SCHEMA_VERSION = "{version}";']
    for name, values in codes().items():
        union = " | ".join(f'"{value}"' for value in values)
        parts.append(f"/** {CODES[name]} */\nexport type {name} = {union};")
    return "\n\n".join(parts) + "\n"


def _constant(value: str) -> str:
    return re.sub(r"\W", "_", value).upper()
