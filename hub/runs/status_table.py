"""The status of the sources on a terminal, some short lines for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from hub.runs.source_status import SourceStatus
from hub.runs.status_texts import codes_text, duration, run_text, state_text, success_text, trend_text

INDENT = 4


def show_status(statuses: Sequence[SourceStatus], console: Console) -> None:
    """Print each source: its name and state, then what there is to say of its readings; a narrow terminal breaks texts
    and cuts none."""
    width = max((len(status.source) for status in statuses), default=0)
    for status in statuses:
        console.print(Text(f"{status.source:<{width}}  {state_text(status)}"))
        for line in _lines(status):
            console.print(Padding(Text(line), (0, 0, 0, INDENT)))


def _lines(status: SourceStatus) -> Iterator[str]:
    rhythm = f", attendue chaque {duration(status.rhythm.every)}" if status.rhythm is not None else ""
    if status.succeeded_at is not None:
        yield f"dernier succès : {success_text(status)}{rhythm}"
    elif rhythm:
        yield f"jamais menée à bien{rhythm}"
    if status.last is not None:
        yield f"dernière lecture : {run_text(status.last)}"
        if status.last.refusals:
            yield f"refus : {codes_text(status.last.refusals)}"
        yield f"lus, par lecture : {trend_text(status)}"
