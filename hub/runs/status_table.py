"""The status of the sources as a table on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Column, Table

from hub.runs.source_status import SourceStatus
from hub.runs.status_texts import NONE, codes_text, duration, run_text, state_text, success_text, trend_text


def show_status(statuses: Sequence[SourceStatus], console: Console) -> None:
    """Print a row per source: its state, its last success, its last run, and how many records the latest ones read.

    A narrow terminal breaks texts and cuts none."""
    names = "état", "dernier succès", "rythme", "dernière lecture", "refus", "lus, par lecture"
    folded = [Column(name, overflow="fold") for name in names]
    table = Table(Column("source", no_wrap=True), *folded)
    for status in statuses:
        last = status.last
        table.add_row(
            status.source,
            state_text(status),
            success_text(status),
            NONE if status.rhythm is None else f"chaque {duration(status.rhythm.every)}",
            NONE if last is None else run_text(last),
            NONE if last is None or not last.refusals else codes_text(last.refusals),
            trend_text(status),
        )
    console.print(table, markup=False)
