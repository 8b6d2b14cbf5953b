"""The load client, in its own process: `python -m benchmarks.gateway.load_client` reads a Load, writes a Run, as JSON.

Each connection sends its next request once the previous answer is complete.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlsplit

import msgspec
import uvloop

from benchmarks.http_client import Client

UNIQUE = "x-request-number"
"""The header that no two requests of a load have in common, so that a gateway that forwards it shares nothing."""


class Load(msgspec.Struct, frozen=True):
    """What to send: `bodies` in turn, on `connections` connections, for `seconds`.

    `strict` ends the load at any other status than 200. `number` is a text that each request replaces by a new number,
    so that no document is sent twice. `pause` is the seconds between an answer and the next request of its connection.
    """

    url: str
    bodies: list[str]
    connections: int
    seconds: float
    strict: bool = True
    number: str | None = None
    pause: float = 0.0


class Run(msgspec.Struct, frozen=True):
    """The result of a load: requests answered, seconds, latencies in milliseconds, answers by status."""

    requests: int
    seconds: float
    p50: float
    p99: float
    statuses: dict[int, int]

    @property
    def rps(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


@dataclass(slots=True)
class _Tally:
    latencies: list[float]
    statuses: dict[int, int]


async def run(load: Load) -> Run:
    """Send the load; raises ConnectionError or ValueError if the gateway does not answer it."""
    parts = urlsplit(load.url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\n{UNIQUE}: %d\r\ncontent-length: %d\r\n\r\n%b"
    ).encode()
    numbers, requests = iter(range(1, sys.maxsize)), iter(range(sys.maxsize))
    tally = _Tally([], {})
    start = time.perf_counter()
    end = start + load.seconds
    async with asyncio.TaskGroup() as group:
        for _ in range(load.connections):
            group.create_task(
                _connection(load, head, (parts.hostname or "", parts.port or 80), numbers, requests, end, tally)
            )
    duration = time.perf_counter() - start
    ordered = sorted(tally.latencies)
    return Run(len(ordered), duration, _share(ordered, 0.5), _share(ordered, 0.99), tally.statuses)


async def _connection(
    load: Load,
    head: bytes,
    address: tuple[str, int],
    numbers: Iterator[int],
    requests: Iterator[int],
    end: float,
    tally: _Tally,
) -> None:
    client: Client | None = None
    for body, encoded in cycle([(body, body.encode()) for body in load.bodies]):
        if time.perf_counter() >= end:
            break
        if client is None:
            _, client = await asyncio.get_running_loop().create_connection(Client, *address)
        text = encoded
        if load.number is not None and load.number in body:
            text = body.replace(load.number, str(next(numbers))).encode()
        start = time.perf_counter()
        try:
            status = await client.ask(head % (next(requests), len(text), text))
        except ConnectionError:
            if load.strict:
                raise
            status, client = 0, None
        tally.latencies.append(1000 * (time.perf_counter() - start))
        tally.statuses[status] = tally.statuses.get(status, 0) + 1
        if load.strict and status != 200:
            raise ValueError(f"status {status}")
        if load.pause:
            await asyncio.sleep(load.pause)


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(run(msgspec.json.decode(sys.stdin.buffer.read(), type=Load)))
    sys.stdout.buffer.write(msgspec.json.encode(result))
