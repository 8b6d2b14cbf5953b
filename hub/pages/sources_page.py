"""The page of the sources: a row for each, then its latest runs; it holds no data of any person."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import HubError
from hub.pages.rendering import render
from hub.runs.source_status import SourceStatus
from hub.runs.status_texts import NONE, codes_text, duration, run_text, state_text, success_text, trend_text


def entry(nonce: str, problem: HubError | None = None) -> str:
    """Render the page before a token is given, or why it shows nothing."""
    return render("sources_entry.html", nonce=nonce, problem=problem)


def page(nonce: str, token: str, statuses: Sequence[SourceStatus]) -> str:
    """Render the status of the sources; `token` goes back into the links to the other pages."""
    return render(
        "sources.html",
        nonce=nonce,
        token=token,
        statuses=statuses,
        none=NONE,
        codes_text=codes_text,
        duration=duration,
        run_text=run_text,
        state_text=state_text,
        success_text=success_text,
        trend_text=trend_text,
    )
