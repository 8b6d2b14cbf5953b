"""Gives each answer the headers of a browser's defences: an ASGI application around that which answers.

A route that says one of them itself keeps its own: a page its content policy, files that never change their cache.
"""

from __future__ import annotations

from typing import Any

SHARED = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
"""The headers that are the same of every answer."""
CLOSED = {
    **SHARED,
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
"""The headers of an answer that says none: it is no page, stands in no frame, and nobody keeps it."""
_CLOSED = [(name.encode(), value.encode()) for name, value in CLOSED.items()]


class SafeHeaders:
    """The application, with the headers `CLOSED` in each answer that lacks them."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass one connection on."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                names = [header[0] for header in headers]
                message["headers"] = [*headers, *[header for header in _CLOSED if header[0] not in names]]
            await send(message)

        await self._application(scope, receive, answer)
