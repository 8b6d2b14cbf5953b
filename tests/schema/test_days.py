"""A day begins at midnight in France, in winter and in summer, whatever the zone in which an instant is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from schema.days import PARIS, day_of, today


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 7, 5, 21, 59, 59, tzinfo=UTC), date(2026, 7, 5)),
        (datetime(2026, 7, 5, 22, 0, tzinfo=UTC), date(2026, 7, 6)),
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 12, 31, 18, 0, tzinfo=timezone(timedelta(hours=-5))), date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_france(instant: datetime, day: date) -> None:
    assert day_of(instant) == day


def test_today_is_the_day_of_now() -> None:
    before, now, after = day_of(datetime.now(UTC)), today(), day_of(datetime.now(UTC))
    assert before <= now <= after
    assert PARIS.key == "Europe/Paris"
