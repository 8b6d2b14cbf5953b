"""The part of docs/exploitation.md that says what each command changes: written by `make generated`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hub.cli.effects import EFFECTS
from tests.conftest import ROOT
from tests.docs.marked_part import replaced

PAGE = ROOT / "docs" / "exploitation.md"


def effects() -> str:
    """The commands that write, with what they write, then those that only read."""
    rows = [f"| `hub {name}` | {effect} |" for name, effect in EFFECTS.items() if effect]
    reading = ", ".join(f"`hub {name}`" for name, effect in EFFECTS.items() if not effect)
    return "\n".join(["| commande | ce qu'elle écrit |", "|--|--|", *rows, f"| {reading} | rien |", ""])


def generated() -> Mapping[Path, str]:
    """The page as it should be."""
    return {PAGE: replaced(PAGE.read_text(encoding="utf-8"), "effets", effects())}
