"""`GET /healthz` and `/readyz` of the process that notifies subscribers, which takes no other request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


class NotificationApplication:
    """The ASGI application around a notifier: `running` is its life, `ready` answers `/readyz`."""

    def __init__(
        self,
        running: Callable[[], AbstractAsyncContextManager[None]],
        ready: Callable[[], Any],
    ) -> None:
        self._running, self._answer = running, ready
        routes = [Route("/healthz", self._healthy), Route("/readyz", self._ready)]
        self._app = Starlette(routes=routes, lifespan=self._lifespan)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Route one connection."""
        await self._app(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with self._running():
            yield

    async def _healthy(self, request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def _ready(self, request: Request) -> JSONResponse:
        status, body = await self._answer()
        return JSONResponse(body, status_code=status)


def notification_metrics(outcomes: Mapping[str, int]) -> Iterator[Metric]:
    """What became of notifications, by outcome."""
    settled = CounterMetricFamily(
        "spie_notifications_total", "Notifications of subscribers, by outcome.", labels=["outcome"]
    )
    for outcome, count in sorted(outcomes.items()):
        settled.add_metric([outcome], count)
    yield settled
