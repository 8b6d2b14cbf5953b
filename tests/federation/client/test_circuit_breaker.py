"""The circuit breaker's three states, on a clock of the test's own."""

from __future__ import annotations

from hub.federation.client.circuit_breaker import Breaker


def opened() -> Breaker:
    breaker = Breaker(threshold=3, pause=5.0)
    for _ in range(3):
        assert breaker.admits(10.0)
        breaker.failed(10.0)
    return breaker


def test_it_opens_after_that_many_failures_in_a_row() -> None:
    assert not opened().admits(14.9)


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = Breaker(threshold=2, pause=5.0)
    for _ in range(5):
        breaker.failed(0.0)
        breaker.succeeded()
    assert breaker.admits(0.0)


def test_one_probe_per_pause_goes_through_and_its_success_closes() -> None:
    breaker = opened()
    assert [breaker.admits(15.0) for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert [breaker.admits(15.0) for _ in range(3)] == [True, True, True]


def test_a_failed_probe_opens_it_for_another_pause() -> None:
    breaker = opened()
    assert breaker.admits(15.0)
    breaker.failed(17.0)
    assert not breaker.admits(21.9)
    assert breaker.admits(22.0)


def test_a_probe_that_nobody_finished_is_followed_by_another_one_after_the_pause() -> None:
    breaker = opened()
    assert breaker.admits(15.0)
    assert not breaker.admits(19.9)
    assert breaker.admits(20.0)
