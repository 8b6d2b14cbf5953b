"""Counts and logs the HTTP requests of a process: an ASGI application around that which answers them."""

from __future__ import annotations

from contextlib import nullcontext
from logging import INFO, getLogger
from time import perf_counter
from typing import Any

from hub.observability.attributes import METHODS
from hub.observability.logs import ACCESS, log_access
from hub.observability.meters import Meters
from hub.observability.request_facts import NONE, RequestFacts, current_facts

access = getLogger(ACCESS)

ROUTES = frozenset(
    [
        "/",
        "/documentation",
        "/graphql",
        "/healthz",
        "/readyz",
        "/journal",
        "/matching",
        "/policy",
        "/sources",
        "/status",
        "/webhooks",
    ]
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
    """The application, its requests logged, and counted if there are meters."""

    def __init__(self, application: Any, meters: Meters | None) -> None:
        self._application, self._meters = application, meters
        self.drain = getattr(application, "drain", None)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass one connection on."""
        if scope["type"] != "http" or (self._meters is None and not access.isEnabledFor(INFO)):
            await self._application(scope, receive, send)
            return
        answer, facts = _Answer(send), RequestFacts()
        began, before = perf_counter(), current_facts.set(facts)
        with nullcontext() if self._meters is None else self._meters.open_requests.track_inprogress():
            try:
                await self._application(scope, receive, answer.send)
            finally:
                current_facts.reset(before)
                self._tell(scope, answer, facts, perf_counter() - began)

    def _tell(self, scope: Any, answer: _Answer, request: RequestFacts, seconds: float) -> None:
        name = route(scope["path"])
        if self._meters is not None:
            self._meters.served(name, answer.status, seconds)
        if access.isEnabledFor(INFO):
            method = scope["method"] if scope["method"] in METHODS else OTHER
            facts = {"method": method, "route": name, "status": answer.status, "bytes": answer.size}
            who = {"actor_kind": request.kind, "purpose": request.purpose} if request.kind != NONE else {}
            trace = {"trace": answer.trace} if answer.trace else {}
            log_access({**facts, "ms": round(seconds * 1000, 1), **who, **trace})


class _Answer:
    """Passes an answer on, and notes its status, size and trace id."""

    __slots__ = ("_send", "size", "status", "trace")

    def __init__(self, send: Any) -> None:
        self._send = send
        self.status, self.size, self.trace = GONE, 0, ""

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.trace = next((value.decode() for name, value in message["headers"] if name == b"trace-id"), "")
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)
