"""What all simulators share: faults, the requests that came, and a socket."""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.threaded_server import listening

FAULTS: dict[str, Callable[[], Response]] = {
    "unavailable": lambda: JSONResponse({"message": "maintenance"}, status_code=503),
    "limited": lambda: JSONResponse({"message": "Too many requests"}, status_code=429, headers={"retry-after": "0"}),
    "far": lambda: JSONResponse({"message": "Too many requests"}, status_code=429, headers={"retry-after": "86400"}),
    "bad request": lambda: JSONResponse({"message": "bad request"}, status_code=400),
    "wrong address": lambda: JSONResponse({"message": "not found"}, status_code=404),
    "malformed": lambda: Response(b'{"items": [', media_type="application/json"),
    "page": lambda: Response(b"<html>proxy</html>", media_type="text/html"),
    "cut": lambda: Response(b"{", headers={"content-length": "1000"}),
    "garbled": lambda: Response(b"{}", headers={"content-encoding": "gzip"}),
    "cut short": lambda: Response(gzip.compress(b"{}")[:-9], headers={"content-encoding": "gzip"}),
    "other day": lambda: _wait("Wed, 21 Oct 2015 07:28:00 +99999999999999999999"),
}
"""Answers that go wrong, by name; `silent` is one that does not come."""


class Simulator:
    """One system. `faults` are used up one per request, `requests` are those that came, `before_answer` runs before
    each one is answered; with `elsewhere`, all are redirected to that base URL. `mark` opens each answer; `encodings`
    are put around that, the first one innermost."""

    def __init__(self) -> None:
        self.faults = deque[str]()
        self.elsewhere: str | None = None
        self.requests: list[str] = []
        self.mark = b""
        self.encodings: tuple[str, ...] = ()
        self.before_answer: Callable[[], None] = lambda: None
        self.app = Starlette(routes=[Route("/{path:path}", self._handle, methods=["GET", "POST"])])

    @contextmanager
    def served(self) -> Iterator[str]:
        """Listen on a free port: the base URL."""
        with listening(self.app) as url:
            yield url

    async def _handle(self, request: Request) -> Response:
        self.requests.append(f"{request.url.path}?{request.url.query}")
        fault = self.faults.popleft() if self.faults else None
        if fault == "silent":
            while (await request.receive())["type"] != "http.disconnect":
                pass
            return Response()
        if self.elsewhere is not None:
            return RedirectResponse(f"{self.elsewhere}{request.url.path}?{request.url.query}", 307)
        if fault is not None:
            return FAULTS[fault]()
        self.before_answer()
        answered = await self.answer(request)
        if not self.encodings and not self.mark:
            return answered
        body = self.mark + bytes(answered.body)
        for _ in self.encodings:
            body = gzip.compress(body)
        return Response(body, answered.status_code, {"content-encoding": ", ".join(self.encodings) or "identity"})

    answer: Callable[[Request], Awaitable[Response]]


def _wait(until: str) -> Response:
    return JSONResponse({"message": "Too many requests"}, status_code=429, headers={"retry-after": until})


def error(status_code: int, /, **body: Any) -> JSONResponse:
    """A documented error."""
    return JSONResponse(body, status_code=status_code)
