"""Remote key sets as time passes and keys change: which tokens pass, which wait, and how often the set is read."""

from __future__ import annotations

import asyncio

import pytest

from hub.identity.issuer import Pace
from hub.identity.remote_keys import ABSENT, ABSENT_SECONDS, BURST, WAITING
from tests.identity.key_sets import (
    CLOSED,
    NAME,
    NOW,
    REFUSED,
    asking,
    at_once,
    good,
    key,
    outcome,
    token,
)

OLD, NEW = key("old"), key("new")


async def test_33_a_key_that_is_gone_opens_nothing_though_its_token_is_remembered() -> None:
    async with asking(good(OLD, NEW)) as (authenticator, server, _):
        assert {at_once(authenticator, token(signer)) for signer in (OLD, NEW)} == {"referent_cd"}
        server.reply = good(NEW)
        assert await authenticator.remote[NAME].read()
        assert await outcome(authenticator.actor(token(OLD), NOW)) == REFUSED
        assert at_once(authenticator, token(NEW)) == "referent_cd"


async def test_33_another_key_under_the_same_kid_is_another_key() -> None:
    replacement = key("old")
    async with asking(good(OLD)) as (authenticator, server, _):
        assert at_once(authenticator, token(OLD)) == "referent_cd"
        server.reply = good(replacement)
        assert await authenticator.remote[NAME].read()
        assert await outcome(authenticator.actor(token(OLD), NOW)) == REFUSED
        assert at_once(authenticator, token(replacement)) == "referent_cd"


async def test_33_the_set_read_last_opens_until_its_greatest_age_and_not_a_second_longer() -> None:
    async with asking(good(OLD), Pace(max_age=1_000)) as (authenticator, server, clock):
        server.reply, remembered = None, token(OLD)
        for clock.now in (NOW + 1, NOW + 950, NOW + 999):
            await authenticator.remote[NAME].refresh()
            assert at_once(authenticator, remembered, clock.now) == "referent_cd"
        for clock.now in (NOW + 1_000, NOW + 1_001, NOW + 9_000):
            await authenticator.remote[NAME].refresh()
            assert await outcome(authenticator.actor(remembered, clock.now)) == CLOSED
            assert not authenticator.ready(clock.now)
        server.reply = good(OLD)
        assert await outcome(authenticator.actor(remembered, clock.now)) == "referent_cd"


async def test_33_a_hub_whose_provider_is_down_at_its_start_opens_nothing_until_it_is_up() -> None:
    async with asking(None) as (authenticator, server, _):
        assert not authenticator.ready(NOW)
        assert await outcome(authenticator.actor(token(OLD), NOW)) == CLOSED
        server.reply = good(OLD)
        assert await outcome(authenticator.actor(token(NEW), NOW)) == REFUSED
        assert at_once(authenticator, token(OLD)) == "referent_cd"
        assert authenticator.ready(NOW)


async def test_33_a_storm_of_unknown_keys_makes_as_many_calls_as_the_bucket_lets_through() -> None:
    async with asking(good(OLD), Pace(least=10)) as (authenticator, server, clock):
        for first in (0, 500):
            storm = [authenticator.actor(token(NEW, f"unknown-{n}"), clock.now) for n in range(first, first + 500)]
            assert {await outcome(request) for request in storm} == {REFUSED}
            assert at_once(authenticator, token(OLD), clock.now) == "referent_cd"
        assert server.calls == 1 + BURST
        clock.now += 10
        assert await outcome(authenticator.actor(token(NEW, "one more"), clock.now)) == REFUSED
        assert await outcome(authenticator.actor(token(NEW, "and another"), clock.now)) == REFUSED
        assert server.calls == 2 + BURST


async def test_33_valid_tokens_go_on_at_once_while_an_unknown_key_waits() -> None:
    async with asking(good(OLD)) as (authenticator, server, _):
        server.free.clear()
        waiting = asyncio.gather(*(outcome(authenticator.actor(token(NEW, f"unknown-{n}"), NOW)) for n in range(50)))
        await server.called(2)
        assert at_once(authenticator, token(OLD)) == "referent_cd"
        assert not waiting.done()
        server.free.set()
        assert set(await waiting) == {REFUSED}
        assert server.calls == 2


async def test_33_all_who_bring_a_new_key_wait_for_one_reading_and_pass() -> None:
    async with asking(good(OLD)) as (authenticator, server, _):
        server.reply = good(OLD, NEW)
        server.free.clear()
        many = [asyncio.ensure_future(outcome(authenticator.actor(token(NEW), NOW))) for _ in range(100)]
        await server.called(2)
        many[0].cancel()
        server.free.set()
        assert set(await asyncio.gather(*many[1:])) == {"referent_cd"}
        assert (server.calls, many[0].cancelled()) == (2, True)


async def test_33_no_more_wait_than_may_and_those_beyond_are_refused_at_once() -> None:
    async with asking(good(OLD)) as (authenticator, server, _):
        server.free.clear()
        unknown = token(NEW)
        waiting = [asyncio.ensure_future(outcome(authenticator.actor(unknown, NOW))) for _ in range(WAITING)]
        await server.called(2)
        assert await outcome(authenticator.actor(unknown, NOW)) == REFUSED
        assert not any(request.done() for request in waiting)
        server.free.set()
        assert set(await asyncio.gather(*waiting)) == {REFUSED}


async def test_33_a_key_that_is_known_to_be_absent_is_not_asked_for_again_until_later() -> None:
    async with asking(good(OLD), Pace(least=1)) as (authenticator, server, clock):
        for clock.now in range(NOW, NOW + ABSENT_SECONDS, 5):
            assert await outcome(authenticator.actor(token(NEW), clock.now)) == REFUSED
        assert server.calls == 2
        server.reply = good(NEW)
        clock.now = NOW + ABSENT_SECONDS
        assert await outcome(authenticator.actor(token(NEW), clock.now)) == "referent_cd"


async def test_33_what_is_remembered_of_absent_keys_is_bounded() -> None:
    async with asking(good(OLD), Pace(least=1)) as (authenticator, _, clock):
        for n in range(ABSENT + 10):
            clock.now = NOW + n
            await authenticator.remote[NAME].seek(f"unknown-{n}", clock.now)
        assert len(authenticator.remote[NAME]._absent) == ABSENT


@pytest.mark.parametrize(
    ("headers", "due"),
    [
        ((), 300),
        (("cache-control: public, max-age=60",), 60),
        (("cache-control: max-age=0",), 10),
        (("cache-control: no-cache",), 10),
        (("Cache-Control: No-Store, max-age=200",), 10),
        (("cache-control: max-age=86400",), 300),
        (("cache-control: s-maxage=60",), 300),
        (("cache-control: max-age=soon",), 300),
        (("cache-control: max-age=-1",), 300),
        (("cache-control: max-age=" + "9" * 40,), 300),
    ],
)
async def test_a_set_is_read_again_when_its_answer_says_within_what_the_settings_say(
    headers: tuple[str, ...], due: int
) -> None:
    async with asking(good(OLD, headers=headers), Pace(refresh=300, least=10, max_age=3_600)) as (
        authenticator,
        server,
        clock,
    ):
        clock.now = NOW + due - 1
        await authenticator.remote[NAME].refresh()
        assert server.calls == 1
        clock.now = NOW + due
        await authenticator.remote[NAME].refresh()
        assert server.calls == 2


async def test_a_reading_that_failed_is_made_again_after_the_least_time() -> None:
    async with asking(None, Pace(least=10)) as (authenticator, server, clock):
        for clock.now, calls in ((NOW + 9, 1), (NOW + 10, 2), (NOW + 19, 2), (NOW + 20, 3)):
            await authenticator.remote[NAME].refresh()
            assert server.calls == calls


async def test_a_clock_that_was_set_back_makes_a_set_due() -> None:
    async with asking(good(OLD)) as (authenticator, server, clock):
        clock.now = NOW - 10
        await authenticator.remote[NAME].refresh()
        await authenticator.remote[NAME].refresh()
        assert server.calls == 2


async def test_a_running_hub_reads_a_set_again_by_itself() -> None:
    async with asking(good(OLD), Pace(refresh=1, least=1, max_age=60)) as (authenticator, server, clock):
        assert at_once(authenticator, token(OLD)) == "referent_cd"
        server.reply = good(NEW)
        clock.now += 1
        await server.called(2)
        await authenticator.remote[NAME].read()
        assert at_once(authenticator, token(NEW)) == "referent_cd"
        assert await outcome(authenticator.actor(token(OLD), NOW)) == REFUSED
