"""Addresses of subscribers: what the look-up of a name costs, and what it tells."""

from __future__ import annotations

import asyncio
import socket
import ssl
from threading import Event
from typing import Any

import pytest

from hub.identity.actor import Actor
from hub.subscriptions.addresses import LOOK_UPS, destination
from hub.subscriptions.delivery import Message, NotDelivered, Sender
from hub.subscriptions.terms import Terms
from tests.e2e.site import PATIENCE


async def test_names_that_nobody_tells_hold_up_nothing_but_the_look_up_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told, look_up = Event(), socket.getaddrinfo

    def held(host: str, *arguments: Any, **options: Any) -> Any:
        told.wait()
        return look_up("127.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", held)
    waiting = [asyncio.create_task(destination("https://silent.invalid/", ())) for _ in range(2 * LOOK_UPS)]
    try:
        await asyncio.sleep(0)  # all of them ask now
        async with asyncio.timeout(PATIENCE):
            await asyncio.to_thread(len, waiting)
    finally:
        told.set()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {getattr(outcome, "code", outcome) for outcome in outcomes} == {"SUBSCRIPTION_ADDRESS"}


@pytest.mark.parametrize("host", ["no-such-host.invalid", "10.0.0.8"])
async def test_a_name_that_leads_elsewhere_once_subscribed_tells_nothing_of_the_networks_of_the_hub(host: str) -> None:
    """The code is shown to the application as the reason of the failure, whatever its own name stands for by then."""
    actor = Actor("https://issuer.example#a", "agent", None, None, frozenset(), (), "app", 0)
    terms = Terms(actor, "suivi", None, "", f"https://{host}/", b"")
    with pytest.raises(NotDelivered) as failure:
        await Sender((), ssl.create_default_context(), PATIENCE).send(Message("msg", b"{}"), terms, 0)
    assert failure.value.code == "SUBSCRIPTION_ADDRESS"
