"""Sends each signed checkpoint out of the database: appended to a file, posted to a webhook.

What leaves is one line of JSON, the checkpoint with its digest and the hub's signature, and nothing of an access. It
never delays a request: a destination that does not answer is tried again, and what waits for it is bounded.
"""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from logging import getLogger
from pathlib import Path
from typing import TypeAlias

import httpx2
import orjson

from hub.journal.chain import plain
from hub.journal.checkpoint import Checkpoint

log = getLogger(__name__)
WAITING = 10_000
"""Most checkpoints that wait for one destination; the oldest go first, since each names the one before it."""
RETRY_SECONDS = 5.0
SECONDS = 5.0
"""Longest time for one delivery, and for the last ones when the hub stops."""

Keep: TypeAlias = Callable[[Checkpoint, bytes], None]
"""Takes a checkpoint that was written, and its signature."""
Send: TypeAlias = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where checkpoints are sent: a file to append to, an address to post to under the TLS of the settings."""

    file: Path | None = None
    webhook: str | None = None
    tls: ssl.SSLContext | None = None


def keep_nothing(checkpoint: Checkpoint, signature: bytes) -> None:
    """Send a checkpoint nowhere."""


def line_of(checkpoint: Checkpoint, signature: bytes) -> bytes:
    """The JSON of a checkpoint, on one line, as `hub journal verify --anchor` reads it."""
    fields = {name: getattr(checkpoint, name) for name in Checkpoint.__slots__}
    return orjson.dumps({**fields, "digest": checkpoint.digest().hex(), "signature": signature.hex()}, plain)


class OutsideCopies:
    """The queues of the destinations, each emptied in order by a task of its own while `running`."""

    def __init__(self, destinations: Destinations) -> None:
        sends: list[Send] = []
        if destinations.file is not None:
            sends.append(partial(_append, destinations.file))
        if destinations.webhook is not None:
            sends.append(partial(_post, destinations.webhook, destinations.tls))
        self._queues = [_Queue(send) for send in sends]

    @property
    def waiting(self) -> int:
        """The checkpoints that wait, of all destinations together."""
        return sum(map(len, self._queues))

    def keep(self, checkpoint: Checkpoint, signature: bytes) -> None:
        """Queue a checkpoint for every destination."""
        for queue in self._queues:
            queue.put(line_of(checkpoint, signature))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send what is queued, and at the end what still waits, for a few seconds at most."""
        tasks = [asyncio.create_task(queue.run()) for queue in self._queues]
        try:
            yield
        finally:
            for queue in self._queues:
                queue.end()
            if tasks:
                await asyncio.wait(tasks, timeout=SECONDS)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _Queue:
    def __init__(self, send: Send) -> None:
        self._send, self._lines = send, deque[bytes](maxlen=WAITING)
        self._wake, self._ending = asyncio.Event(), False

    def __len__(self) -> int:
        return len(self._lines)

    def put(self, line: bytes) -> None:
        self._lines.append(line)
        self._wake.set()

    def end(self) -> None:
        self._ending = True
        self._wake.set()

    async def run(self) -> None:
        while self._lines or not self._ending:
            if not self._lines:
                self._wake.clear()
                await self._wake.wait()
                continue
            line = self._lines[0]
            try:
                async with asyncio.timeout(SECONDS):
                    await self._send(line)
            except (OSError, TimeoutError, httpx2.HTTPError, _Refused) as error:
                log.error("checkpoint not sent: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if self._lines and self._lines[0] is line:  # else it was pushed out while it was sent
                self._lines.popleft()


class _Refused(Exception):
    """The webhook answered with another status than 2xx."""


async def _append(path: Path, line: bytes) -> None:
    await asyncio.to_thread(_append_now, path, line)


def _append_now(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"  # by a kill or a full disk
        whole = (b"\n" if torn else b"") + line + b"\n"
        if os.write(descriptor, whole) < len(whole):  # in one piece: hubs may share the file
            raise OSError(errno.ENOSPC, "the line was cut")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _post(url: str, tls: ssl.SSLContext | None, line: bytes) -> None:
    async with httpx2.AsyncClient(
        verify=tls if tls is not None else True, trust_env=False, follow_redirects=False, timeout=SECONDS
    ) as client:
        response = await client.post(url, content=line, headers={"content-type": "application/json"})
    if not response.is_success:
        raise _Refused
