"""Sends each item as soon as it is written, and tries again at a rhythm what waits: `hub send --follow`.

The transaction that queues an item notifies `CHANNEL`, so that the follower wakes once it is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hub.database_refusals import database_refusals
from hub.errors import HubError
from hub.matching.follower import either, listening
from hub.outgoing.queue import CHANNEL
from hub.outgoing.sender import Counts, Sender


async def follow(
    sender: Sender, address: str, stop: asyncio.Event, rhythm: float, say: Callable[[str], None]
) -> Counts:
    """Send until `stop` is set; `say` is given a line for each pass that settled something, and each failure."""
    total = Counts()
    while not stop.is_set():
        try:
            with database_refusals():
                async with listening(address, CHANNEL) as (_, woken):
                    while not stop.is_set():
                        woken.clear()
                        passed = await sender.run(stop)
                        total.add(passed)
                        if passed.accepted or passed.rejected:
                            say(passed.text)
                        await either(stop, woken, rhythm)
        except HubError as error:
            say(f"{error.message} [{error.code}]")
            await either(stop, asyncio.Event(), rhythm)
    return total
