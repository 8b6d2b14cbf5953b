"""Rhythms on the command line: « 90s », « 15m », « 6h », « 1j »."""

from __future__ import annotations

import re

from hub.cli.refusals import refuse

UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "j": 86_400.0}
RHYTHM_HELP = "90s, 15m, 6h ou 1j"


def seconds(rhythm: str) -> float:
    """The seconds of « 15m »; refuses another text."""
    match = re.fullmatch(r"([1-9]\d{0,6})([smhj])", rhythm, re.ASCII)
    if match is None:
        refuse("ARGUMENT_INVALID", f"« --every » est un nombre et son unité : {RHYTHM_HELP}.")
    return int(match[1]) * UNITS[match[2]]
