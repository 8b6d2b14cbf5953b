"""`POST /webhooks/SOURCE/ORGANISATION`: takes what source systems send, in a process of its own (decision 0075).

The size of a body and the time it takes are bounded before anyone is known; a sender or a proof that is wrong are
answered alike; 200 is answered once the notification is committed.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.errors import HubError, NotServed, RequestRefused
from hub.http.bodies import receive_body, too_large
from hub.http.body_slots import BodySlots
from hub.http.request_reader import trace_id
from hub.intake.intake import Intake

log = logging.getLogger(__name__)
MAX_BODY = 1 << 20
"""Bytes of a notification's body."""
READING = 100
"""Bodies that arrive at once; nobody is known yet."""


class WebhookApplication:
    """The ASGI application around an intake."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._slots = BodySlots(READING)
        routes = [
            Route("/webhooks/{source}/{organisation}", self._webhook, methods=["POST"]),
            Route("/healthz", self._healthy),
            Route("/readyz", self._ready),
        ]
        self._app = Starlette(routes=routes, lifespan=self._lifespan)
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Route one connection."""
        await self._app(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with self._intake.running():
            yield

    async def _webhook(self, request: Request) -> Response:
        trace = trace_id(request.scope["headers"])
        try:
            headers = _headers(request)
            body = await self._body(request, headers)
            source, organisation = request.path_params["source"], request.path_params["organisation"]
            await self._intake.take(source, organisation, body, headers)
        except HubError as error:
            log.info("webhook refused %s trace=%s", error.code, trace)
            return _refused(error, trace)
        return JSONResponse({"status": "taken"})

    async def _body(self, request: Request, headers: Mapping[str, str]) -> bytes:
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise RequestRefused(
                "UNSUPPORTED_MEDIA_TYPE", "Envoyez le corps sans compression.", "a compressed body", http_status=415
            )
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > MAX_BODY:
            raise too_large(MAX_BODY)
        async with self._slots.slot(request.client.host if request.client is not None else ""):
            return await receive_body(request.receive, most=MAX_BODY)

    async def _healthy(self, request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def _ready(self, request: Request) -> JSONResponse:
        status, body = await self._intake.readiness.answer()
        return JSONResponse(body, status_code=status)


def intake_metrics(intake: Intake) -> Iterator[Metric]:
    """What was taken and refused so far, by code; nothing names a person."""
    labels = ["source", "organisation"]
    settled = CounterMetricFamily(
        "spie_webhooks_settled_total", "Notifications of known senders, by outcome.", labels=[*labels, "outcome"]
    )
    waiting = GaugeMetricFamily("spie_webhooks_waiting", "Notifications that wait.", labels=labels)
    for address, queue in sorted(intake.queues().items()):
        waiting.add_metric(address, len(queue))
        for outcome, count in sorted(queue.outcomes.items()):
            settled.add_metric([*address, outcome], count)
    refused = CounterMetricFamily(
        "spie_webhooks_refused_total", "Notifications refused before they were queued, by code.", labels=["code"]
    )
    for code, count in sorted(intake.refused.items()):
        refused.add_metric([code], count)
    yield from (settled, waiting, refused)


def _headers(request: Request) -> dict[str, str]:
    """The headers by lower-case name; one that comes twice is none, so that no proof rests on it."""
    names = [name for name, _ in request.headers.items()]
    return {name: value for name, value in request.headers.items() if names.count(name) == 1}


def _refused(error: HubError, trace: str) -> JSONResponse:
    headers = {}
    if isinstance(error, NotServed):
        headers["retry-after"] = str(error.extensions.get("retryAfter", 30))
    return JSONResponse({"errors": [error.formatted(trace)]}, status_code=error.http_status, headers=headers)
