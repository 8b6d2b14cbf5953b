"""An actor, an organisation or an application that makes too many requests waits, and no other does."""

from __future__ import annotations

import pytest

from hub.errors import RequestRefused
from hub.identity.actor import Actor
from hub.request_limit import RequestCount, RequestLimit
from schema.shared_state import SharedState

LIMIT = RequestLimit(actor=3, organisation=5, application=7, seconds=60)
NOW = 1_000


def caller(
    actor: str,
    organisation: str | None = "1",
    client: str = "app",
    partner: str | None = None,
    issuer: str = "https://issuer.example",
) -> Actor:
    return Actor(f"{issuer}#{actor}", "agent", organisation, None, frozenset(), (), client, 10**9, None, partner)


async def wait(count: RequestCount, caller: Actor, after: int = 0) -> tuple[int, str] | None:
    """The seconds and the detail of a refusal; None if the request is admitted."""
    try:
        await count.charge(caller, NOW + after)
    except RequestRefused as refusal:
        return refusal.extensions["retryAfter"], refusal.detail
    return None


async def test_an_actor_over_its_limit_waits_until_one_request_is_forgiven_and_others_do_not(
    state: SharedState,
) -> None:
    count = RequestCount(LIMIT, state)
    assert [await wait(count, caller("a")) for _ in range(3)] == [None] * 3
    assert await wait(count, caller("a")) == (20, "too many requests of one actor")
    assert await wait(count, caller("a"), 19) == (1, "too many requests of one actor")
    assert await wait(count, caller("b")) is None
    assert await wait(count, caller("a"), 20) is None
    assert count.refused == {"actor": 2, "organisation": 0, "application": 0}


async def test_all_actors_of_an_organisation_or_of_an_application_of_one_issuer_count_together(
    state: SharedState,
) -> None:
    count = RequestCount(LIMIT, state)
    assert [await wait(count, caller(f"a{number}")) for number in range(5)] == [None] * 5
    assert await wait(count, caller("z")) == (12, "too many requests of one organisation")
    assert [await wait(count, caller(f"b{number}", "2")) for number in range(2)] == [None] * 2
    assert await wait(count, caller("y", "3")) == (9, "too many requests of one application")
    assert await wait(count, caller("y", "3", "other")) is None
    assert await wait(count, caller("y", "3", issuer="https://other.example")) is None


async def test_a_partner_answers_for_all_users_of_its_applications(state: SharedState) -> None:
    count = RequestCount(LIMIT, state)
    for number in range(5):
        assert await wait(count, caller(f"a{number}", f"org {number}", f"app {number}", "partner")) is None
    assert await wait(count, caller("z", None, "app", "partner")) == (12, "too many requests of one organisation")
    assert await wait(count, caller("z", None, "app")) is None


async def test_a_refused_request_is_not_charged_to_anyone(state: SharedState) -> None:
    count = RequestCount(LIMIT, state)
    for _ in range(3):
        await count.charge(caller("a"), NOW)
    for _ in range(50):
        assert await wait(count, caller("a")) == (20, "too many requests of one actor")
    assert [await wait(count, caller(f"b{number}")) for number in range(2)] == [None] * 2


@pytest.mark.parametrize("limit", [RequestLimit(actor=0), RequestLimit(organisation=0), RequestLimit(application=0)])
async def test_a_limit_of_none_admits_no_request(limit: RequestLimit, state: SharedState) -> None:
    assert await wait(RequestCount(limit, state), caller("a")) is not None
