"""One HTTP connection of a load, on a lean protocol: the client takes little of the machine that it measures."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import httptools


class Client(asyncio.Protocol):
    """A connection, which also holds the callbacks of its parser."""

    def __init__(self) -> None:
        self._parser: Any = None
        self._waiter: asyncio.Future[int] | None = None

    @property
    def closed(self) -> bool:
        """Whether the connection is closed."""
        return self._transport.is_closing()

    async def ask(self, message: bytes) -> int:
        """Send a request and return its status once the whole answer has come."""
        if self.closed:
            raise ConnectionError("closed by the server")
        self._parser = httptools.HttpResponseParser(self)
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        return await self._waiter

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the event loop."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(ConnectionError("closed by the server"))

    def on_message_complete(self) -> None:
        """Called by the parser."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(self._parser.get_status_code())
