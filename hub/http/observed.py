"""Counts the HTTP requests of a process: an ASGI application around that which answers them."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from hub.observability.meters import Meters

ROUTES = frozenset(
    ["/", "/graphql", "/healthz", "/readyz", "/journal", "/matching", "/policy", "/sources", "/webhooks"]
)
"""The paths that are told apart, by their beginning; all others count as one."""
OTHER = "other"
GONE = 499
"""The status of a request that was not answered: its client left."""


def route(path: str) -> str:
    """The route of a path, which holds nothing that the client chose."""
    first = "/" + path.removeprefix("/").partition("/")[0]
    return first if first in ROUTES else OTHER


class Observed:
    """The application, its requests counted."""

    def __init__(self, application: Any, meters: Meters) -> None:
        self._application, self._meters = application, meters
        self.drain = getattr(application, "drain", None)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass one connection on."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        began, status = perf_counter(), GONE

        async def noting(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._meters.open_requests.track_inprogress():
            try:
                await self._application(scope, receive, noting)
            finally:
                self._meters.served(route(scope["path"]), status, perf_counter() - began)
