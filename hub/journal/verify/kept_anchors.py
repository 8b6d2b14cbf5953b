"""Reads what was kept outside of the database: one anchor, or the file to which a hub appends its checkpoints."""

from __future__ import annotations

import re
from pathlib import Path

import orjson

from hub.errors import StartRefused
from hub.journal.verify.checkpoint_trail import Anchors

ANCHOR = re.compile(r"(\d+):([0-9a-f]{64})")


def read_anchors(text: str) -> Anchors:
    """The anchor of a text « number:digest », else those of the file of that name: one per line, bare or as JSON.

    Raises StartRefused (ANCHOR_MALFORMED)."""
    if match := ANCHOR.fullmatch(text):
        return frozenset({(int(match[1]), match[2])})
    try:
        lines = Path(text).read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise _malformed(type(error).__name__) from error
    return frozenset(_anchor(line, number) for number, line in enumerate(lines, 1) if line and not _torn(line))


def _torn(line: str) -> bool:
    """Whether a line was cut by a kill or a full disk; it was written again if the hub went on."""
    return line.startswith("{") and not line.endswith("}")


def _anchor(line: str, number: int) -> tuple[int, str]:
    if match := ANCHOR.fullmatch(line):
        return int(match[1]), match[2]
    try:
        checkpoint = orjson.loads(line)
        anchor = ANCHOR.fullmatch(f"{checkpoint['number']}:{checkpoint['digest']}")
    except (ValueError, KeyError, TypeError):
        anchor = None
    if anchor is None:
        raise _malformed(f"line {number}")
    return int(anchor[1]), anchor[2]


def _malformed(detail: str) -> StartRefused:
    return StartRefused(
        "ANCHOR_MALFORMED",
        "Une ancre est un numéro, « : » et 64 chiffres hexadécimaux, ou le fichier où le hub copie ses points de "
        f"contrôle : recopiez-la entière ({detail}).",
        detail,
    )
