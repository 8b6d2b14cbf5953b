"""Days as every rule counts them: from midnight to midnight in France, whichever machine counts."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def today() -> date:
    """The day in France, now."""
    return datetime.now(PARIS).date()


def day_of(instant: datetime) -> date:
    """The day in France at this instant, which has a zone."""
    return instant.astimezone(PARIS).date()
