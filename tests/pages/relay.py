"""A relay between a browser and a hub whose connections a test cuts, as a network does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue
from threading import Thread
from urllib.parse import urlsplit


@dataclass
class Relay:
    """Carries bytes between `url` and the server at `port`, in a thread of its own."""

    port: int
    loop: asyncio.AbstractEventLoop
    url: str = ""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """End every connection at once, without a last byte."""
        self.loop.call_soon_threadsafe(self._abort)

    def stop(self) -> None:
        """End every connection and the relay."""
        self.loop.call_soon_threadsafe(self.stopped.set)

    def _abort(self) -> None:
        for writer in self.writers:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, back = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers |= {writer, back}
        await asyncio.gather(_copy(reader, back), _copy(upstream, writer), return_exceptions=True)
        self.writers -= {writer, back}

    async def run(self, ready: Queue[Relay]) -> None:
        """Carry until `stop`."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.put(self)
        await self.stopped.wait()
        server.close()
        self._abort()
        await server.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    finally:
        writer.close()


@contextmanager
def relay(url: str) -> Iterator[Relay]:
    """A relay to the server of this URL."""
    ready: Queue[Relay] = Queue()

    async def run() -> None:
        await Relay(urlsplit(url).port or 80, asyncio.get_running_loop()).run(ready)

    thread = Thread(target=asyncio.run, args=(run(),))
    thread.start()
    carried = ready.get(timeout=60)
    try:
        yield carried
    finally:
        carried.stop()
        thread.join(30)
