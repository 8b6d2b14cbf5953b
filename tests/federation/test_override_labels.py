"""Labels of progressive overrides: which are on for a request."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.federation.override_labels import active, is_label, percentage

SHARES = st.floats(0, 100)
STEADY = settings(deadline=None, database=None, derandomize=True)


@pytest.mark.parametrize("text", ["a", "team:move-2.0/x_y", "percent(0)", "percent(7.5)", "percent(100)"])
def test_names_and_percentages_are_labels(text: str) -> None:
    assert is_label(text)


@pytest.mark.parametrize("text", ["", "1st", "percent()", "percent(100.1)", "percent(101)", "percent(-1)", "a b", "é"])
def test_anything_else_is_no_label(text: str) -> None:
    assert not is_label(text)


@STEADY
@given(st.text(), SHARES, SHARES)
def test_a_larger_share_never_loses_a_request(trace: str, first: float, second: float) -> None:
    small, large = sorted((first, second))
    assert active(["a"], {"a": small}, trace) <= active(["a"], {"a": large}, trace)


@STEADY
@given(st.text(), SHARES)
def test_a_trace_goes_the_same_way_each_time_and_under_every_label_of_a_share(trace: str, share: float) -> None:
    on = active(["a", "b"], {"a": share, "b": share}, trace)
    assert on == active(["a", "b"], {"a": share, "b": share}, trace)
    assert len(on) in (0, 2)


@STEADY
@given(st.text())
def test_nothing_is_on_at_zero_and_everything_at_a_hundred(trace: str) -> None:
    labels = ["name", "percent(0)", "percent(100)"]
    assert active(labels, {}, trace) == {"percent(100)"}
    assert active(labels, {"name": 100, "percent(100)": 0}, trace) == {"name"}


def test_a_share_is_that_of_the_traces() -> None:
    on = sum(bool(active(["percent(25)"], {}, f"{number:032x}")) for number in range(4_000))
    assert 900 < on < 1_100
    assert percentage("percent(25)") == 25
