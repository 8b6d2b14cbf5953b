"""Addresses of subscribers: what the look-up of a name costs whoever waits for something else."""

from __future__ import annotations

import asyncio
import socket
from threading import Event
from typing import Any

import pytest

from hub.subscriptions.addresses import LOOK_UPS, destination
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
