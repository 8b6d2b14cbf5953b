"""The accesses that an officer found, as a file to hand over: CSV for a spreadsheet, or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from schema.days import PARIS

FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
"""Media type by format."""
COLUMNS = (
    "instant (heure de Paris)",
    "acteur",
    "agent",
    "application",
    "organisation",
    "SIRET",
    "finalité",
    "dossier",
    "données",
    "personnes",
    "opération",
    "trace",
    "visible de la personne depuis",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters by which a spreadsheet takes a cell for a formula, full-width ones included."""


def export(accesses: Sequence[Mapping[str, Any]], file_format: str) -> bytes:
    """The file of these accesses, as `accessJournal` answers them, in one of `FORMATS`."""
    return _json(accesses) if file_format == "json" else _csv(accesses)


def _json(accesses: Sequence[Mapping[str, Any]]) -> bytes:
    return orjson.dumps({"accesses": list(accesses)}, option=orjson.OPT_INDENT_2)


def _csv(accesses: Sequence[Mapping[str, Any]]) -> bytes:
    """Semicolons and a byte-order mark, as a French spreadsheet opens them; every cell quoted and none a formula."""
    rows = [COLUMNS, *map(_row, accesses)]
    return "".join(";".join(map(_cell, row)) + "\r\n" for row in rows).encode("utf-8-sig")


def _row(access: Mapping[str, Any]) -> tuple[Any, ...]:
    data = " | ".join(f"{part['label']} : {', '.join(part['fields'])}" for part in access["data"] or ())
    return (
        _instant(access["at"]),
        access["actorLabel"],
        access["actor"],
        access["client"],
        access["organisationName"],
        access["organisation"],
        access["purposeLabel"],
        access["reference"],
        data,
        access["people"],
        access["operation"],
        access["trace"],
        _instant(access["visibleFrom"]),
    )


def _instant(text: str | None) -> str | None:
    return None if text is None else f"{datetime.fromisoformat(text).astimezone(PARIS):%d/%m/%Y %H:%M:%S}"


def _cell(value: Any) -> str:
    """A quoted cell (RFC 4180); one that a spreadsheet would compute begins with an apostrophe."""
    text = "" if value is None else str(value)
    formula = "'" if text.lstrip(" ").startswith(FORMULA_STARTS) else ""
    return '"{}"'.format((formula + text).replace('"', '""'))
