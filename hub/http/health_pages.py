"""`GET /`, `/status` and `/readyz`: where the pages are, and how the hub is, to whoever asks.

They need no token, since they tell nothing of a person, of a request or of an address.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.health import HealthReader
from hub.http.page_form import page_response
from hub.pages import home_page, status_page


def health_pages(reader: HealthReader, clock: Callable[[], int]) -> list[Route]:
    """The routes; `clock` gives Unix seconds."""

    async def home(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        return page_response(nonce, home_page.page(nonce, await reader.read()), 200)

    async def status(request: Request) -> Response:
        nonce, health = secrets.token_urlsafe(16), await reader.read()
        return page_response(nonce, status_page.page(nonce, reader.parts, health, clock()), health.status)

    async def ready(request: Request) -> JSONResponse:
        health = await reader.read()
        body = {
            "status": health.word,
            "missing": [{"part": part, "code": code} for part, code in health.missing.items()],
            "sources": [{"source": source.source, "state": source.state} for source in health.sources],
            "outgoing": [{"system": backlog.system, "state": "late"} for backlog in health.late],
            "limited": [{"part": "shared_state", "state": "gone"}] if health.is_limited else [],
        }
        return JSONResponse(body, status_code=health.status)

    return [Route("/", home), Route("/status", status), Route("/readyz", ready)]
