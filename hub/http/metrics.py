"""`GET /metrics` of a process, at an address of its own that the settings name (decision 0123).

The address is of this machine, unless whoever reads must show a token. Nothing else is served there, and the addresses
that clients reach serve no metrics.
"""

from __future__ import annotations

import hmac
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from prometheus_client import make_asgi_app

from hub.errors import StartRefused
from hub.http.connection import Connection
from hub.http.safe_headers import SafeHeaders
from hub.observability.meters import Meters

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
BACKLOG = 16
"""Connections that wait to be accepted."""


class MetricsApplication:
    """The ASGI application that tells these meters to whoever shows the `token`, or to all without one."""

    def __init__(self, meters: Meters, token: str | None) -> None:
        self._meters, self._exposition = meters, make_asgi_app(meters.registry)
        self._authorization = None if token is None else f"Bearer {token}".encode()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"] != "/metrics":
            await _refuse(send, 404)
        elif scope["method"] != "GET":
            await _refuse(send, 405)
        elif not self._admits(scope):
            await _refuse(send, 401)
        else:
            await self._meters.refresh()
            await self._exposition({**scope, "query_string": b""}, receive, send)

    def _admits(self, scope: dict[str, Any]) -> bool:
        if self._authorization is None:
            return True
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        return len(shown) == 1 and hmac.compare_digest(shown[0], self._authorization)


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), *([(b"www-authenticate", b"Bearer")] if status == 401 else [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class MetricsListener:
    """Serves the metrics of a process while `running`; it has its `url` from the start. Raises StartRefused
    (METRICS_ADDRESS) if the address can't be had."""

    def __init__(
        self, meters: Meters, host: str, port: int, token: str | None = None, number: int | None = None
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            port += (number or 1) - 1 if port else 0
            reused = number is not None  # by the worker of this number that takes the place of another
            self._socket = socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=reused)
        except OSError as error:
            raise StartRefused(
                "METRICS_ADDRESS",
                f"L'adresse des métriques ({host}, port {port}) ne s'ouvre pas : prise, ou pas de cette machine. "
                "Changez « host » ou « ports » de [metrics] dans les réglages.",
                f"metrics: {type(error).__name__}",
            ) from None
        name = f"[{host}]" if family == socket.AF_INET6 else host
        self.meters, self.url = meters, f"http://{name}:{self._socket.getsockname()[1]}/metrics"
        self._application = MetricsApplication(meters, token)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer until the end of the block."""
        config = uvicorn.Config(
            SafeHeaders(self._application),
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            http=Connection,
            ws="none",
            lifespan="off",
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup([self._socket])
        try:
            yield
        finally:
            await server.shutdown([self._socket])
