"""Serving over HTTP: the event loop, sockets and memory settings of every process that listens."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from socket import AF_UNIX, SOCK_DGRAM, socket
from typing import Any

import uvicorn

from hub.collector import collect_seldom
from hub.http.connection import Connection
from hub.http.metrics import MetricsListener
from hub.http.observed import Observed
from hub.http.safe_headers import SafeHeaders
from hub.workers import Worker

LETTING_GO_SECONDS = 2.0
"""Longest that a worker which ends keeps connections on which nothing is asked."""


class Server(uvicorn.Server):
    """An HTTP server, over TLS with `tls`, that calls `ready` with its address once it listens; `metrics` tells what it
    does. As a `worker` it listens on the `sockets` that `run` is given, and ends with its supervisor."""

    def __init__(
        self,
        served: Any,
        host: str,
        port: int,
        ready: Callable[[str], None],
        tls: ssl.SSLContext | None = None,
        metrics: MetricsListener | None = None,
        worker: Worker | None = None,
    ) -> None:
        served = Observed(served, None if metrics is None else metrics.meters)
        super().__init__(
            uvicorn.Config(
                SafeHeaders(served),
                host=host,
                port=port,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,
                http=Connection,
                ws="none",
                ssl_context_factory=None if tls is None else lambda *_: tls,
            )
        )
        self._ready, self._drain, self._worker = ready, getattr(served, "drain", None), worker
        self._metrics = nullcontext() if metrics is None else metrics.running()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Wait for the requests under way, those that stay open having been told to end."""
        if self._drain is not None:
            self._drain()
        if self._worker is not None:
            await self._let_go()
        await super().shutdown(sockets)
        await self._metrics.__aexit__(None, None, None)

    async def _let_go(self) -> None:
        """Take no new connection, and let each that is open learn from its next answer that it ends, for a while.

        A client would lose what it asks of a connection that closes as it writes."""
        for server in self.servers:
            server.close()
        Connection.draining = True
        until = time.monotonic() + LETTING_GO_SECONDS
        while self.server_state.connections and time.monotonic() < until:  # noqa: ASYNC110 - uvicorn tells of no end
            await asyncio.sleep(0.02)

    def _end_with_supervisor(self, life: int) -> None:
        """Stop as at SIGTERM: nobody else would end this worker."""
        asyncio.get_running_loop().remove_reader(life)
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGHUP as at SIGTERM, once the requests under way are answered; not under `nohup`."""
        with super().capture_signals():
            hangup = getattr(signal, "SIGHUP", None)
            main = threading.current_thread() is threading.main_thread()
            if hangup is None or not main or signal.getsignal(hangup) is signal.SIG_IGN:
                yield
                return
            before = signal.signal(hangup, lambda _, frame: self.handle_exit(signal.SIGTERM, frame))
            try:
                yield
            finally:
                signal.signal(hangup, before)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, then report the address."""
        await self._metrics.__aenter__()
        await super().startup(sockets)
        if self.started and not self.should_exit:
            settle()
            if self._worker is not None:
                asyncio.get_running_loop().add_reader(self._worker.life, self._end_with_supervisor, self._worker.life)
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._ready(f"{'https' if self.config.is_ssl else 'http'}://{host}:{port}")


def settle() -> None:
    """Set the interpreter up for a process that answers requests.

    Objects created so far stay for good, so the garbage collector ignores them; it runs seldom, since reference counts
    alone free the thousands of objects of an answer. The thread that prepares new documents yields to the event loop
    within half a millisecond.
    """
    sys.setswitchinterval(0.0005)
    collect_seldom()


def listening(url: str) -> None:
    """Write the address to the standard output, where the parent process waits for this line, and tell systemd."""
    sys.stdout.write(f"À l'écoute sur {url}\n")
    sys.stdout.flush()
    if manager := os.environ.get("NOTIFY_SOCKET"):
        address = manager.replace("@", "\0", 1) if manager.startswith("@") else manager
        with socket(AF_UNIX, SOCK_DGRAM) as client, suppress(OSError):  # nobody waits behind a name that was inherited
            client.sendto(b"READY=1", address)
