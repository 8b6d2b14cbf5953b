"""Places for bodies that arrive before anyone is known, so that strangers who send slowly keep nobody out.

When all places are taken, the address that holds most of them gives up its oldest one. A body of a true sender is whole
in an instant, so that it is hardly ever the oldest; behind a frontal, which is one address to us, the oldest of all
goes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address

from hub.intake.queue import busy

NETWORK = 64
"""Bits of an IPv6 address that tell one network from another: whoever has one has all of its addresses."""


class BodySlots:
    """So many places; each is held for as long as a block."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[asyncio.Timeout, str] = {}

    def __len__(self) -> int:
        return len(self._held)

    @asynccontextmanager
    async def slot(self, address: str) -> AsyncIterator[None]:
        """Hold a place; raises NotServed (WEBHOOK_BUSY) in the block once it has to be given up."""
        if len(self._held) >= self._most:
            self._give_up()
        try:
            async with asyncio.timeout(None) as place:
                self._held[place] = network_of(address)
                try:
                    yield
                finally:
                    self._held.pop(place, None)
        except TimeoutError:
            raise busy() from None

    def _give_up(self) -> None:
        counts = Counter(self._held.values())
        most = max(counts.values())
        oldest = next(place for place, address in self._held.items() if counts[address] == most)
        del self._held[oldest]
        oldest.reschedule(0.0)


def network_of(address: str) -> str:
    """The address itself, or of an IPv6 address its network; a text that is no address stands for itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Address(int(parsed) >> (128 - NETWORK) << (128 - NETWORK)))
    return str(parsed)
