"""Days as all rules count them: from midnight to midnight in France, on any machine."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
QUARANTINE_DAYS = 30
"""Days for which a refused record waits, and what is to be decided of it."""


def today() -> date:
    """The day in France, now."""
    return datetime.now(PARIS).date()


def day_of(instant: datetime) -> date:
    """The day in France at this instant, which must have a time zone."""
    return instant.astimezone(PARIS).date()
